using System.Collections.Concurrent;
using CsCheck;
using IronCage.Core.Ledger;
using IronCage.Core.Money;
using IronCage.Core.Time;
using IronCage.State.Tests.Support;
using static IronCage.State.Tests.Support.Money;

namespace IronCage.State.Tests.Ledger;

/// <summary>
/// Operations of several threads on one tree: whatever they were answered, and whatever the figures are afterwards, is what <see cref="TreeModel"/> says in one of their orders.
/// </summary>
public class ParallelTests
{
    private static int s_trees;

    /// <summary>An operation. Which tells it apart: its answer is kept under it.</summary>
    private readonly record struct Step(int Which, int Account, int Call, long Amount);

    private static readonly Gen<Step> AnyStep = Gen.Select(Gen.Int[1, int.MaxValue], Gen.Int[0, 3], Gen.Int[0, 4], Gen.Long[0, 60], (which, account, call, amount) => new Step(which, account, call, amount));

    /// <summary>A tree in a store, and the answers of its operations.</summary>
    private sealed class Tree(IStore store)
    {
        private readonly ILedgerAccount[] _accounts = [.. TreeModel.Terms($"{Interlocked.Increment(ref s_trees)} ").Select(store.Open)];
        private readonly Guid[] _calls = [.. Enumerable.Range(0, 5).Select(_ => Guid.NewGuid())];

        private readonly Lock[] _asking = [.. Enumerable.Range(0, 4 * 5).Select(_ => new Lock())];

        public ConcurrentDictionary<int, string> Answers { get; } = [];

        public IEnumerable<BudgetFigures> Figures => _accounts.Select(account => account.ReadAsync().AsTask().Result with { PeriodEnd = null });

        /// <summary>A call asks once at a time: while it is being decided, another of its id has one, also where none comes of it.</summary>
        public void Hold(Step step)
        {
            using var alone = _asking[5 * step.Account + step.Call].EnterScope();
            try
            {
                Answers[step.Which] = _accounts[step.Account].HoldAsync(Exactly(step.Amount, _calls[step.Call]), NoWait).AsTask().Result.Status.ToString();
            }
            catch (InvalidOperationException)
            {
                Answers[step.Which] = "has one";
            }
        }

        public void Settle(Step step) => Answers[step.Which] = _accounts[step.Account].Settle(_calls[step.Call], P(step.Amount / 2)).ToString();

        public void Change(Step step, BudgetChange change) => _accounts[step.Account].ChangeAsync(change).AsTask().Wait();

        public void Read(Step step) => Answers[step.Which] = Text(_accounts[step.Account].ReadAsync().AsTask().Result);

        public static string Text(BudgetFigures figures) => $"{figures.Limit} {figures.Spent} {figures.Held} {figures.IsFrozen}";
    }

    /// <summary>The same for the model.</summary>
    private sealed class Model
    {
        private readonly TreeModel _tree = new();
        private readonly Dictionary<(int Account, int Call), TreeModel.Entry> _calls = [];

        public Dictionary<int, string> Answers { get; } = [];

        public IEnumerable<BudgetFigures> Figures => _tree.Levels.Select(Of);

        public void Hold(Step step)
        {
            if (_calls.TryGetValue((step.Account, step.Call), out var known) && _tree.Open.Contains(known))
            {
                Answers[step.Which] = "has one";
                return;
            }
            var entry = _calls[(step.Account, step.Call)] = _tree.Hold(step.Account, Exactly(step.Amount), mayWait: false);
            Answers[step.Which] = entry.Status!.Value.ToString();
        }

        public void Settle(Step step) => Answers[step.Which] = (_calls.TryGetValue((step.Account, step.Call), out var entry) && _tree.Settle(entry, step.Amount / 2)).ToString();

        public void TopUp(Step step) => _tree.TopUp(step.Account, step.Amount);

        public void SetLimit(Step step) => _tree.SetLimit(step.Account, step.Amount);

        public void Freeze(Step step) => _tree.Freeze(step.Account, step.Call == 0);

        public void Read(Step step) => Answers[step.Which] = Tree.Text(Of(_tree.Levels[step.Account]));

        private static BudgetFigures Of(TreeModel.Level level) => new(new Picodollars(level.Limit + level.Extra), P(level.Spent), P(level.Held), level.IsFrozen);
    }

    [Test]
    public void The_memory_store_is_linear()
    {
        var clock = new ManualTimeProvider(); // no window ends meanwhile
        // One for each tree: it keeps what it was asked for by name, and each account is a mapping, of which a process may have some 65,000.
        Sample(() => new MemoryStore(clock, new SystemIdSource(clock)), Counts.Of(150));
    }

    [Test]
    public void The_SQLite_store_is_linear()
    {
        using var directory = new TemporaryDirectory(inMemory: true);
        var clock = new ManualTimeProvider(); // no window ends meanwhile
        using var store = new SqliteStore(directory.File(), null, clock, new SystemIdSource(clock));
        Sample(() => store, Counts.Of(50));
        Assert.That(store.Check().IsSound, Is.True);
    }

    [TestCase(true)]
    [TestCase(false)]
    public void The_Redis_store_is_linear(bool leases)
    {
        using var server = new RedisServer();
        var clock = new ManualTimeProvider(); // no window ends meanwhile
        for (var round = 0; round < (Counts.Long ? 50 : 1); round++)
        {
            // What a store has leased it keeps while the clock stands still: of many trees that is much.
            using var store = server.Open(server.Options with { UsesLeases = leases, Namespace = $"n{round}" }, clock);
            Sample(() => store, 15);
        }
    }

    private static void Sample(Func<IStore> storeOf, long count) => Gen.Const(0).Select(_ => (new Tree(storeOf()), new Model())).SampleParallel(
        [
            AnyStep.Operation<Tree, Model>(step => $"hold {step}", (tree, step) => tree.Hold(step), (model, step) => model.Hold(step)),
            AnyStep.Operation<Tree, Model>(step => $"hold too {step}", (tree, step) => tree.Hold(step), (model, step) => model.Hold(step)),
            AnyStep.Operation<Tree, Model>(step => $"settle {step}", (tree, step) => tree.Settle(step), (model, step) => model.Settle(step)),
            AnyStep.Operation<Tree, Model>(step => $"top up {step}", (tree, step) => tree.Change(step, new BudgetChange(TopUp: P(step.Amount))), (model, step) => model.TopUp(step)),
            AnyStep.Operation<Tree, Model>(step => $"limit {step}", (tree, step) => tree.Change(step, new BudgetChange(Limit: P(step.Amount))), (model, step) => model.SetLimit(step)),
            AnyStep.Operation<Tree, Model>(step => $"freeze {step}", (tree, step) => tree.Change(step, new BudgetChange(Frozen: step.Call == 0)), (model, step) => model.Freeze(step)),
            AnyStep.Operation<Tree, Model>(step => $"read {step}", (tree, step) => tree.Read(step), (model, step) => model.Read(step)),
        ],
        equal: (tree, model) => tree.Answers.OrderBy(answer => answer.Key).SequenceEqual(model.Answers.OrderBy(answer => answer.Key)) && tree.Figures.SequenceEqual(model.Figures),
        maxSequentialOperations: 8, maxParallelOperations: 5, iter: count,
        printActual: tree => string.Join(", ", tree.Answers) + " | " + string.Join(", ", tree.Figures.Select(Tree.Text)),
        printModel: model => string.Join(", ", model.Answers) + " | " + string.Join(", ", model.Figures.Select(Tree.Text)));
}
