using IronCage.Core.Audit;
using IronCage.Core.Ledger;
using IronCage.Core.Time;
using IronCage.State.Tests.Ledger;
using IronCage.State.Tests.Support;
using static IronCage.State.Tests.Support.Money;

namespace IronCage.State.Tests;

[TestFixture]
public class MemoryStoreTests : StoreContract
{
    protected override IStore Make(TimeProvider clock) => new MemoryStore(clock, new SystemIdSource(clock));

    protected override IEnumerable<string> Audit(IStore store) =>
        ((MemoryStore)store).RecentAudit().Select(e => $"{e.AgentId} {e.EventType} {e.Details}");

    private static MemoryStore New() => new(TimeProvider.System, new SystemIdSource(TimeProvider.System));

    [Test]
    public void A_hold_that_fits_completes_synchronously()
    {
        using var store = New();
        Assert.That(store.Open("b", P(100)).HoldAsync(Exactly(60), Forever).IsCompletedSuccessfully, Is.True);
    }

    [Test]
    public void A_hold_that_fits_and_its_settlement_allocate_nothing()
    {
        using var store = New();
        var account = store.Open("b", P(100));
        var demand = Exactly(60);
        Pair();
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1000; i++)
            Pair();
        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.Zero);

        void Pair()
        {
            _ = account.HoldAsync(demand, Forever).Result;
            account.Settle(demand.Call, P(0));
        }
    }

    [Test]
    public void A_forgotten_account_lives_on_and_its_name_begins_anew()
    {
        using var store = New();
        var old = store.Open("run", P(100));
        Assert.That(store.Forget("run"), Is.True);
        Assert.That(store.Forget("run"), Is.False);
        Assert.That(old.HoldAsync(Exactly(60), NoWait).Result.Status, Is.EqualTo(HoldStatus.Granted));
        Assert.That(store.Open("run", null), Is.Not.SameAs(old));
    }

    [Test]
    public void The_audit_trail_in_memory_keeps_the_newest()
    {
        using var store = New();
        for (var i = 0; i <= MemoryStore.AuditCapacity; i++)
            store.Append(new AuditEntry("a", $"n{i}", DateTimeOffset.UnixEpoch, "{}"));
        Assert.That(store.RecentAudit(), Has.Count.EqualTo(MemoryStore.AuditCapacity));
        Assert.That(store.RecentAudit()[0].EventType, Is.EqualTo("n1"));
    }

    [Test, Platform("Linux")]
    public async Task What_another_process_settles_reaches_those_that_wait_when_it_is_looked_for_or_another_joins_them([Values] bool joins)
    {
        var clock = new ManualTimeProvider();
        using var store = Make(clock);
        var account = store.Open("b", P(100));
        OtherProcessHolds(account, 100);
        var first = account.HoldAsync(Exactly(60), Forever).AsTask();
        OtherProcessHolds(account, 0);
        Assert.That(first.IsCompleted, Is.False, "nobody told this process");
        if (joins)
            Assert.That((await account.HoldAsync(Exactly(10), Forever)).Figures, Is.EqualTo(Figures(100, 0, 70)), "behind the first");
        else
            clock.Advance(TimeSpan.FromMilliseconds(20));
        Assert.That((await first.WaitAsync(TimeSpan.FromSeconds(10))).Status, Is.EqualTo(HoldStatus.Granted));
    }

    /// <summary>As a forked process writes it into the memory it shares.</summary>
    private static unsafe void OtherProcessHolds(ILedgerAccount account, long amount)
    {
        var at = (LedgerLayout*)account.SharedAddress;
        ((LedgerOwner*)(at + 1))[1] = new LedgerOwner { Process = new ProcessMark(1, 1, 1), Held = amount }; // of another namespace: never taken for dead
        (at->Owners, at->Held) = (2, amount);
        at->Version++;
    }

    [Test]
    public void Accounts_of_different_stores_have_different_keys()
    {
        using var one = New();
        using var two = New();
        Assert.That(one.Open("b", null).Key, Is.Not.EqualTo(two.Open("b", null).Key));
    }

    [Test]
    public async Task Continuations_do_not_run_inside_a_settlement()
    {
        using var store = New();
        var account = store.Open("b", P(100));
        var first = Exactly(60);
        await account.HoldAsync(first, NoWait);
        using var gate = new ManualResetEventSlim();
        var waiting = account.HoldAsync(Exactly(60), Forever).AsTask();
        var after = waiting.ContinueWith(_ => gate.Wait(), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        account.Settle(first.Call, P(0)); // would never return if it ran the continuation
        gate.Set();
        await after;
    }
}
