using CsCheck;
using IronCage.Core.Ledger;
using IronCage.Core.Time;
using IronCage.State.Tests.Support;
using static IronCage.State.Tests.Support.Money;

namespace IronCage.State.Tests.Ledger;

/// <summary>Random operations against a list and three numbers.</summary>
public class LedgerModelTests
{
    private enum Kind
    {
        Hold,
        HoldOrGiveUp,
        Settle,
        Limit,
        Cancel,
        Advance,
    }

    private static readonly Gen<(Kind Kind, long A, long B, int Which)[]> Steps =
        Gen.Select(Gen.Frequency((6, Gen.Const(Kind.Hold)), (2, Gen.Const(Kind.HoldOrGiveUp)), (6, Gen.Const(Kind.Settle)),
                (1, Gen.Const(Kind.Limit)), (1, Gen.Const(Kind.Cancel)), (1, Gen.Const(Kind.Advance))),
            Gen.Long[0, 60], Gen.Long[0, 60], Gen.Int[0, 50]).Array[1, 60];

    [Test]
    public void The_memory_store_does_what_the_model_does() =>
        Steps.Sample(steps => Run(clock => new MemoryStore(clock, new SystemIdSource(clock)), steps), iter: 3_000);

    [Test]
    public void The_SQLite_store_does_what_the_model_does() => Steps.Sample(steps =>
    {
        using var directory = new TemporaryDirectory();
        return Run(clock => new SqliteStore(directory.File(), null, clock, new SystemIdSource(clock)), steps);
    }, iter: 60, threads: 1);

    [TestCase(true)]
    [TestCase(false)]
    public void The_Redis_store_does_what_the_model_does(bool leases)
    {
        using var server = new RedisServer();
        var runs = 0;
        Steps.Sample(steps => Run(clock => server.Open(server.Options with { UsesLeases = leases, Namespace = $"n{Interlocked.Increment(ref runs)}" }, clock), steps), iter: 100, threads: 1);
    }

    private static bool Run(Func<TimeProvider, IStore> make, (Kind Kind, long A, long B, int Which)[] steps)
    {
        var clock = new ManualTimeProvider();
        using var store = make(clock);
        var account = store.Open("b", P(100));
        var model = new Model { Limit = 100 };
        var all = new List<(Model.Entry Expected, Task<HoldOutcome> Task, CancellationTokenSource Cancel)>();

        foreach (var (kind, a, b, which) in steps)
        {
            switch (kind)
            {
                case Kind.Hold or Kind.HoldOrGiveUp:
                    // The first kind waits for about 10 s, the second not at all.
                    var demand = Output(a, 1, b, b / 2, open: which % 5 == 0);
                    var cancel = new CancellationTokenSource();
                    // No two waits end together, so that the order in which they do is the model's.
                    var wait = kind == Kind.Hold ? TimeSpan.FromMilliseconds(10_000 + all.Count) : NoWait;
                    var task = account.HoldAsync(demand, wait, null, cancel.Token).AsTask();
                    all.Add((model.Hold(demand, kind == Kind.Hold, clock.GetUtcNow() + wait), task, cancel));
                    break;
                case Kind.Settle when model.Open.Count > 0:
                    var open = model.Open[which % model.Open.Count];
                    var actual = which % 7 == 0 ? a : Math.Min(a, open.Amount);
                    if (!account.Settle(open.Demand.Call, P(actual)))
                        return false;
                    model.Settle(open, actual);
                    break;
                case Kind.Limit:
                    model.SetLimit(60 + a);
                    store.Open("b", P(60 + a));
                    break;
                case Kind.Cancel when model.Queue.Count > 0:
                    var waiting = model.Queue[which % model.Queue.Count];
                    model.GiveUp(waiting, HoldStatus.Cancelled);
                    all.Single(x => x.Expected == waiting).Cancel.Cancel();
                    break;
                case Kind.Advance:
                    var end = clock.GetUtcNow() + TimeSpan.FromSeconds(4);
                    foreach (var late in model.Queue.Where(e => e.Deadline <= end).OrderBy(e => e.Deadline).ToList())
                    {
                        // One at a time, as time passes: serving the next may come between two ends.
                        if (!model.Queue.Contains(late))
                            continue;
                        clock.Advance(late.Deadline - clock.GetUtcNow());
                        model.GiveUp(late, HoldStatus.TimedOut);
                        account.ReadAsync().AsTask().Wait();
                    }
                    clock.Advance(end - clock.GetUtcNow());
                    break;
            }
            // Everything has been looked at after this.
            var seen = account.ReadAsync().AsTask().Result;
            var peeked = account.Peek();
            if (seen != Figures(model.Limit, model.Spent, model.Held) || peeked != seen)
                return false;
            if (model.Held > 0 && model.Spent + model.Held > model.Limit && !model.Excused)
                return false;
            foreach (var (expected, task, _) in all)
            {
                if (expected.Status is { } status
                        ? task.Result.Status != status || task.Result.Held.Value != (status == HoldStatus.Granted ? expected.Amount : 0)
                        : task.IsCompleted)
                    return false;
            }
        }
        return true;
    }

    /// <summary>The obvious ledger. Its decisions are an oracle of their own: it tries all token counts.</summary>
    private sealed class Model
    {
        public long Limit;
        public long Spent;
        public long Held;

        /// <summary>A provider billed above its hold, or the limit was lowered below what is out.</summary>
        public bool Excused;

        public readonly List<Entry> Open = [];
        public readonly List<Entry> Queue = [];

        public Entry Hold(HoldDemand demand, bool mayWait, DateTimeOffset deadline)
        {
            var entry = new Entry { Demand = demand, Deadline = deadline };
            if (Best(demand) is not { } tokens)
                entry.Status = HoldStatus.Exceeded;
            else if (Queue.Count == 0 && demand.Cost(tokens).Value <= Limit - Spent - Held)
                Grant(entry, tokens);
            else if (mayWait)
                Queue.Add(entry);
            else
                entry.Status = HoldStatus.TimedOut;
            return entry;
        }

        public void Settle(Entry open, long actual)
        {
            Excused |= actual > open.Amount;
            Open.Remove(open);
            Held -= open.Amount;
            Spent += actual;
            Serve();
        }

        public void SetLimit(long limit)
        {
            Excused |= limit < Spent + Held;
            Limit = limit;
            Serve();
        }

        public void GiveUp(Entry waiting, HoldStatus why)
        {
            waiting.Status = why;
            Queue.Remove(waiting);
            Serve();
        }

        private void Serve()
        {
            foreach (var entry in Queue.ToList())
            {
                if (Best(entry.Demand) is not { } tokens)
                {
                    entry.Status = HoldStatus.Exceeded;
                    Queue.Remove(entry);
                }
                else if (Queue[0] == entry && entry.Demand.Cost(tokens).Value <= Limit - Spent - Held)
                {
                    Queue.Remove(entry);
                    Grant(entry, tokens);
                }
            }
        }

        private void Grant(Entry entry, long tokens)
        {
            entry.Status = HoldStatus.Granted;
            entry.Amount = entry.Demand.Cost(tokens).Value;
            Held += entry.Amount;
            Open.Add(entry);
        }

        private long? Best(HoldDemand demand)
        {
            for (var t = demand.WantedTokens; t >= demand.FloorTokens; t--)
            {
                var quarter = !demand.OpenEnded || demand.FloorTokens == demand.WantedTokens || t == demand.FloorTokens || demand.Cost(t).Value <= (Limit - Spent) / 4;
                if (quarter && demand.Cost(t).Value <= Limit - Spent)
                    return t;
            }
            return null;
        }

        public sealed class Entry
        {
            public HoldDemand Demand;
            public DateTimeOffset Deadline;
            public HoldStatus? Status;
            public long Amount;
        }
    }
}
