using IronCage.Core.Ledger;
using IronCage.Core.Money;
using IronCage.State.Tests.Support;
using static IronCage.State.Tests.Support.Money;

namespace IronCage.State.Tests.Ledger;

public abstract partial class StoreContract
{
    private ILedgerAccount Below(string name, long? limit, ILedgerAccount parent, BudgetWindow? window = null) =>
        _store.Open(new BudgetTerms(name, limit is { } l ? P(l) : null, window, parent.Name));

    [Test]
    public async Task A_hold_counts_on_every_level_and_so_does_its_settlement()
    {
        var top = _store.Open("org", P(1000));
        var team = Below("team", null, top);
        var agent = Below("agent", 100, team);
        var demand = Exactly(60);
        Assert.That((await agent.HoldAsync(demand, NoWait)).Figures, Is.EqualTo(Figures(100, 0, 60)));
        Assert.That((await top.ReadAsync(), await team.ReadAsync(), await agent.ReadAsync()), Is.EqualTo((Figures(1000, 0, 60), Figures(null, 0, 60), Figures(100, 0, 60))));
        Assert.That(agent.Settle(demand.Call, P(25)), Is.True);
        Assert.That(agent.Settle(demand.Call, P(25)), Is.False);
        Assert.That((await top.ReadAsync(), await team.ReadAsync(), await agent.ReadAsync()), Is.EqualTo((Figures(1000, 25, 0), Figures(null, 25, 0), Figures(100, 25, 0))));
        Assert.That((agent.Parent, team.Parent?.Name, top.Parent), Is.EqualTo((team, "org", (ILedgerAccount?)null)));
    }

    [Test]
    public async Task The_account_above_refuses_for_those_below_and_is_named()
    {
        var top = _store.Open("org", P(100));
        var one = Below("one", 1000, top);
        var two = Below("two", 1000, top);
        Assert.That((await one.HoldAsync(Exactly(70), NoWait)).Status, Is.EqualTo(HoldStatus.Granted));
        Assert.That(await two.HoldAsync(Exactly(40), NoWait), Is.EqualTo(new HoldOutcome(HoldStatus.TimedOut, P(0), 0, P(40), Figures(100, 0, 70), "org")));
        Assert.That(await two.HoldAsync(Exactly(101), NoWait), Is.EqualTo(new HoldOutcome(HoldStatus.Exceeded, P(0), 0, P(101), Figures(100, 0, 70), "org")));
        Assert.That((await two.HoldAsync(Output(0, 1, 200, 10), NoWait)).Status, Is.EqualTo(HoldStatus.TimedOut), "it would be lowered to what the top has in all");
        Assert.That(await two.ReadAsync(), Is.EqualTo(Figures(1000, 0, 0)), "nothing is half held");
        Assert.That((await two.HoldAsync(Output(0, 1, 30, 10), NoWait)).GrantedTokens, Is.EqualTo(30));
    }

    [Test]
    public async Task Whoever_waits_for_his_own_account_does_not_hold_up_its_siblings_but_whoever_waits_for_the_top_does()
    {
        var top = _store.Open("org", P(100));
        var one = Below("one", 50, top);
        var two = Below("two", null, top);
        var first = Exactly(50);
        await one.HoldAsync(first, NoWait);
        var ownMoney = one.HoldAsync(Exactly(20), Forever).AsTask(); // fits the top, not "one"
        await LookedAt(one);
        Assert.That((await two.HoldAsync(Exactly(10), Forever)).Status, Is.EqualTo(HoldStatus.Granted));
        var topMoney = two.HoldAsync(Exactly(60), Forever).AsTask(); // 40 are left at the top
        await LookedAt(two);
        var behind = two.HoldAsync(Exactly(5), Forever).AsTask(); // would fit, but came later
        await LookedAt(two);
        Assert.That((ownMoney.IsCompleted, topMoney.IsCompleted, behind.IsCompleted), Is.EqualTo((false, false, false)));
        one.Settle(first.Call, P(0));
        Assert.That((await ownMoney).Status, Is.EqualTo(HoldStatus.Granted));
        Assert.That((await topMoney).Status, Is.EqualTo(HoldStatus.Granted));
        Assert.That((await behind).Figures, Is.EqualTo(Figures(null, 0, 75)));
        Assert.That(await top.ReadAsync(), Is.EqualTo(Figures(100, 0, 95)));
    }

    [Test]
    public void A_budget_stays_where_it_is_in_its_tree()
    {
        var one = _store.Open("one", P(1));
        _store.Open("two", P(1));
        Below("child", 1, one);
        Assert.That(Assert.Throws<ArgumentException>(() => _store.Open(new BudgetTerms("child", P(1), null, "two")))!.Message, Does.Contain("already draws on \"one\""));
        Assert.That(Assert.Throws<ArgumentException>(() => _store.Open(new BudgetTerms("one", P(1), null, "child")))!.Message, Does.Contain("already draws on no other"));
        Assert.That(Assert.Throws<ArgumentException>(() => _store.Open(new BudgetTerms("new", P(1), null, "nobody")))!.Message, Does.Contain("open it first"));
        Assert.That(_store.Open("child", null).Parent?.Name, Is.EqualTo("one"));
    }

    [Test]
    public void A_tree_has_16_levels_and_no_more()
    {
        var account = _store.Open("1", P(100));
        for (var level = 2; level <= BudgetTerms.MostLevels; level++)
            account = Below($"{level}", null, account);
        Assert.That(account.HoldAsync(Exactly(100), NoWait).AsTask().Result.Status, Is.EqualTo(HoldStatus.Granted));
        Assert.That(account.HoldAsync(Exactly(1), NoWait).AsTask().Result.RefusedBy, Is.EqualTo("1"));
        Assert.That(() => Below("17", null, account), Throws.ArgumentException.With.Message.Contains("16 levels"));
    }

    [Test]
    public async Task Many_threads_in_a_tree_never_exceed_any_level()
    {
        var top = _store.Open("org", P(3_000));
        var leaves = Enumerable.Range(0, 4).Select(i => Below($"leaf{i}", 1_000, top)).ToArray();
        var spent = 0L;
        await Task.WhenAll(Enumerable.Range(0, 16).Select(n => Task.Run(async () =>
        {
            for (var i = 0; i < 60; i++)
            {
                var leaf = leaves[(n + i) % leaves.Length];
                var demand = Exactly(90);
                if ((await leaf.HoldAsync(demand, TimeSpan.FromSeconds(30))).Status != HoldStatus.Granted)
                    continue;
                var (whole, own) = (top.Peek(), leaf.Peek());
                Assert.That((whole.Spent + whole.Held, own.Spent + own.Held), Is.LessThanOrEqualTo((P(3_000), P(1_000))).Using<(Picodollars, Picodollars)>((a, b) => a.Item1 <= b.Item1 && a.Item2 <= b.Item2 ? 0 : 1));
                Interlocked.Add(ref spent, 30);
                leaf.Settle(demand.Call, P(30));
            }
        })));
        var figures = await top.ReadAsync();
        Assert.That((figures.Spent.Value, figures.Held.Value), Is.EqualTo((spent, 0L)));
        Assert.That(spent, Is.GreaterThan(3_000 - 90).And.LessThanOrEqualTo(3_000));
        var leafSpent = 0L;
        foreach (var leaf in leaves)
            leafSpent += (await leaf.ReadAsync()).Spent.Value;
        Assert.That(leafSpent, Is.EqualTo(spent));
    }
}
