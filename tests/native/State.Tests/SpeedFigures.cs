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

    /// <summary>Ours and one transaction for each step, in turn, on one disk.</summary>
    [Test]
    public void SQLite_against_a_transaction_for_each_step()
    {
        const int Threads = 64;
        using var directory = new TemporaryDirectory();
        NaiveLedger.Create(directory.File("naive.db"));
        using var store = new SqliteStore(directory.File(), null, TimeProvider.System, new SystemIdSource(TimeProvider.System));
        var account = store.Open("b", P(long.MaxValue / 2));
        var ratios = new List<double>();
        for (var round = 0; round < 3; round++)
        {
            var naive = PairsPerSecond(Threads, TimeSpan.FromSeconds(5), () => new NaiveLedger(directory.File("naive.db")), ledger =>
            {
                var call = Guid.NewGuid();
                Assert.That(ledger.Hold(call, 1000), Is.True);
                ledger.Settle(call, 1000, 1);
            });
            var ours = PairsPerSecond(Threads, TimeSpan.FromSeconds(5), () => (IDisposable?)null, _ =>
            {
                var demand = Exactly(1000);
                Assert.That(account.HoldAsync(demand, Forever).AsTask().GetAwaiter().GetResult().Status, Is.EqualTo(HoldStatus.Granted));
                account.Settle(demand.Call, P(1));
            });
            ratios.Add(ours / naive);
            TestContext.Out.WriteLine($"sqlite, synchronous=FULL, {Threads} threads: {ours:N0} hold+settle/s, one transaction for each step {naive:N0}/s, ratio {ours / naive:N1}");
        }
        TestContext.Out.WriteLine($"sqlite, median ratio {ratios.Order().ElementAt(1):N1}");
    }

    private static double PairsPerSecond<T>(int threads, TimeSpan duration, Func<T> open, Action<T> pair) where T : IDisposable?
    {
        var pairs = 0L;
        using var go = new Barrier(threads + 1);
        var start = 0L;
        var workers = Enumerable.Range(0, threads).Select(_ => new Thread(() =>
        {
            using var ledger = open();
            go.SignalAndWait();
            while (Stopwatch.GetElapsedTime(Volatile.Read(ref start)) < duration)
            {
                pair(ledger);
                Interlocked.Increment(ref pairs);
            }
        })).ToList();
        workers.ForEach(worker => worker.Start());
        start = Stopwatch.GetTimestamp();
        go.SignalAndWait();
        workers.ForEach(worker => worker.Join());
        return pairs / Stopwatch.GetElapsedTime(start).TotalSeconds;
    }
}
