using IronCage.Core.Ledger;
using static IronCage.State.Tests.Support.Money;

namespace IronCage.State.Tests.Faults;

/// <summary>
/// What must be true of the file of a story that was interrupted anywhere: it is sound; what was acknowledged is there; each hold is open, or ended once; budgets, report and audit
/// trail have the same sums; and it goes on.
/// </summary>
internal static class StoryCheck
{
    /// <summary>Spend of the file in tests/vectors.</summary>
    private const long SpentBefore = 7_200_000 + 2_850_000 + 22_200_000;

    /// <summary>A hold of 50 that cost 80.</summary>
    private const long Overrun = 30;

    /// <summary>Checks it, and goes on with it.</summary>
    /// <param name="path">Nobody has it open.</param>
    /// <param name="told">Up to the interruption.</param>
    /// <param name="isOld">Whether the story began with the file in tests/vectors.</param>
    /// <param name="mayRepeat">Whether a commit was said to have failed that had not: docs/ledger.md, what holds at every instant, 3.</param>
    public static async Task Passes(string path, Told.Account told, bool isOld, bool mayRepeat = false)
    {
        // Whoever comes next, at the same instant.
        using (var store = LedgerStory.Open(path, LedgerStory.ClockAt(told.Now)))
            Assert.That(store.CheckIntegrity(), Is.Empty);
        var facts = StoryFacts.Of(path);
        Acknowledged(facts, told);
        var before = Sums(facts, told, isOld, mayRepeat);

        // Whoever comes when everything has expired: each hold ends, once.
        var open = facts.Holds.Values.Where(hold => !hold.IsExpired).Sum(hold => hold.Amount);
        var later = LedgerStory.ClockAt(told.Now + TimeSpan.FromHours(4));
        using (var store = LedgerStory.Open(path, later))
        {
            await store.FlushAsync();
            Assert.That(store.CheckIntegrity(), Is.Empty);
        }
        facts = StoryFacts.Of(path);
        Assert.That(facts.Holds.Values.Where(hold => !hold.IsExpired), Is.Empty);
        Assert.That(facts.Budgets.Values.Select(budget => budget.Held), Is.All.Zero);
        Assert.That(Sums(facts, told, isOld, mayRepeat), Is.EqualTo(before + open));

        using (var store = LedgerStory.Open(path, later))
            await GoesOn(store);
    }

    private static void Acknowledged(StoryFacts facts, Told.Account told)
    {
        Assert.That(facts.Budgets.Keys, Is.SupersetOf(told.Budgets));
        Assert.That(facts.Changes, Is.Unique);
        Assert.That(facts.Changes, Is.SupersetOf(told.Changed).And.SubsetOf(told.Changing));
        Assert.That(facts.HasToken || !told.HasToken);
        foreach (var (id, hold) in facts.Holds)
        {
            Assert.That(told.Calls, Does.ContainKey(id));
            var call = told.Calls[id];
            Assert.That(hold.Budget, Is.EqualTo(call.Budget));
            if (call.Held is { } held)
                Assert.That(hold.Amount, Is.EqualTo(held));
            Assert.That(call.IsDurable, Is.False, "its settlement was acknowledged");
            Assert.That(told.IsOver && (call.HasNone || call.Cost is not null), Is.False, "nothing is left of what failed or was settled");
        }
        foreach (var (id, call) in told.Calls)
            Assert.That(call.Held is null || call.Cost is not null || facts.Holds.ContainsKey(id), "a hold that was acknowledged is there until it is settled");
    }

    /// <summary>Compares the sums.</summary>
    /// <returns>What the root has spent.</returns>
    private static long Sums(StoryFacts facts, Told.Account told, bool isOld, bool mayRepeat)
    {
        var ended = told.Calls.Where(call => call.Value.Held is not null && call.Value.Cost is not null && !facts.Holds.ContainsKey(call.Key)).ToDictionary();
        var expired = facts.Holds.Where(hold => hold.Value.IsExpired).ToDictionary();
        var booked = 0L;
        var below = new HashSet<string>();
        foreach (var terms in LedgerStory.Tree.Reverse())
        {
            below.Add(terms.Name);
            booked = ended.Values.Where(call => below.Contains(call.Budget)).Sum(call => call.Cost!.Value)
                + expired.Values.Where(hold => below.Contains(hold.Budget)).Sum(hold => hold.Amount);
            var held = facts.Holds.Values.Where(hold => !hold.IsExpired && below.Contains(hold.Budget)).Sum(hold => hold.Amount);
            if (!facts.Budgets.TryGetValue(terms.Name, out var budget))
                continue;
            Assert.That((budget.Spent + budget.Ended, budget.Held), Is.EqualTo((booked, held)), terms.Name);
            Assert.That(budget.Spent + budget.Held, Is.LessThanOrEqualTo(budget.Limit + Overrun), terms.Name);
        }

        // One call without a hold: it may not be written yet.
        var recorded = told.Calls.Where(call => call.Value.Budget.Length == 0).ToList();
        var unheld = facts.Spend - booked - (isOld ? SpentBefore : 0);
        var (cost, isDurable) = recorded.Count == 0 ? (0, false) : (recorded[0].Value.Cost!.Value, recorded[0].Value.IsDurable);
        Assert.That(unheld == cost || (unheld == 0 && !isDurable) || (mayRepeat && unheld == 2 * cost), $"the report has {unheld} beside what the budgets have");
        if (isOld)
            Assert.That((facts.Budgets["budget:team-a"].Spent, facts.Budgets["agent:solo"].Spent), Is.EqualTo((51_600_000, 2_850_000)));

        if (facts.IsPruned)
        {
            Assert.That(told.IsPruning);
            return booked;
        }
        Entries(facts, told, ended, unheld, mayRepeat);
        return booked;
    }

    private static void Entries(StoryFacts facts, Told.Account told, Dictionary<Guid, StoryCall> ended, long unheld, bool mayRepeat)
    {
        var settled = ended.Select(call => (call.Key, call.Value.Cost!.Value)).ToList();
        if (unheld > 0)
            settled.AddRange(told.Calls.Where(call => call.Value.Budget.Length == 0).Select(call => (call.Key, call.Value.Cost!.Value)));
        Assert.That(facts.Expired, Is.EquivalentTo(facts.Holds.Where(hold => hold.Value.IsExpired).Select(hold => hold.Key)));
        Assert.That(facts.Notes, Is.SupersetOf(told.DurableNotes).And.SubsetOf(told.Appended));
        var allowed = facts.Holds.Keys.Concat(ended.Keys).ToList();
        if (mayRepeat)
        {
            Assert.That(facts.Settled.Distinct(), Is.EquivalentTo(settled));
            Assert.That(facts.Allowed, Is.SupersetOf(allowed));
            return;
        }
        Assert.That(facts.Notes, Is.Unique);
        Assert.That(facts.Settled, Is.EquivalentTo(settled), "each settlement has its entry, once");
        Assert.That(facts.Allowed, Is.EquivalentTo(allowed), "each hold has its entry, once");
    }

    private static async Task GoesOn(SqliteStore store)
    {
        ILedgerAccount? account = null;
        foreach (var terms in LedgerStory.Tree)
        {
            account = store.Open(terms);
            await account.ChangeAsync(new BudgetChange(Limit: P(1_000_000), Frozen: false));
        }
        var demand = Exactly(7);
        Assert.That((await account!.HoldAsync(demand, NoWait)).Status, Is.EqualTo(HoldStatus.Granted));
        account.Settle(demand.Call, P(7));
        await store.FlushAsync();
        Assert.That(store.CheckIntegrity(), Is.Empty);
    }
}
