using IronCage.Core.Audit;
using IronCage.Core.Ledger;
using IronCage.Core.Money;
using IronCage.State.Tests.Support;
using static IronCage.State.Tests.Support.Money;

namespace IronCage.State.Tests.Ledger;

public abstract partial class StoreContract
{
    private static readonly BudgetWindow Minute = BudgetWindow.Parse("60", null);

    /// <summary>Without the end of the window, which depends on the clock.</summary>
    private static BudgetFigures Shown(BudgetFigures figures) => figures with { PeriodEnd = null };

    private void NextMinute() => _clock.Advance(TimeSpan.FromSeconds(60));

    [Test]
    public async Task A_new_window_begins_with_nothing_spent_and_what_is_held()
    {
        var account = _store.Open(new BudgetTerms("b", P(100), Minute));
        var settled = Exactly(80);
        await account.HoldAsync(settled, NoWait);
        account.Settle(settled.Call, P(80));
        var open = Exactly(20);
        await account.HoldAsync(open, NoWait);
        Assert.That((await account.HoldAsync(Exactly(30), Forever)).Status, Is.EqualTo(HoldStatus.Exceeded));
        NextMinute();
        Assert.That(Shown(await account.ReadAsync()), Is.EqualTo(Figures(100, 0, 20)));
        Assert.That((await account.HoldAsync(Exactly(81), NoWait)).Status, Is.EqualTo(HoldStatus.TimedOut), "what is held still counts");
        account.Settle(open.Call, P(15));
        Assert.That(Shown(await account.ReadAsync()), Is.EqualTo(Figures(100, 15, 0)), "booked where it is settled");
        Assert.That(account.Window, Is.EqualTo(Minute));
    }

    [Test]
    public async Task Whoever_waits_is_granted_when_a_new_window_begins()
    {
        var account = _store.Open(new BudgetTerms("b", P(100), Minute));
        var one = Exactly(60);
        await account.HoldAsync(one, NoWait);
        var two = Exactly(40);
        await account.HoldAsync(two, NoWait);
        account.Settle(one.Call, P(30));
        var waiting = account.HoldAsync(Exactly(50), TimeSpan.FromMinutes(5)).AsTask(); // 70 rest, 30 available
        await LookedAt(account);
        Assert.That(waiting.IsCompleted, Is.False);
        NextMinute(); // nobody else does anything
        Assert.That((await waiting.WaitAsync(TimeSpan.FromSeconds(10))).Status, Is.EqualTo(HoldStatus.Granted));
    }

    [Test]
    public async Task A_clock_that_is_set_back_does_not_begin_a_window_again()
    {
        NextMinute();
        var account = _store.Open(new BudgetTerms("b", P(100), Minute));
        var demand = Exactly(80);
        await account.HoldAsync(demand, NoWait);
        account.Settle(demand.Call, P(80));
        _clock.SetBack(TimeSpan.FromSeconds(61));
        Assert.That(Shown(await account.ReadAsync()), Is.EqualTo(Figures(100, 80, 0)));
    }

    [Test]
    public async Task A_day_below_a_total()
    {
        var top = _store.Open("org", P(150));
        var daily = Below("agent", 100, top, BudgetWindow.Parse("day", "Europe/Berlin"));
        var one = Exactly(100);
        await daily.HoldAsync(one, NoWait);
        daily.Settle(one.Call, P(100));
        await LookedAt(daily);
        _clock.Advance(TimeSpan.FromDays(1));
        Assert.That((await daily.HoldAsync(Exactly(60), NoWait)).RefusedBy, Is.EqualTo("org"));
        Assert.That((await daily.HoldAsync(Exactly(50), NoWait)).Status, Is.EqualTo(HoldStatus.Granted));
        Assert.That((await top.ReadAsync(), Shown(await daily.ReadAsync())), Is.EqualTo((Figures(150, 100, 50), Figures(100, 0, 50))));
    }

    [Test]
    public async Task Another_window_begins_at_once_and_a_total_one_keeps_what_was_spent()
    {
        var account = _store.Open("b", P(100));
        var demand = Exactly(80);
        await account.HoldAsync(demand, NoWait);
        account.Settle(demand.Call, P(80));
        await LookedAt(account);
        account = _store.Open(new BudgetTerms("b", null, Minute));
        Assert.That(Shown(await account.ReadAsync()), Is.EqualTo(Figures(100, 0, 0)));
        demand = Exactly(7);
        await account.HoldAsync(demand, NoWait);
        account.Settle(demand.Call, P(7));
        account = _store.Open(new BudgetTerms("b", null, BudgetWindow.Total));
        NextMinute();
        Assert.That(await account.ReadAsync(), Is.EqualTo(Figures(100, 7, 0)));
        Assert.That(_store.Open("b", null).Window, Is.EqualTo(BudgetWindow.Total));
    }

    [Test]
    public async Task A_top_up_raises_the_limit_of_this_window_and_lets_those_go_that_wait()
    {
        var account = _store.Open(new BudgetTerms("b", P(100), Minute));
        await account.HoldAsync(Exactly(90), NoWait);
        var waiting = account.HoldAsync(Exactly(40), TimeSpan.FromMinutes(5)).AsTask();
        await LookedAt(account);
        var id = Guid.NewGuid();
        Assert.That(Shown(await account.ChangeAsync(new BudgetChange(TopUp: P(50), Note: "for the fair", Id: id))).Limit, Is.EqualTo(P(150)));
        await account.ChangeAsync(new BudgetChange(TopUp: P(50), Id: id)); // tried again
        Assert.That((await waiting.WaitAsync(TimeSpan.FromSeconds(10))).Status, Is.EqualTo(HoldStatus.Granted));
        _store.Open("b", P(100)); // the limit that it was opened with: the top-up stays
        Assert.That((await account.ReadAsync()).Limit, Is.EqualTo(P(150)));
        NextMinute();
        Assert.That((await account.ReadAsync()).Limit, Is.EqualTo(P(100)));
    }

    [Test]
    public void A_top_up_that_does_not_fit_is_refused_and_changes_nothing()
    {
        var limited = _store.Open("b", P(100));
        Assert.That(async () => await limited.ChangeAsync(new BudgetChange(TopUp: P(-101))), Throws.ArgumentException.With.Message.Contains("below zero"));
        Assert.That(async () => await limited.ChangeAsync(new BudgetChange(TopUp: P(long.MaxValue))), Throws.ArgumentException.With.Message.Contains("beyond"));
        Assert.That(limited.ReadAsync().AsTask().Result, Is.EqualTo(Figures(100, 0, 0)));
        Assert.That(async () => await _store.Open("free", null).ChangeAsync(new BudgetChange(TopUp: P(1))), Throws.ArgumentException.With.Message.Contains("without a limit"));
    }

    [Test]
    public async Task A_limit_below_what_was_taken_from_the_window_leaves_nothing_and_can_be_topped_up_again()
    {
        var account = _store.Open("b", P(10));
        await account.ChangeAsync(new BudgetChange(TopUp: P(-8)));
        Assert.That((await account.ChangeAsync(new BudgetChange(Limit: P(5)))).Limit, Is.EqualTo(P(0)));
        Assert.That((await account.ChangeAsync(new BudgetChange(TopUp: P(1)))).Limit, Is.EqualTo(P(1)));
    }

    [Test]
    public async Task A_change_with_an_id_that_changed_nothing_does_nothing_when_it_is_tried_again()
    {
        var account = _store.Open("b", P(10));
        var id = Guid.NewGuid();
        await account.ChangeAsync(new BudgetChange(Limit: P(10), Frozen: false, Id: id));
        await account.ChangeAsync(new BudgetChange(Limit: P(20)));
        await account.ChangeAsync(new BudgetChange(Limit: P(10), Frozen: false, Id: id));
        Assert.That((await account.ReadAsync()).Limit, Is.EqualTo(P(20)));
    }

    [Test]
    public async Task A_window_that_ended_is_in_the_history_of_its_own_account_before_what_came_after()
    {
        var top = _store.Open(new BudgetTerms("org", P(100), Minute));
        var leaf = Below("leaf", 100, top, Minute);
        var demand = Exactly(7);
        await leaf.HoldAsync(demand, NoWait);
        leaf.Settle(demand.Call, P(7));
        await LookedAt(leaf);
        NextMinute();
        await leaf.ChangeAsync(new BudgetChange(TopUp: P(1)));
        Assert.That((await leaf.HistoryAsync(9)).Select(e => e.What), Is.EqualTo(new[] { BudgetEventKind.TopUp, BudgetEventKind.WindowEnded, BudgetEventKind.Opened }));
        Assert.That((await top.HistoryAsync(9)).Select(e => (e.What, e.Amount)), Is.EqualTo(new[] { (BudgetEventKind.WindowEnded, (Picodollars?)P(7)), (BudgetEventKind.Opened, P(100)) }));
    }

    [Test]
    public async Task A_frozen_budget_grants_nothing_nor_do_those_below_and_open_holds_settle()
    {
        var top = _store.Open("org", P(100));
        var leaf = Below("leaf", 100, top);
        var open = Exactly(60);
        await leaf.HoldAsync(open, NoWait);
        var waiting = leaf.HoldAsync(Exactly(50), Forever).AsTask();
        await LookedAt(leaf);
        await top.ChangeAsync(new BudgetChange(Frozen: true, Note: "too fast"));
        await LookedAt(leaf);
        var refused = await waiting.WaitAsync(TimeSpan.FromSeconds(10));
        Assert.That((refused.Status, refused.RefusedBy), Is.EqualTo((HoldStatus.Frozen, "org")));
        Assert.That((await leaf.HoldAsync(Exactly(0), Forever)).Status, Is.EqualTo(HoldStatus.Frozen));
        Assert.That((await top.HoldAsync(Exactly(0), Forever)).RefusedBy, Is.Null);
        Assert.That(leaf.Settle(open.Call, P(10)), Is.True);
        Assert.That(await top.ReadAsync(), Is.EqualTo(Figures(100, 10, 0) with { IsFrozen = true }));
        await top.ChangeAsync(new BudgetChange(Frozen: false));
        Assert.That((await leaf.HoldAsync(Exactly(90), NoWait)).Status, Is.EqualTo(HoldStatus.Granted));
    }

    [Test]
    public async Task The_history_tells_what_happened_newest_first()
    {
        var account = _store.Open(new BudgetTerms("b", P(100), Minute));
        var demand = Exactly(80);
        await account.HoldAsync(demand, NoWait);
        account.Settle(demand.Call, P(33));
        await LookedAt(account);
        NextMinute();
        await LookedAt(account);
        await account.ChangeAsync(new BudgetChange(TopUp: P(5), Note: "für Ärger"));
        await account.ChangeAsync(new BudgetChange(Limit: P(70)));
        await account.ChangeAsync(new BudgetChange(Frozen: true, Note: "stop"));
        await account.ChangeAsync(new BudgetChange(Frozen: true, Note: "is already"));
        await account.ChangeAsync(new BudgetChange(Frozen: false));
        var events = await account.HistoryAsync(100);
        Assert.That(events.Select(e => (e.What, e.Amount?.Value, e.Note)), Is.EqualTo(new (BudgetEventKind, long?, string)[]
        {
            (BudgetEventKind.Unfrozen, null, ""), (BudgetEventKind.Frozen, null, "stop"), (BudgetEventKind.Limit, 70, ""), (BudgetEventKind.TopUp, 5, "für Ärger"),
            (BudgetEventKind.WindowEnded, 33, ""), (BudgetEventKind.Opened, 100, ""),
        }));
        Assert.That((await account.HistoryAsync(2)).Select(e => e.What), Is.EqualTo(new[] { BudgetEventKind.Unfrozen, BudgetEventKind.Frozen }));
    }

    [Test]
    public async Task A_reserve_is_kept_for_those_that_ask_without_one()
    {
        var account = _store.Open("b", P(100));
        var plain = Exactly(10);
        Assert.That((await account.HoldAsync(Exactly(81) with { Reserve = P(20) }, NoWait)).Status, Is.EqualTo(HoldStatus.Exceeded));
        Assert.That((await account.HoldAsync(Exactly(80) with { Reserve = P(20) }, NoWait)).Status, Is.EqualTo(HoldStatus.Granted));
        Assert.That((await account.HoldAsync(plain, NoWait)).Status, Is.EqualTo(HoldStatus.Granted));
    }

    [Test]
    public async Task What_is_settled_is_reported_once_by_attribution_and_hour()
    {
        var account = _store.Open("b", P(1_000));
        var jane = new Attribution("jane", "openai", "gpt-4o", "", Attribution.Join(["prod", "eu", "prod"]));
        var joe = jane with { Agent = "joe", Project = "søk" };
        foreach (var (who, cost, estimated) in new[] { (jane, 10, false), (joe, 70, true), (jane, 5, false) })
        {
            var demand = Exactly(60) with { Attribution = who };
            await account.HoldAsync(demand, NoWait);
            account.Settle(new Settlement(demand.Call, P(cost), who, new SpentTokens(3, 1, 2), estimated, new AuditEntry(who.Agent, "call.settled", _clock.GetUtcNow(), "{}")));
            account.Settle(new Settlement(demand.Call, P(cost), who));
        }
        _store.Record(new Settlement(Guid.NewGuid(), P(4), joe));
        var lines = (await _store.SpendAsync(null, null)).OrderBy(l => l.Attribution.Agent, StringComparer.Ordinal).ToArray();
        Assert.That(lines, Is.EqualTo(new[]
        {
            new SpendLine(jane, 2, 0, 0, new SpentTokens(6, 2, 4), P(15)), new SpendLine(joe, 2, 1, 1, new SpentTokens(3, 1, 2), P(74)),
        }));
        Assert.That(lines[0].Attribution.Tags, Is.EqualTo("eu\nprod"));
        var now = _clock.GetUtcNow();
        Assert.That(await _store.SpendAsync(now - TimeSpan.FromHours(2), now - TimeSpan.FromHours(1)), Is.Empty);
        Assert.That(await _store.SpendAsync(now, now + TimeSpan.FromHours(1)), Has.Count.EqualTo(2));
    }

    [Test]
    public async Task What_was_spent_in_any_hours_is_the_sum_of_these_hours()
    {
        var account = _store.Open("b", null);
        var random = new Random(20261130);
        var people = new[] { "ada", "bob", "eve" }.Select(agent => new Attribution(agent, "p", "m", "", "")).ToArray();
        var settled = new List<(DateTimeOffset At, Attribution Who, long Cost)>();
        for (var i = 0; i < 40; i++)
        {
            _clock.Advance(TimeSpan.FromMinutes(random.Next(0, 9 * 60)));
            var demand = Exactly(1) with { Attribution = people[random.Next(3)] };
            await account.HoldAsync(demand, NoWait);
            settled.Add((_clock.GetUtcNow(), demand.Attribution!, random.Next(0, 50)));
            account.Settle(new Settlement(demand.Call, P(settled[^1].Cost), demand.Attribution));
            await _store.FlushAsync();
        }
        var (first, last) = (settled[0].At.ToUnixTimeSeconds() / 3600, settled[^1].At.ToUnixTimeSeconds() / 3600);
        for (var i = 0; i < 60; i++)
        {
            var (from, until) = (random.NextInt64(first - 30, last + 30), random.NextInt64(first - 30, last + 30));
            var (isFrom, isUntil) = (random.Next(4) > 0, random.Next(4) > 0);
            var expected = settled.Where(s => (!isFrom || s.At.ToUnixTimeSeconds() / 3600 >= from) && (!isUntil || s.At.ToUnixTimeSeconds() / 3600 < until))
                .GroupBy(s => s.Who.Agent).ToDictionary(g => g.Key, g => (Calls: g.LongCount(), Cost: g.Sum(s => s.Cost)));
            var lines = await _store.SpendAsync(isFrom ? DateTimeOffset.FromUnixTimeSeconds(from * 3600) : null, isUntil ? DateTimeOffset.FromUnixTimeSeconds(until * 3600) : null);
            Assert.That(lines.ToDictionary(l => l.Attribution.Agent, l => (l.Calls, Cost: l.Cost.Value)), Is.EquivalentTo(expected), $"hours {from} to {until}");
        }
    }

    [Test]
    public async Task What_is_billed_above_its_hold_is_listed_one_by_one_here_and_in_the_budgets_above()
    {
        var top = _store.Open("top", P(1_000_000));
        var leaf = _store.Open(new BudgetTerms("leaf", P(1_000_000), Parent: "top"));
        var jane = new Attribution("jane", "openai", "gpt|4", "p", Attribution.Join(["b", "a"]));
        foreach (var (account, cost, who, told) in new (ILedgerAccount, long, Attribution?, Attribution?)[]
            { (leaf, 60, jane, null), (leaf, 61, jane, null), (leaf, 0, jane, null), (top, 100, null, jane), (leaf, 70, null, null) })
        {
            var demand = Exactly(60);
            await account.HoldAsync(demand, NoWait);
            account.Settle(new Settlement(demand.Call, P(cost), who, Told: told));
            Assert.That(account.Settle(new Settlement(demand.Call, P(cost), who)), Is.False);
            await _store.FlushAsync(); // booked at the time it has, before that goes on
            _clock.Advance(TimeSpan.FromSeconds(1));
        }
        var (below, above) = (await leaf.OverrunsAsync(1000), await top.OverrunsAsync(2));
        Assert.That(below.Newest.Select(o => (o.By, o.Held, o.Billed)), Is.EqualTo(new[] { ((Attribution?)null, P(60), P(70)), (jane, P(60), P(61)) }));
        Assert.That((below.Count, below.Above, above.Count, above.Above), Is.EqualTo((2L, P(11), 3L, P(51))));
        Assert.That(above.Newest.Select(o => (o.By, o.Billed)), Is.EqualTo(new[] { ((Attribution?)null, P(70)), (jane, P(100)) }), "the newest first, no more than were asked for");
        Assert.That(above.Newest[0].At - above.Newest[1].At, Is.EqualTo(TimeSpan.FromSeconds(1)).Within(TimeSpan.FromMilliseconds(500)));
        Assert.That(() => leaf.OverrunsAsync(0).AsTask(), Throws.InstanceOf<ArgumentOutOfRangeException>());
    }

    [Test]
    public async Task Of_many_that_were_billed_above_their_holds_the_newest_are_listed_and_all_counted()
    {
        var account = _store.Open("b", P(1_000_000));
        for (var i = 1; i <= Overruns.Kept + 5; i++)
        {
            var demand = Exactly(1);
            await account.HoldAsync(demand, Forever);
            account.Settle(demand.Call, P(1 + i));
        }
        var found = await account.OverrunsAsync(Overruns.Kept);
        Assert.That((found.Count, found.Above, found.Newest.Count), Is.EqualTo(((long)Overruns.Kept + 5, P(505_515), Overruns.Kept)));
        Assert.That(found.Newest.Select(o => o.Billed.Value), Is.EqualTo(Enumerable.Range(0, Overruns.Kept).Select(i => (long)(Overruns.Kept + 6 - i))));
    }
}
