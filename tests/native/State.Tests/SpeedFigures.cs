using System.Diagnostics;
using IronCage.Core.Audit;
using IronCage.Core.Ledger;
using IronCage.Core.Time;
using IronCage.State.Tests.Support;
using static IronCage.State.Tests.Support.Money;

namespace IronCage.State.Tests;

/// <summary>Figures, not assertions. Run by name: dotnet test --filter SpeedFigures -c Release.</summary>
[Explicit("measures")]
public class SpeedFigures
{
    [Test]
    public void Memory_pairs_on_one_thread()
    {
        using var store = new MemoryStore(TimeProvider.System, new SystemIdSource(TimeProvider.System));
        var account = store.Open("b", P(long.MaxValue / 2));
        var demand = Output(1000, 10, 500, 100);
        for (var round = 0; round < 5; round++)
        {
            const int Pairs = 2_000_000;
            var start = Stopwatch.GetTimestamp();
            for (var i = 0; i < Pairs; i++)
            {
                _ = account.HoldAsync(demand, Forever).Result;
                account.Settle(demand.Call, P(1));
            }
            TestContext.Out.WriteLine($"memory: {Pairs / Stopwatch.GetElapsedTime(start).TotalSeconds:N0} pairs/s");
        }
    }

    [TestCase(1, 1_000, false)]
    [TestCase(64, 500, false)]
    [TestCase(64, 500, true)]
    public async Task SQLite_holds(int threads, int calls, bool audited)
    {
        var entry = audited ? new AuditEntry("agent-one", "call.settled", DateTimeOffset.UnixEpoch, new string('x', 170)) : null;
        using var directory = new TemporaryDirectory();
        using var store = new SqliteStore(directory.File(), null, TimeProvider.System, new SystemIdSource(TimeProvider.System));
        var account = store.Open("b", P(long.MaxValue / 2));
        var commits = store.CommitCount;
        var start = Stopwatch.GetTimestamp();
        await Task.WhenAll(Enumerable.Range(0, threads).Select(_ => Task.Run(async () =>
        {
            for (var i = 0; i < calls; i++)
            {
                var demand = Exactly(1000);
                await account.HoldAsync(demand, Forever, entry);
                account.Settle(new Settlement(demand.Call, P(1), Audit: entry));
            }
        })));
        var seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        TestContext.Out.WriteLine($"sqlite, {threads} threads{(audited ? ", two audit entries each" : "")}: {threads * calls / seconds:N0} hold+settle/s, {store.CommitCount - commits} commits");
    }
}
