using System.Buffers;
using System.Globalization;
using System.Numerics;
using CsCheck;
using IronCage.Core.Ledger;
using IronCage.Core.Money;
using IronCage.State.Tests.Support;
using static IronCage.State.Tests.Support.Money;

namespace IronCage.State.Tests.Redis;

/// <summary>The arithmetic of the scripts, run in a real server, against BigInteger and HoldRules.</summary>
public class RedisScriptTests
{
    private const string Numbers = """
        local replies = {}
        for i = 1, #ARGV, 3 do
            local aHigh, aLow = parse(ARGV[i])
            local bHigh, bLow = parse(ARGV[i + 1])
            local count = tonumber(ARGV[i + 2])
            replies[#replies + 1] = show(aHigh, aLow)
            replies[#replies + 1] = show(add(aHigh, aLow, bHigh, bLow))
            replies[#replies + 1] = show(subtract(aHigh, aLow, bHigh, bLow))
            replies[#replies + 1] = isLess(aHigh, aLow, bHigh, bLow) and '1' or '0'
            if aHigh < 0 then
                for k = 1, 4 do replies[#replies + 1] = '' end
            else
                replies[#replies + 1] = show(addSaturated(aHigh, aLow, bHigh, bLow))
                replies[#replies + 1] = show(quarter(aHigh, aLow))
                local high, low = times(aHigh, aLow, count)
                replies[#replies + 1] = high >= 2e10 and '' or show(high, low)
                if bHigh > 0 or (bHigh == 0 and bLow > 0) then
                    replies[#replies + 1] = string.format('%.0f', quotient(aHigh, aLow, bHigh, bLow, count))
                else
                    replies[#replies + 1] = ''
                end
            end
        end
        return replies
        """;

    // A path of one to three levels, and a demand; fields separated by spaces.
    private const string Rules = """
        local replies = {}
        local function fields(text)
            local list = {}
            for word in string.gmatch(text, '%S+') do list[#list + 1] = word end
            return list
        end
        for i = 1, #ARGV, 2 do
            local path, all = {}, fields(ARGV[i])
            for k = 1, #all, 4 do
                local level = { isFrozen = all[k + 3] == '1', extraHigh = 0, extraLow = 0 }
                if all[k] ~= '-' then level.limitHigh, level.limitLow = parse(all[k]) end
                level.spentHigh, level.spentLow = parse(all[k + 1])
                level.heldHigh, level.heldLow = parse(all[k + 2])
                path[#path + 1] = level
            end
            local f, it = fields(ARGV[i + 1]), {}
            it.fixedHigh, it.fixedLow = parse(f[1])
            it.perHigh, it.perLow = parse(f[2])
            it.wanted, it.floor, it.isOpen = tonumber(f[3]), tonumber(f[4]), f[5] == '1'
            it.reserveHigh, it.reserveLow = parse(f[6])
            local decision, tokens, by = decide(path, it)
            replies[#replies + 1] = decision
            replies[#replies + 1] = string.format('%.0f', tokens)
            replies[#replies + 1] = string.format('%d', by - 1)
        end
        return replies
        """;

    private const long MostTokens = (1L << 53) - 1;

    private static readonly long[] Borders = [0, 1, 999_999_999, 1_000_000_000, 1_000_000_001, (1L << 53) - 1, 1L << 53, (1L << 53) + 1, long.MaxValue - 1, long.MaxValue];

    /// <summary>Every size of number alike, and those beside the borders.</summary>
    private static readonly Gen<long> Amount = Gen.Frequency(
        (6, Gen.Select(Gen.Int[0, 62], Gen.Long[0, long.MaxValue], (bits, value) => value >> bits)),
        (1, Gen.Int[0, 9].Select(i => Borders[i])));

    private static readonly Gen<long> Count = Amount.Select(value => Math.Min(value, MostTokens));

    private RedisServer _server = null!;
    private RedisConnection _connection = null!;

    [OneTimeSetUp]
    public void Start()
    {
        _server = new RedisServer();
        _connection = RedisConnection.Open(_server.Options, new RedisFaults(_server.Options));
    }

    [OneTimeTearDown]
    public void Stop()
    {
        _connection?.Dispose();
        _server?.Dispose();
    }

    [Test]
    public void Amounts_are_exact_up_to_9_million_dollars() => Gen.Select(Gen.Frequency((4, Amount), (1, Amount.Select(a => -a))), Amount, Count).Array[200].Sample(cases =>
    {
        var replies = Run(["1-amounts.lua"], Numbers, cases.SelectMany(c => new[] { Text(c.Item1), Text(c.Item2), Text(c.Item3) }));
        for (var i = 0; i < cases.Length; i++)
        {
            var (x, y, count) = cases[i];
            var (a, b) = ((BigInteger)x, (BigInteger)y);
            var product = a * count;
            string[] expected =
            [
                a.ToString(CultureInfo.InvariantCulture), (a + b).ToString(CultureInfo.InvariantCulture), (a - b).ToString(CultureInfo.InvariantCulture), a < b ? "1" : "0",
                x < 0 ? "" : BigInteger.Min(a + b, long.MaxValue).ToString(CultureInfo.InvariantCulture), x < 0 ? "" : (a / 4).ToString(CultureInfo.InvariantCulture),
                x < 0 || product > 2 * BigInteger.Pow(10, 19) ? "" : product.ToString(CultureInfo.InvariantCulture),
                x < 0 || y == 0 ? "" : BigInteger.Min(a / b, count).ToString(CultureInfo.InvariantCulture),
            ];
            var got = replies[(8 * i)..(8 * i + 8)];
            // Beside 2 * 10^19 a product may be told either way; both are beyond every amount.
            if (x >= 0 && product > (BigInteger)19e18)
                expected[6] = got[6] = "";
            if (!got.SequenceEqual(expected))
                throw new InvalidOperationException($"{x} {y} {count}: {string.Join(' ', got)} instead of {string.Join(' ', expected)}");
        }
    }, iter: 200, threads: 1);

    [Test]
    public void The_script_decides_as_HoldRules_do()
    {
        var level = Gen.Select(Gen.Frequency((5, Amount.Select(a => (long?)a)), (1, Gen.Const((long?)null))), Amount, Amount, Gen.Int[0, 20], (limit, spent, held, frozen) =>
        {
            spent = limit is { } l && frozen % 3 != 0 ? Math.Min(spent, l) : spent;
            // What is held is what was granted: never more than can be counted beside what was spent.
            held = Math.Min(held, long.MaxValue - spent);
            return new BudgetFigures(limit is { } m ? P(m) : null, P(spent), P(held), frozen == 1);
        });
        var demand = Gen.Select(Amount, Amount, Count, Count, Gen.Bool, Amount, (fixedPart, per, a, b, open, reserve) =>
        {
            var floor = Math.Min(a, b);
            // HoldRules are given what does not overflow beside the floor; the ledger refuses the others before.
            if ((BigInteger)per * floor + fixedPart > long.MaxValue)
                (fixedPart, per) = (fixedPart / 4, per / (2 * floor + 1));
            return Output(fixedPart, per, Math.Max(a, b), floor, open) with { Reserve = P(reserve % 3 == 0 ? reserve : 0) };
        });
        var decisions = new Dictionary<string, int>();
        Gen.Select(level.Array[1, 3], demand).Array[200].Sample(cases =>
        {
            var replies = Run(["1-amounts.lua", "2-rules.lua"], Rules, cases.SelectMany(c => new[]
            {
                string.Join(' ', c.Item1.Select(l => $"{(l.Limit is { } m ? Text(m.Value) : "-")} {l.Spent.Value} {l.Held.Value} {(l.IsFrozen ? 1 : 0)}")),
                $"{c.Item2.Fixed.Value} {c.Item2.PerOutputToken.Value} {c.Item2.WantedTokens} {c.Item2.FloorTokens} {(c.Item2.OpenEnded ? 1 : 0)} {c.Item2.Reserve.Value}",
            }));
            for (var i = 0; i < cases.Length; i++)
            {
                var decision = HoldRules.Decide(cases[i].Item1, cases[i].Item2, out var tokens, out var by);
                var letter = decision.ToString()[..1];
                decisions[letter] = decisions.GetValueOrDefault(letter) + 1;
                var expected = (letter, decision is HoldRules.Decision.Grant or HoldRules.Decision.Wait ? Text(tokens) : "0", Text(by));
                var got = (replies[3 * i], replies[3 * i + 1], replies[3 * i + 2]);
                if (got != expected)
                    throw new InvalidOperationException($"{string.Join(", ", cases[i].Item1)} {cases[i].Item2}: {got} instead of {expected}");
            }
        }, iter: 300, threads: 1);
        Assert.That(decisions.Keys, Is.EquivalentTo(new[] { "G", "W", "E", "F" }));
        Assert.That(decisions.Values, Is.All.GreaterThan(500), string.Join(", ", decisions));
    }

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);

    private string[] Run(string[] scripts, string body, IEnumerable<string> arguments)
    {
        var output = new ArrayBufferWriter<byte>();
        RespWriter.Write(output, ["EVAL", RedisScripts.Join(scripts) + body, "0"], arguments.ToArray());
        _connection.Write(output.WrittenSpan);
        object? value;
        while ((value = _connection.Read()) is RespPush)
        {
        }
        return value is object?[] items ? Array.ConvertAll(items, item => (string)item!) : throw new InvalidOperationException($"{value}");
    }
}
