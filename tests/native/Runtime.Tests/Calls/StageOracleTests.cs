using System.Globalization;
using CsCheck;
using IronCage.Runtime.Calls;
using IronCage.Runtime.Tests.Support;

namespace IronCage.Runtime.Tests.Calls;

/// <summary>The stages against their own arithmetic, done again in decimals.</summary>
public class StageOracleTests
{
    private static readonly (string Model, decimal Input, decimal Output)[] Chain = [("gpt-4o", 2.5m, 10m), ("gpt-4o-mini", 0.15m, 0.6m), ("gpt-4.1-nano", 0.1m, 0.4m)];

    private const long Useful = 4096, Floor = 64;

    /// <summary>The model that is called, with which limit, and whether that draws on the reserve; null: refused.</summary>
    private static (string Model, long Limit, bool WrapsUp)? Expected(decimal budget, decimal reserve, long wanted)
    {
        foreach (var each in Chain)
        {
            if (Affordable(each, budget - reserve, budget - reserve) is var tokens && tokens >= Math.Min(wanted, Useful))
                return (each.Model, Math.Min(wanted, tokens), false);
        }
        // The cheapest, shortened as far as need be: with the reserve where there is one.
        return Affordable(Chain[^1], budget - reserve, budget) is var last && last >= Math.Min(wanted, Floor) ? (Chain[^1].Model, Math.Min(wanted, last), reserve > 0) : null;
    }

    private static long Affordable((string, decimal Input, decimal Output) price, decimal available, decimal rest)
    {
        // 17 tokens of input by the tokenizer, which is asked where 24, the bound by bytes, is more than a fiftieth of what is left beside the reserve.
        var input = (24 * price.Input / 1_000_000 > Math.Floor(available * 1_000_000_000_000 / 50) / 1_000_000_000_000 ? 17 : 24) * price.Input / 1_000_000;
        return rest < input ? -1 : (long)Math.Floor((rest - input) * 1_000_000 / price.Output);
    }

    [Test]
    public void Model_limit_and_reserve_are_those_of_the_arithmetic() =>
        Gen.Select(Gen.Double[-5, -1], Gen.Int[0, 9], Gen.Long[1, 16_000]).Sample((exponent, tenths, wanted) =>
        {
            var budget = Math.Max(0.000001m, Math.Round((decimal)Math.Pow(10, exponent), 9));
            var reserve = Math.Round(budget * tenths / 10, 12);
            using var cage = new Cage();
            var protection = cage.Protect(string.Create(CultureInfo.InvariantCulture,
                $"\"budget_usd\":\"{budget}\",\"degrade\":{{\"gpt-4o\":\"gpt-4o-mini\",\"gpt-4o-mini\":\"gpt-4.1-nano\"}}{(reserve > 0 ? $",\"reserve_usd\":\"{reserve}\"" : "")}"));
            var begun = cage.Begin(protection.OpenRun(null), Wire.Request(extra: $"\"max_tokens\":{wanted}"));
            var expected = Expected(budget, reserve, wanted);
            var report = Cage.Report(protection);
            if (expected is not { } call)
            {
                Assert.That((begun.Error, Cage.Figures(protection).BudgetHeld), Is.EqualTo(("BudgetExceeded", (decimal?)0m)));
                return;
            }
            var sent = begun.Kind == VerdictKind.Send ? Wire.Request(extra: $"\"max_tokens\":{wanted}") : begun.Text;
            Assert.That(sent, Is.EqualTo(Wire.Request(model: call.Model, extra: $"\"max_tokens\":{call.Limit}")));
            Assert.That((report.GetProperty("wrap_ups").GetInt64() == 1, report.GetProperty("degraded").GetInt64() == 1), Is.EqualTo((call.WrapsUp, call.Model != "gpt-4o")));
            Assert.That(Cage.Figures(protection).BudgetHeld, Is.LessThanOrEqualTo(budget - (call.WrapsUp ? 0 : reserve)));
        }, iter: Counts.Of(150), threads: 1);
}
