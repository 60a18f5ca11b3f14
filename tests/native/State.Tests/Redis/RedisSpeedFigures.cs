using System.Diagnostics;
using System.Globalization;
using System.Text;
using IronCage.Core.Ledger;
using IronCage.State.Tests.Support;
using static IronCage.State.Tests.Support.Money;

namespace IronCage.State.Tests.Redis;

/// <summary>
/// Holds and settlements beside what redis-cli needs for the same script calls, in the same run. Run by name: dotnet test --filter RedisSpeedFigures -c Release.
/// </summary>
[Explicit("measures")]
public class RedisSpeedFigures
{
    private const int Trips = 4_000;

    [Test]
    public async Task Calls_with_and_without_leases_beside_redis_cli()
    {
        using var server = new RedisServer();
        using var bare = server.Open(server.Options with { UsesLeases = false, Namespace = "bare" });
        using var leased = server.Open(server.Options with { Namespace = "leased" });
        var (asking, leasing) = (bare.Open("b", P(long.MaxValue / 2)), leased.Open("b", P(long.MaxValue / 2)));
        await Pairs(asking, 500);
        await Pairs(leasing, 200_000);
        Cli(server, 500, "warm");
        var cli = new List<double>();
        var without = new List<double>();
        var with = new List<double>();
        for (var round = 0; round < 5; round++)
        {
            cli.Add(Cli(server, Trips, $"r{round}"));
            without.Add(await Pairs(asking, Trips));
            with.Add(await Pairs(leasing, 1_000_000));
        }
        var (trip, pair, local) = (Median(cli), Median(without), Median(with));
        TestContext.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"""
            redis-cli, EVALSHA of a settlement and a hold:  {trip * 1e6,8:0.0} µs
            without leases, hold and settlement:            {pair * 1e6,8:0.0} µs   {pair / trip:0.00} × redis-cli
            with leases, hold and settlement:               {local * 1e6,8:0.00} µs   1/{2 * trip / local:0} of a script call for each step
            """));
        Assert.That(pair, Is.LessThanOrEqualTo(1.3 * trip));
        Assert.That(2 * trip / local, Is.GreaterThanOrEqualTo(50));
    }

    private static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);

    /// <summary>Seconds for one hold with its settlement, one after the other.</summary>
    private static async Task<double> Pairs(ILedgerAccount account, int count)
    {
        var ids = new Guid[count];
        for (var i = 0; i < count; i++)
            ids[i] = Guid.NewGuid();
        var start = Stopwatch.GetTimestamp();
        foreach (var id in ids)
        {
            if ((await account.HoldAsync(Exactly(1_000, id), Forever)).Status != HoldStatus.Granted)
                throw new InvalidOperationException("refused");
            account.Settle(id, P(900));
        }
        return Stopwatch.GetElapsedTime(start).TotalSeconds / count;
    }

    /// <summary>Seconds for one round trip of redis-cli with the same script and the same work: a settlement and a hold.</summary>
    private static double Cli(RedisServer server, int count, string owner)
    {
        var sha = server.Cli("script", "load", RedisScripts.Batch);
        var lines = new StringBuilder();
        void Line(int number, string epoch, string steps) =>
            lines.AppendLine(CultureInfo.InvariantCulture, $"EVALSHA {sha} 0 ironcage:{{cli}}: {owner} {number} {epoch} new 0 \"\" 60000 1 host 0 {steps}");
        Line(1, "\"\"", "0 O b 4611686018427387903 \"\" \"\" \"\" H b 1000 0 0 0 0 0 1 \"\"");
        for (var i = 2; i <= count; i++)
            Line(i, "new", "5 R b 4000000000000 900 1000 H b 1000 0 0 0 0 0 1 \"\"");
        var start = new ProcessStartInfo("redis-cli") { RedirectStandardInput = true, RedirectStandardOutput = true };
        start.ArgumentList.Add("-p");
        start.ArgumentList.Add(server.Port.ToString(CultureInfo.InvariantCulture));
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        process.StandardInput.WriteLine("PING");
        process.StandardInput.Flush();
        Thread.Sleep(100);
        var clock = Stopwatch.GetTimestamp();
        process.StandardInput.Write(lines);
        process.StandardInput.Close();
        process.WaitForExit();
        var seconds = Stopwatch.GetElapsedTime(clock).TotalSeconds;
        Assert.That(output.Result, Does.Contain("OK").And.Not.Contain("DAMAGED").And.Not.Contain("ERR"));
        return seconds / count;
    }
}
