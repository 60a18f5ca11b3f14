using System.Globalization;
using CsCheck;
using IronCage.Core.Ledger;
using IronCage.Core.Time;
using IronCage.State.Tests.Support;
using static IronCage.State.Tests.Support.Money;

namespace IronCage.State.Tests.Ledger;

/// <summary>Random operations on a tree with a window against <see cref="TreeModel"/>.</summary>
public class TreeModelTests
{
    private enum Kind
    {
        Hold,
        HoldOrGiveUp,
        Settle,
        Limit,
        TopUp,
        Freeze,
        Unfreeze,
        Pass,
    }

    private static readonly Gen<(Kind Kind, int Account, long A, long B, int Which)[]> Steps =
        Gen.Select(Gen.Frequency((6, Gen.Const(Kind.Hold)), (2, Gen.Const(Kind.HoldOrGiveUp)), (6, Gen.Const(Kind.Settle)), (1, Gen.Const(Kind.Limit)), (1, Gen.Const(Kind.TopUp)),
                (1, Gen.Const(Kind.Freeze)), (2, Gen.Const(Kind.Unfreeze)), (1, Gen.Const(Kind.Pass))),
            Gen.Int[0, 3], Gen.Long[0, 50], Gen.Long[0, 50], Gen.Int[0, 50]).Array[1, 60];

    [Test]
    public void The_memory_store_does_what_the_model_does() =>
        Steps.Sample(steps => Run(clock => new MemoryStore(clock, new SystemIdSource(clock)), steps), iter: Counts.Of(2_000));

    [Test]
    public void The_SQLite_store_does_what_the_model_does() => Steps.Sample(steps =>
    {
        using var directory = new TemporaryDirectory(inMemory: true);
        return Run(clock => new SqliteStore(directory.File(), null, clock, new SystemIdSource(clock)), steps);
    }, iter: Counts.Of(40), threads: 1);

    [TestCase(true)]
    [TestCase(false)]
    public void The_Redis_store_does_what_the_model_does(bool leases)
    {
        using var server = new RedisServer();
        var runs = 0;
        Steps.Sample(steps => Run(clock => server.Open(server.Options with { UsesLeases = leases, Namespace = $"n{Interlocked.Increment(ref runs)}" }, clock), steps), iter: Counts.Of(60), threads: 1);
    }

    private static bool Run(Func<TimeProvider, IStore> make, (Kind Kind, int Account, long A, long B, int Which)[] steps)
    {
        var clock = new ManualTimeProvider();
        using var store = make(clock);
        var accounts = TreeModel.Terms("").Select(store.Open).ToArray();
        var model = new TreeModel();
        var all = new List<(TreeModel.Entry Expected, Task<HoldOutcome> Task)>();
        foreach (var (kind, which, a, b, n) in steps)
        {
            var account = accounts[which];
            switch (kind)
            {
                case Kind.Hold or Kind.HoldOrGiveUp:
                    var demand = Output(a, 1, b, b / 2, open: n % 5 == 0);
                    var task = account.HoldAsync(demand, kind == Kind.Hold ? Forever : NoWait).AsTask();
                    all.Add((model.Hold(which, demand, kind == Kind.Hold), task));
                    break;
                case Kind.Settle when model.Open.Count > 0:
                    var open = model.Open[n % model.Open.Count];
                    var cost = n % 7 == 0 ? a : Math.Min(a, open.Amount);
                    if (!accounts[open.Account].Settle(open.Demand.Call, P(cost)) || accounts[open.Account].Settle(open.Demand.Call, P(cost)))
                        return false;
                    model.Settle(open, cost);
                    break;
                case Kind.Limit:
                    account.ChangeAsync(new BudgetChange(Limit: P(40 + a))).AsTask().Wait();
                    model.SetLimit(which, 40 + a);
                    break;
                case Kind.TopUp:
                    var change = new BudgetChange(TopUp: P(a - 20), Id: Guid.NewGuid());
                    var isPossible = model.TopUp(which, a - 20);
                    // Tried again it does nothing.
                    for (var tries = 0; tries < 2; tries++)
                    {
                        try
                        {
                            account.ChangeAsync(change).AsTask().Wait();
                            if (!isPossible)
                                return false;
                        }
                        catch (Exception e) when (e is ArgumentException or AggregateException { InnerException: ArgumentException })
                        {
                            if (isPossible)
                                return false;
                        }
                    }
                    break;
                case Kind.Freeze or Kind.Unfreeze:
                    account.ChangeAsync(new BudgetChange(Frozen: kind == Kind.Freeze)).AsTask().Wait();
                    model.Freeze(which, kind == Kind.Freeze);
                    break;
                case Kind.Pass:
                    clock.Advance(TimeSpan.FromSeconds(n));
                    model.Pass(n);
                    break;
            }
            for (var i = 0; i < accounts.Length; i++)
            {
                var level = model.Levels[i];
                var seen = accounts[i].ReadAsync().AsTask().Result;
                if ((seen.Limit, seen.Spent, seen.Held, seen.IsFrozen) != (P(level.Limit + level.Extra), P(level.Spent), P(level.Held), level.IsFrozen) || accounts[i].Peek() != seen)
                    throw new InvalidOperationException(string.Create(CultureInfo.InvariantCulture, $"{accounts[i].Name}: {seen}, but {level.Limit}+{level.Extra} {level.Spent} {level.Held} {level.IsFrozen}"));
            }
            foreach (var (expected, task) in all)
            {
                if (expected.Status is { } status
                        ? task.Result.Status != status || task.Result.Held.Value != (status == HoldStatus.Granted ? expected.Amount : 0)
                        : task.IsCompleted)
                    return false;
            }
        }
        return true;
    }
}
