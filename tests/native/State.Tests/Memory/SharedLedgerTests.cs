using System.Diagnostics;
using IronCage.Core.Money;
using static IronCage.State.Tests.Support.Money;

namespace IronCage.State.Tests;

[TestFixture, Platform("Linux")]
public unsafe class SharedLedgerTests
{
    private static LedgerLayout* Layout(SharedLedger ledger) => (LedgerLayout*)ledger.Address;

    private static LedgerOwner* Owners(SharedLedger ledger) => (LedgerOwner*)(Layout(ledger) + 1);

    private static void Within(SharedLedger ledger, Action work)
    {
        ledger.Enter();
        try
        {
            work();
        }
        finally
        {
            ledger.Exit();
        }
    }

    /// <summary>The mark of a process that has ended.</summary>
    private static ProcessMark Ended()
    {
        using var process = Process.Start("true");
        process.WaitForExit();
        return ProcessMark.Current with { Id = process.Id, Started = 1 };
    }

    [Test]
    public void Holds_and_settlements_are_summed()
    {
        var ledger = new SharedLedger("b", P(100), TimeProvider.System);
        Within(ledger, () =>
        {
            ledger.Hold(P(30));
            ledger.Hold(P(20));
            ledger.Settle(P(30), ledger.Claim, P(25));
        });
        Assert.That(ledger.Figures, Is.EqualTo(Figures(100, 25, 20)));
        Assert.That(ledger.IsShared, Is.False);
    }

    [Test]
    public void A_change_whose_thread_died_half_way_is_finished_by_the_next()
    {
        var ledger = new SharedLedger("b", P(100), TimeProvider.System);
        Within(ledger, () => ledger.Hold(P(30)));
        var dying = new Thread(() =>
        {
            ledger.Enter();
            var at = Layout(ledger);
            (at->PendingOwner, at->PendingSpent, at->PendingHeld, at->PendingOwnerHeld) = (0, 7, 11, 11);
            (at->PendingStart, at->PendingEnd) = (at->PeriodStart, at->PeriodEnd);
            at->Pending = 1;
            at->Spent = 7; // and no further
        });
        dying.Start();
        dying.Join();
        Within(ledger, () => { });
        Assert.That(ledger.Figures, Is.EqualTo(Figures(100, 7, 11)));
        Assert.That(Owners(ledger)[0].Held, Is.EqualTo(11));
    }

    [Test]
    public void A_thread_that_died_before_its_change_leaves_the_figures_as_they_were()
    {
        var ledger = new SharedLedger("b", P(100), TimeProvider.System);
        Within(ledger, () => ledger.Hold(P(30)));
        var dying = new Thread(() =>
        {
            ledger.Enter();
            Layout(ledger)->PendingHeld = 99;
        });
        dying.Start();
        dying.Join();
        Within(ledger, () => ledger.Hold(P(1)));
        Assert.That(ledger.Figures, Is.EqualTo(Figures(100, 0, 31)));
    }

    [Test]
    public void What_a_dead_process_holds_is_booked_in_full_and_its_slot_is_free()
    {
        var ledger = new SharedLedger("b", P(100), TimeProvider.System);
        Within(ledger, () => ledger.Hold(P(30)));
        Owners(ledger)[0].Process = Ended();
        Within(ledger, ledger.BookTheDead);
        Assert.That(ledger.Figures, Is.EqualTo(Figures(100, 30, 0)));
        Within(ledger, () => ledger.Hold(P(5)));
        Assert.That(Layout(ledger)->Owners, Is.EqualTo(1));
    }

    [Test]
    public void An_owner_that_was_taken_for_dead_corrects_once([Values] bool holdsAgain)
    {
        var ledger = new SharedLedger("b", P(100), TimeProvider.System);
        var claim = 0;
        Within(ledger, () =>
        {
            ledger.Hold(P(30));
            claim = ledger.Claim;
        });
        Owners(ledger)[0].Process = Ended();
        Within(ledger, ledger.BookTheDead);
        Within(ledger, () =>
        {
            if (holdsAgain)
                ledger.Hold(P(8));
            ledger.Settle(P(30), claim, P(4));
        });
        Assert.That(ledger.Figures, Is.EqualTo(Figures(100, 4, holdsAgain ? 8 : 0)));
    }

    [Test]
    public void A_living_process_is_never_booked()
    {
        var ledger = new SharedLedger("b", P(100), TimeProvider.System);
        Within(ledger, () => ledger.Hold(P(30)));
        using var other = Process.Start("sleep", "60");
        try
        {
            Owners(ledger)[0].Process = ProcessMark.Current with { Id = other.Id, Started = 0 };
            Within(ledger, ledger.BookTheDead);
            Assert.That(ledger.Figures.Held, Is.EqualTo(P(30)));
        }
        finally
        {
            other.Kill();
            other.WaitForExit();
        }
        Within(ledger, ledger.BookTheDead);
        Assert.That(ledger.Figures.Held, Is.EqualTo(Picodollars.Zero));
    }

    [Test]
    public void A_mark_tells_this_process_from_others()
    {
        Assert.That(ProcessMark.Current.IsDead, Is.False);
        Assert.That(ProcessMark.Current.Started, Is.GreaterThan(0));
        Assert.That((ProcessMark.Current with { Started = 1 }).IsDead, Is.True, "its number went to another");
        Assert.That(Ended().IsDead, Is.True);
        Assert.That((Ended() with { Namespace = 1 }).IsDead, Is.False, "numbers of another namespace tell nothing");
    }

    [Test]
    public void Threads_never_lose_a_change()
    {
        var ledger = new SharedLedger("b", null, TimeProvider.System);
        Parallel.For(0, 8, _ =>
        {
            for (var i = 0; i < 2000; i++)
            {
                Within(ledger, () => ledger.Hold(P(3)));
                Within(ledger, () => ledger.Settle(P(3), ledger.Claim, P(2)));
            }
        });
        Assert.That(ledger.Figures, Is.EqualTo(Figures(null, 32000, 0)));
    }
}
