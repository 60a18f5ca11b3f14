using IronCage.Core.Audit;
using IronCage.Core.Ledger;
using IronCage.Core.Money;
using IronCage.State.Tests.Support;
using static IronCage.State.Tests.Support.Money;

namespace IronCage.State.Tests.Ledger;

/// <summary>What every store promises, run against each of them.</summary>
public abstract partial class StoreContract
{
    private ManualTimeProvider _clock = null!;
    private IStore _store = null!;

    protected abstract IStore Make(TimeProvider clock);

    /// <summary>Returns when everything that was asked so far has been looked at.</summary>
    private static async Task LookedAt(ILedgerAccount account) => await account.ReadAsync();

    [SetUp]
    public void Open()
    {
        _clock = new ManualTimeProvider();
        _store = Make(_clock);
    }

    [TearDown]
    public void Close() => _store.Dispose();

    [Test]
    public async Task A_hold_that_fits_is_granted_and_counted()
    {
        var account = _store.Open("b", P(100));
        var outcome = await account.HoldAsync(Exactly(60), NoWait);
        Assert.Multiple(() =>
        {
            Assert.That(outcome, Is.EqualTo(new HoldOutcome(HoldStatus.Granted, P(60), 0, P(60), Figures(100, 0, 60))));
            Assert.That(account.Peek(), Is.EqualTo(Figures(100, 0, 60)));
        });
    }

    [Test]
    public async Task A_settlement_is_seen_at_once_and_frees_the_hold()
    {
        var account = _store.Open("b", P(100));
        var demand = Exactly(60);
        await account.HoldAsync(demand, NoWait);
        Assert.That(account.Settle(demand.Call, P(25)), Is.True);
        Assert.That(account.Peek(), Is.EqualTo(Figures(100, 25, 0)));
        Assert.That(await account.ReadAsync(), Is.EqualTo(Figures(100, 25, 0)));
    }

    [Test]
    public async Task The_second_settlement_of_a_call_is_ignored()
    {
        var account = _store.Open("b", P(100));
        var demand = Exactly(60);
        await account.HoldAsync(demand, NoWait);
        account.Settle(demand.Call, P(25));
        Assert.That(account.Settle(demand.Call, P(30)), Is.False);
        Assert.That(await account.ReadAsync(), Is.EqualTo(Figures(100, 25, 0)));
    }

    [Test]
    public void The_settlement_of_an_unknown_call_is_ignored() =>
        Assert.That(_store.Open("b", P(100)).Settle(Guid.NewGuid(), P(1)), Is.False);

    [Test]
    public async Task A_settlement_above_the_hold_is_booked_in_full()
    {
        var account = _store.Open("b", P(100));
        var demand = Exactly(60);
        await account.HoldAsync(demand, NoWait);
        account.Settle(demand.Call, P(130));
        Assert.That(await account.ReadAsync(), Is.EqualTo(Figures(100, 130, 0)));
        Assert.That((await account.HoldAsync(Exactly(0), NoWait)).Status, Is.EqualTo(HoldStatus.Exceeded));
    }

    [Test]
    public async Task A_hold_that_cannot_fit_even_alone_is_exceeded_and_says_what_it_needed()
    {
        var account = _store.Open("b", P(100));
        var outcome = await account.HoldAsync(Output(90, 1, 50, 20), Forever);
        Assert.That(outcome, Is.EqualTo(new HoldOutcome(HoldStatus.Exceeded, P(0), 0, P(110), Figures(100, 0, 0))));
    }

    [Test]
    public async Task A_hold_that_may_not_wait_times_out_at_once()
    {
        var account = _store.Open("b", P(100));
        await account.HoldAsync(Exactly(60), NoWait);
        Assert.That((await account.HoldAsync(Exactly(60), NoWait)).Status, Is.EqualTo(HoldStatus.TimedOut));
        Assert.That(account.Peek(), Is.EqualTo(Figures(100, 0, 60)));
    }

    [Test]
    public async Task Who_may_not_wait_does_not_stand_in_the_way_of_who_comes_with_him()
    {
        var account = _store.Open("b", P(100));
        await account.HoldAsync(Exactly(60), NoWait);
        for (var round = 0; round < 50; round++)
        {
            var fits = Exactly(30);
            // Nothing is awaited between them: a store that decides in batches decides both in one.
            var both = new[] { Exactly(50), fits }.Select(demand => account.HoldAsync(demand, NoWait).AsTask()).ToArray();
            Assert.That((await Task.WhenAll(both)).Select(outcome => outcome.Status), Is.EqualTo(new[] { HoldStatus.TimedOut, HoldStatus.Granted }), $"round {round}");
            account.Settle(fits.Call, P(0));
        }
    }

    [Test]
    public async Task A_hold_waits_for_a_settlement()
    {
        var account = _store.Open("b", P(100));
        var first = Exactly(60);
        await account.HoldAsync(first, NoWait);
        var waiting = account.HoldAsync(Exactly(60), Forever).AsTask();
        await LookedAt(account);
        Assert.That(waiting.IsCompleted, Is.False);
        account.Settle(first.Call, P(40));
        Assert.That((await waiting).Figures, Is.EqualTo(Figures(100, 40, 60)));
    }

    [Test]
    public async Task A_hold_is_lowered_when_the_rest_does_not_pay_for_all_of_it()
    {
        var account = _store.Open("b", P(100));
        var outcome = await account.HoldAsync(Output(10, 2, 100, 20), NoWait);
        Assert.That((outcome.Status, outcome.GrantedTokens, outcome.Held), Is.EqualTo((HoldStatus.Granted, 45L, P(100))));
    }

    [Test]
    public async Task A_waiting_hold_is_lowered_when_the_others_cost_more_than_expected()
    {
        var account = _store.Open("b", P(100));
        var first = Exactly(40);
        await account.HoldAsync(first, NoWait);
        var waiting = account.HoldAsync(Output(0, 1, 80, 10), Forever).AsTask();
        await LookedAt(account);
        account.Settle(first.Call, P(40));
        Assert.That((await waiting).GrantedTokens, Is.EqualTo(60));
    }

    [Test]
    public async Task A_waiting_hold_is_refused_as_soon_as_it_cannot_fit_even_alone()
    {
        var account = _store.Open("b", P(100));
        var first = Exactly(40);
        var second = Exactly(40);
        await account.HoldAsync(first, NoWait);
        await account.HoldAsync(second, NoWait);
        var waiting = account.HoldAsync(Exactly(70), Forever).AsTask();
        await LookedAt(account);
        account.Settle(first.Call, P(40)); // the second is still held
        Assert.That((await waiting).Status, Is.EqualTo(HoldStatus.Exceeded));
    }

    [Test]
    public async Task An_open_ended_hold_takes_a_quarter_of_the_rest()
    {
        var account = _store.Open("b", P(1000));
        var first = await account.HoldAsync(Output(0, 1, 5000, 10, open: true), NoWait);
        var second = await account.HoldAsync(Output(0, 1, 5000, 10, open: true), NoWait);
        Assert.That((first.GrantedTokens, second.GrantedTokens), Is.EqualTo((250L, 250L)));
    }

    [Test]
    public async Task Waiters_are_served_in_order_of_arrival()
    {
        var account = _store.Open("b", P(100));
        var blocker = Exactly(100);
        await account.HoldAsync(blocker, NoWait);
        var served = new List<int>();
        var waiters = new List<Task>();
        for (var i = 0; i < 20; i++)
        {
            var (n, demand) = (i, Exactly(100));
            var hold = account.HoldAsync(demand, Forever);
            waiters.Add(Task.Run(async () =>
            {
                await hold;
                lock (served)
                    served.Add(n);
                account.Settle(demand.Call, P(0));
            }));
        }
        await LookedAt(account);
        account.Settle(blocker.Call, P(0));
        await Task.WhenAll(waiters);
        Assert.That(served, Is.EqualTo(Enumerable.Range(0, 20)));
    }

    [Test]
    public async Task A_newcomer_that_would_fit_queues_behind_those_who_wait()
    {
        var account = _store.Open("b", P(100));
        var first = Exactly(50);
        await account.HoldAsync(first, NoWait);
        var big = account.HoldAsync(Exactly(80), Forever).AsTask();
        var small = account.HoldAsync(Exactly(10), Forever).AsTask();
        await LookedAt(account);
        Assert.That(small.IsCompleted, Is.False);
        Assert.That((await account.HoldAsync(Exactly(10), NoWait)).Status, Is.EqualTo(HoldStatus.TimedOut));
        account.Settle(first.Call, P(0));
        Assert.That((await big).Figures.Held, Is.EqualTo(P(80)));
        Assert.That((await small).Figures.Held, Is.EqualTo(P(90)));
    }

    [Test]
    public async Task A_newcomer_that_cannot_fit_even_alone_does_not_queue()
    {
        var account = _store.Open("b", P(100));
        await account.HoldAsync(Exactly(50), NoWait);
        var waiting = account.HoldAsync(Exactly(80), Forever).AsTask();
        Assert.That((await account.HoldAsync(Exactly(101), Forever)).Status, Is.EqualTo(HoldStatus.Exceeded));
        Assert.That(waiting.IsCompleted, Is.False);
    }

    [Test]
    public async Task A_wait_ends_when_its_time_is_up_and_holds_nothing()
    {
        var account = _store.Open("b", P(100));
        await account.HoldAsync(Exactly(60), NoWait);
        var waiting = account.HoldAsync(Exactly(60), TimeSpan.FromSeconds(30)).AsTask();
        await LookedAt(account);
        _clock.Advance(TimeSpan.FromSeconds(29));
        Assert.That(waiting.IsCompleted, Is.False);
        _clock.Advance(TimeSpan.FromSeconds(1));
        Assert.That((await waiting).Status, Is.EqualTo(HoldStatus.TimedOut));
        Assert.That((await account.ReadAsync()).Held, Is.EqualTo(P(60)));
    }

    [Test]
    public async Task When_the_head_gives_up_the_next_is_served()
    {
        var account = _store.Open("b", P(100));
        await account.HoldAsync(Exactly(60), NoWait);
        var head = account.HoldAsync(Exactly(60), TimeSpan.FromSeconds(1)).AsTask();
        var next = account.HoldAsync(Exactly(40), Forever).AsTask();
        await LookedAt(account);
        _clock.Advance(TimeSpan.FromSeconds(1));
        Assert.That((await head).Status, Is.EqualTo(HoldStatus.TimedOut));
        Assert.That((await next).Status, Is.EqualTo(HoldStatus.Granted));
    }

    [Test]
    public async Task A_cancelled_wait_holds_nothing()
    {
        var account = _store.Open("b", P(100));
        var first = Exactly(60);
        await account.HoldAsync(first, NoWait);
        using var cancel = new CancellationTokenSource();
        var waiting = account.HoldAsync(Exactly(60), Forever, null, cancel.Token).AsTask();
        await LookedAt(account);
        await cancel.CancelAsync();
        Assert.That((await waiting).Status, Is.EqualTo(HoldStatus.Cancelled));
        account.Settle(first.Call, P(0));
        Assert.That(await account.ReadAsync(), Is.EqualTo(Figures(100, 0, 0)));
    }

    [Test]
    public async Task A_hold_that_was_cancelled_before_it_began_holds_nothing()
    {
        var account = _store.Open("b", P(100));
        Assert.That((await account.HoldAsync(Exactly(60), Forever, null, new CancellationToken(true))).Status, Is.EqualTo(HoldStatus.Cancelled));
        Assert.That(await account.ReadAsync(), Is.EqualTo(Figures(100, 0, 0)));
    }

    [Test]
    public async Task Cancellation_at_any_moment_leaves_either_a_hold_or_nothing()
    {
        var account = _store.Open("b", P(100));
        var random = new Random(7);
        for (var i = 0; i < 300; i++)
        {
            using var cancel = new CancellationTokenSource();
            var (blocker, demand) = (Exactly(60), Exactly(60));
            await account.HoldAsync(blocker, NoWait);
            var waiting = account.HoldAsync(demand, Forever, null, cancel.Token).AsTask();
            var spin = random.Next(2000);
            var canceller = Task.Run(() =>
            {
                Thread.SpinWait(spin);
                cancel.Cancel();
            });
            Thread.SpinWait(random.Next(2000));
            account.Settle(blocker.Call, P(0));
            var outcome = await waiting;
            await canceller;
            Assert.That(outcome.Status, Is.AnyOf(HoldStatus.Granted, HoldStatus.Cancelled));
            Assert.That(account.Settle(demand.Call, P(0)), Is.EqualTo(outcome.Status == HoldStatus.Granted));
            Assert.That(account.Peek(), Is.EqualTo(Figures(100, 0, 0)));
        }
        Assert.That(await account.ReadAsync(), Is.EqualTo(Figures(100, 0, 0)));
    }

    [Test]
    public async Task A_raised_limit_serves_those_who_wait()
    {
        var account = _store.Open("b", P(100));
        await account.HoldAsync(Exactly(60), NoWait);
        var waiting = account.HoldAsync(Exactly(60), Forever).AsTask();
        await LookedAt(account);
        Assert.That(_store.Open("b", P(120)), Is.SameAs(account));
        Assert.That((await waiting).Figures, Is.EqualTo(Figures(120, 0, 120)));
    }

    [Test]
    public async Task A_lowered_limit_refuses_those_who_can_no_longer_fit()
    {
        var account = _store.Open("b", P(100));
        await account.HoldAsync(Exactly(60), NoWait);
        var waiting = account.HoldAsync(Exactly(60), Forever).AsTask();
        await LookedAt(account);
        _store.Open("b", P(50));
        Assert.That((await waiting).Status, Is.EqualTo(HoldStatus.Exceeded));
        Assert.That(account.Peek(), Is.EqualTo(Figures(50, 0, 60)));
    }

    [Test]
    public async Task Opening_without_a_limit_keeps_the_stored_one()
    {
        _store.Open("b", P(100));
        Assert.That(await _store.Open("b", null).ReadAsync(), Is.EqualTo(Figures(100, 0, 0)));
        Assert.That(await _store.Open("free", null).ReadAsync(), Is.EqualTo(Figures(null, 0, 0)));
    }

    [Test]
    public async Task Without_a_limit_spend_is_tracked()
    {
        var account = _store.Open("b", null);
        var demand = Exactly(long.MaxValue / 2);
        Assert.That((await account.HoldAsync(demand, NoWait)).Status, Is.EqualTo(HoldStatus.Granted));
        account.Settle(demand.Call, P(7));
        Assert.That(await account.ReadAsync(), Is.EqualTo(Figures(null, 7, 0)));
    }

    [Test]
    public async Task Spend_beyond_counting_stays_at_the_largest_amount()
    {
        var account = _store.Open("b", null);
        for (var i = 0; i < 2; i++)
        {
            var demand = Exactly(0);
            await account.HoldAsync(demand, NoWait);
            account.Settle(demand.Call, Picodollars.MaxValue);
        }
        Assert.That(await account.ReadAsync(), Is.EqualTo(Figures(null, long.MaxValue, 0)));
    }

    [Test]
    public async Task A_call_holds_once()
    {
        var account = _store.Open("b", P(100));
        var demand = Exactly(10);
        await account.HoldAsync(demand, NoWait);
        Assert.ThrowsAsync<InvalidOperationException>(async () => await account.HoldAsync(demand, NoWait));
        Assert.That(await account.ReadAsync(), Is.EqualTo(Figures(100, 0, 10)));
    }

    [Test]
    public async Task A_call_that_waits_cannot_be_settled()
    {
        var account = _store.Open("b", P(100));
        await account.HoldAsync(Exactly(60), NoWait);
        var demand = Exactly(60);
        var waiting = account.HoldAsync(demand, Forever);
        Assert.That(account.Settle(demand.Call, P(1)), Is.False);
        Assert.That(waiting.IsCompleted, Is.False);
    }

    [Test]
    public void Senseless_demands_are_refused()
    {
        var account = _store.Open("b", P(100));
        Assert.Multiple(() =>
        {
            Assert.ThrowsAsync<ArgumentException>(async () => await account.HoldAsync(Exactly(-1), NoWait));
            Assert.ThrowsAsync<ArgumentException>(async () => await account.HoldAsync(Output(0, -1, 1), NoWait));
            Assert.ThrowsAsync<ArgumentException>(async () => await account.HoldAsync(Output(0, 1, 1, 2), NoWait));
            Assert.ThrowsAsync<ArgumentOutOfRangeException>(async () => await account.HoldAsync(Exactly(1), TimeSpan.FromSeconds(-5)));
            Assert.Throws<ArgumentOutOfRangeException>(() => account.Settle(Guid.NewGuid(), P(-1)));
            Assert.Throws<ArgumentOutOfRangeException>(() => _store.Open("c", P(-1)));
            Assert.Throws<ArgumentException>(() => _store.Open("", null));
        });
    }

    [Test]
    public void Accounts_have_keys_of_their_own()
    {
        Assert.That(_store.Open("a", null).Key, Is.Not.EqualTo(_store.Open("b", null).Key));
        Assert.That(_store.Open("a", null).Name, Is.EqualTo("a"));
    }

    [Test]
    public async Task A_closed_store_fails_those_who_wait_and_those_who_come()
    {
        var account = _store.Open("b", P(100));
        await account.HoldAsync(Exactly(60), NoWait);
        var waiting = account.HoldAsync(Exactly(60), Forever).AsTask();
        await LookedAt(account);
        _store.Dispose();
        _store.Dispose();
        Assert.ThrowsAsync<StoreException>(() => waiting);
        Assert.ThrowsAsync<StoreException>(async () => await account.HoldAsync(Exactly(1), NoWait));
        Assert.Throws<StoreException>(() => _store.Open("b", null));
    }

    [Test]
    public async Task Under_64_threads_the_limit_holds_at_every_observation_and_the_sums_are_exact()
    {
        var calls = this is MemoryStoreTests ? 2_000 : 40;
        var account = _store.Open("b", P(1_000_000_000));
        using var done = new CancellationTokenSource();
        var observations = 0;
        var watcher = Task.Run(() =>
        {
            while (!done.IsCancellationRequested)
            {
                var seen = account.Peek();
                observations++;
                if (seen.Spent.Value + seen.Held.Value > 1_000_000_000 || seen.Spent.Value < 0 || seen.Held.Value < 0)
                    throw new InvalidOperationException(seen.ToString());
            }
        });
        long spent = 0;
        await Task.WhenAll(Enumerable.Range(0, 64).Select(n => Task.Run(async () =>
        {
            var random = new Random(n);
            for (var i = 0; i < calls; i++)
            {
                var demand = Exactly(random.Next(200_000_000));
                var outcome = await account.HoldAsync(demand, Forever);
                if (outcome.Figures.Spent + outcome.Figures.Held > P(1_000_000_000))
                    throw new InvalidOperationException(outcome.ToString());
                if (outcome.Status != HoldStatus.Granted)
                    continue;
                var actual = random.NextInt64(Math.Min(1000, outcome.Held.Value + 1));
                Interlocked.Add(ref spent, actual);
                account.Settle(demand.Call, P(actual));
            }
        })));
        await done.CancelAsync();
        await watcher;
        Assert.That(await account.ReadAsync(), Is.EqualTo(Figures(1_000_000_000, spent, 0)));
        Assert.That(observations, Is.Positive);
    }

    [Test]
    public async Task The_audit_entry_of_a_hold_comes_with_the_grant_and_only_then()
    {
        var account = _store.Open("b", P(100));
        var entry = new AuditEntry("agent", "call.allowed", _clock.GetUtcNow(), "{}");
        await account.HoldAsync(Exactly(60), NoWait, entry);
        await account.HoldAsync(Exactly(60), NoWait, entry);
        await account.HoldAsync(Exactly(160), NoWait, entry);
        _store.Append(entry with { EventType = "call.denied" });
        await _store.FlushAsync();
        Assert.That(Audit(_store), Is.EqualTo(new[] { "agent call.allowed {}", "agent call.denied {}" }));
    }

    /// <summary>"agent type details" of all entries, in order.</summary>
    protected abstract IEnumerable<string> Audit(IStore store);
}
