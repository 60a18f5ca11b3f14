using System.Diagnostics;
using static IronCage.State.Tests.Support.Money;

namespace IronCage.State.Tests.Faults;

/// <summary>A process that shares budgets in memory and dies between any two writes, with all locks in its hands.</summary>
[Platform("Linux"), NonParallelizable]
public unsafe class MemoryFaultTests
{
    private sealed class DeathException : Exception;

    private static readonly ProcessMark Dead = Ended();

    [TearDown]
    public void Forget() => SharedLedger.Wrote = null;

    /// <summary>The mark of a process that has ended.</summary>
    private static ProcessMark Ended()
    {
        using var process = Process.Start("true");
        process.WaitForExit();
        return ProcessMark.Current with { Id = process.Id, Started = 1 };
    }

    /// <summary>Runs it on a thread that dies at the n-th write, and leaves its locks to whoever comes next, as a process would.</summary>
    /// <returns>Whether it died.</returns>
    private static bool Dies(int at, Action work)
    {
        var died = false;
        var thread = new Thread(() =>
        {
            var writes = 0;
            SharedLedger.Wrote = () =>
            {
                if (++writes == at)
                    throw new DeathException();
            };
            try
            {
                work();
            }
            catch (DeathException)
            {
                died = true;
            }
            SharedLedger.Wrote = null;
        });
        thread.Start();
        thread.Join();
        return died;
    }

    private static LedgerPath PathOf(SharedLedger[] ledgers) => new(ledgers);

    /// <summary>The same accounts as another process has them: with slots of its own.</summary>
    private static LedgerPath Heir(SharedLedger[] ledgers, TimeProvider clock) => new([.. ledgers.Select(ledger => SharedLedger.Inherit(ledger.Address, clock))]);

    private static void Within(LedgerPath path, Action work)
    {
        path.Enter();
        work();
        path.Exit(); // not in a finally: whoever dies leaves the locks as they are
    }

    private static OpenHold Hold(LedgerPath path, long amount)
    {
        Assert.That(path.Take(Exactly(amount), out var outcome), Is.EqualTo(Core.Ledger.HoldRules.Decision.Grant));
        return path.Claimed(outcome.Held);
    }

    /// <summary>What the process had, now that it is dead: slot 0 is the first that was claimed.</summary>
    private static void Bury(SharedLedger[] ledgers)
    {
        foreach (var ledger in ledgers)
        {
            var owners = (LedgerOwner*)((LedgerLayout*)ledger.Address + 1);
            if (owners[0].Process == ProcessMark.Current)
                owners[0].Process = Dead;
        }
    }

    [Test]
    public void Dead_between_any_two_writes_of_a_hold_and_its_settlement_a_process_leaves_its_hold_booked_once_on_every_level([Values(20, 40)] int cost)
    {
        for (var at = 1; ; at++)
        {
            var clock = TimeProvider.System;
            SharedLedger org = new("org", P(100), clock), team = new("team", P(90), clock, parent: org.Address), leaf = new("leaf", P(80), clock, parent: team.Address);
            SharedLedger[] ledgers = [leaf, team, org];
            var mine = PathOf(ledgers);
            Within(mine, () => mine.Settle(Hold(mine, 5), P(5)));
            var heir = Heir(ledgers, clock);
            var theirs = default(OpenHold);
            Within(heir, () => theirs = Hold(heir, 11));

            var (isGranted, isSettled) = (false, false);
            var died = Dies(at, () =>
            {
                var hold = default(OpenHold);
                Within(mine, () => hold = Hold(mine, 30));
                isGranted = true;
                Within(mine, () => mine.Settle(hold, P(cost)));
                isSettled = true;
            });
            Bury(ledgers);
            Within(heir, heir.BookTheDead);
            foreach (var ledger in ledgers)
            {
                var figures = ledger.Figures;
                long[] possible = isSettled ? [cost] : isGranted ? [cost, 30] : [0, 30];
                Assert.That((figures.Spent - P(5)).Value, Is.AnyOf([.. possible.Cast<object>()]), $"{ledger.Name}, write {at}");
                Assert.That(figures.Held, Is.EqualTo(P(11)), $"{ledger.Name}, write {at}: what the other holds stays");
                Assert.That((figures.Spent + figures.Held).Value, Is.LessThanOrEqualTo(figures.Limit!.Value.Value + Math.Max(0, cost - 30)));
            }
            var before = ledgers.Select(ledger => ledger.Figures.Spent).ToArray();
            Within(heir, () => heir.Settle(theirs, P(1)));
            Within(heir, () => heir.Settle(Hold(heir, 2), P(2)));
            for (var i = 0; i < ledgers.Length; i++)
                Assert.That(ledgers[i].Figures, Is.EqualTo(Figures(ledgers[i].BaseLimit!.Value.Value, before[i].Value + 3, 0)), $"{ledgers[i].Name}, write {at}: it goes on");
            GC.KeepAlive(ledgers); // an heir keeps nothing mapped
            if (died)
                continue;
            Assert.That(at, Is.GreaterThan(90));
            return;
        }
    }

    [Test]
    public void Dead_between_any_two_writes_of_a_window_that_ends_a_process_leaves_the_old_window_or_the_new()
    {
        for (var at = 1; ; at++)
        {
            var clock = new ManualTimeProvider();
            SharedLedger ledger = new("b", P(100), clock, Core.Ledger.BudgetWindow.Parse("60", null));
            var mine = PathOf([ledger]);
            Within(mine, () =>
            {
                mine.Settle(Hold(mine, 30), P(20));
                ledger.TopUp(P(7));
                Hold(mine, 9);
            });
            clock.Advance(TimeSpan.FromSeconds(60));
            var died = Dies(at, () => Within(mine, () => { }));
            var heir = Heir([ledger], clock);
            Within(heir, () => { });
            Assert.That(ledger.Figures, Is.EqualTo(Figures(100, 0, 9) with { PeriodEnd = ledger.Window.Around(clock.GetUtcNow()).End }), $"write {at}");
            Bury([ledger]);
            Within(heir, heir.BookTheDead);
            Assert.That((ledger.Figures.Spent, ledger.Figures.Held), Is.EqualTo((P(9), P(0))), $"write {at}");
            GC.KeepAlive(ledger);
            if (died)
                continue;
            Assert.That(at, Is.GreaterThan(10));
            return;
        }
    }
}
