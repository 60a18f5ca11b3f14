using System.Runtime.InteropServices;
using IronCage.Core.Audit;
using IronCage.Core.Ledger;
using IronCage.Core.Money;

namespace IronCage.State;

/// <summary>
/// One budget in memory: figures that forked processes share (<see cref="SharedLedger"/>), a table of this process's open holds, and its queue. The queue is served in
/// order of arrival within a process. Granting at once allocates nothing.
/// </summary>
internal sealed class MemoryAccount(MemoryStore store, string name, string key, SharedLedger ledger, TimeProvider clock) : ILedgerAccount, IWaiterOwner
{
    /// <summary>How often a waiter looks whether another process settled.</summary>
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(20);

    /// <summary>How often it looks whether another process died.</summary>
    private static readonly TimeSpan DeathPoll = TimeSpan.FromMilliseconds(250);

    private readonly Lock _sync = new();
    private readonly Dictionary<Guid, OpenHold> _holds = [];
    private readonly WaitQueue _queue = new();
    private ITimer? _poll;
    private long _seen;
    private long _looked;
    private bool _closed;

    public string Name => name;
    public string Key => key;
    public nint SharedAddress => ledger.Address;

    public BudgetFigures Peek() => ledger.Figures;

    public ValueTask<BudgetFigures> ReadAsync(CancellationToken cancel = default)
    {
        cancel.ThrowIfCancellationRequested();
        lock (_sync)
        {
            ledger.Enter();
            try
            {
                ledger.BookTheDead();
                return new ValueTask<BudgetFigures>(ledger.Figures);
            }
            finally
            {
                ledger.Exit();
            }
        }
    }

    public ValueTask<HoldOutcome> HoldAsync(HoldDemand demand, TimeSpan wait, AuditEntry? audit = null, CancellationToken cancel = default)
    {
        Demands.Check(demand);
        wait = Demands.CheckWait(wait);
        Waiter waiter;
        lock (_sync)
        {
            if (_closed)
                throw MemoryStore.Closed();
            if (cancel.IsCancellationRequested)
                return new ValueTask<HoldOutcome>(Demands.Refused(HoldStatus.Cancelled, demand, ledger.Figures));
            if (_holds.ContainsKey(demand.Call))
                throw new InvalidOperationException("this call already has a hold, or waits for one, in this budget");

            var status = TryHold(demand, out var outcome);
            if (status == HoldRules.Decision.Grant)
            {
                if (audit is not null)
                    store.Append(audit);
                return new ValueTask<HoldOutcome>(outcome);
            }
            if (status == HoldRules.Decision.Exceeded || wait == TimeSpan.Zero)
                return new ValueTask<HoldOutcome>(outcome);
            _holds.Add(demand.Call, OpenHold.Waiting);
            waiter = new Waiter(this, demand, wait, audit) { Queued = true };
            _queue.Enqueue(waiter);
            if (_queue.Count == 1)
                WatchOthers();
        }
        waiter.StartClock(clock);
        waiter.Watch(cancel);
        return new ValueTask<HoldOutcome>(waiter.Task);
    }

    public bool Settle(Guid call, Picodollars actual)
    {
        Demands.CheckAmount(actual, nameof(actual));
        List<Waiter>? decided = null;
        lock (_sync)
        {
            if (!_holds.TryGetValue(call, out var hold) || hold == OpenHold.Waiting)
                return false;
            ledger.Enter();
            try
            {
                ledger.Settle(new Picodollars(hold.Amount), hold.Claim, actual);
                _holds.Remove(call);
                if (_queue.Count > 0)
                    decided = Evaluate();
            }
            finally
            {
                ledger.Exit();
            }
        }
        Complete(decided);
        return true;
    }

    public void SetLimit(Picodollars newLimit)
    {
        List<Waiter>? decided = null;
        lock (_sync)
        {
            ledger.Enter();
            try
            {
                ledger.SetLimit(newLimit);
                if (_queue.Count > 0)
                    decided = Evaluate();
            }
            finally
            {
                ledger.Exit();
            }
        }
        Complete(decided);
    }

    public void GiveUp(Waiter waiter, HoldStatus why)
    {
        List<Waiter> decided;
        lock (_sync)
        {
            if (!_queue.Remove(waiter))
                return;
            _holds.Remove(waiter.Demand.Call);
            waiter.Outcome = Demands.Refused(why, waiter.Demand, ledger.Figures);
            decided = EvaluateLocked();
        }
        waiter.Complete();
        Complete(decided);
    }

    public void Close()
    {
        List<Waiter> waiters = [];
        lock (_sync)
        {
            _closed = true;
            _queue.Drain(waiters);
        }
        foreach (var waiter in waiters)
            waiter.Fail(MemoryStore.Closed());
    }

    /// <summary>Grants the demand now, or tells why not. Under the account's lock.</summary>
    private HoldRules.Decision TryHold(in HoldDemand demand, out HoldOutcome outcome)
    {
        ledger.Enter();
        try
        {
            if (_queue.Count == 0)
                _seen = ledger.Version; // what changes from here on may concern whoever waits; those that wait already have their own
            var figures = ledger.Figures;
            var decision = HoldRules.Decide(figures, demand, out var tokens);
            if (decision != HoldRules.Decision.Grant && ledger.IsShared)
            {
                ledger.BookTheDead();
                figures = ledger.Figures;
                decision = HoldRules.Decide(figures, demand, out tokens);
            }
            if (decision == HoldRules.Decision.Grant && _queue.Count == 0)
            {
                var amount = demand.Cost(tokens);
                ref var hold = ref CollectionsMarshal.GetValueRefOrAddDefault(_holds, demand.Call, out _);
                ledger.Hold(amount);
                hold = new OpenHold(amount.Value, ledger.Claim);
                outcome = new HoldOutcome(HoldStatus.Granted, amount, tokens, Demands.Needed(demand), ledger.Figures);
                return decision;
            }
            outcome = Demands.Refused(decision == HoldRules.Decision.Exceeded ? HoldStatus.Exceeded : HoldStatus.TimedOut, demand, figures);
            return decision == HoldRules.Decision.Grant ? HoldRules.Decision.Wait : decision;
        }
        catch
        {
            _holds.Remove(demand.Call);
            throw;
        }
        finally
        {
            ledger.Exit();
        }
    }

    private List<Waiter> EvaluateLocked()
    {
        ledger.Enter();
        try
        {
            return Evaluate();
        }
        finally
        {
            ledger.Exit();
        }
    }

    /// <summary>Serves the queue. Under the account's lock and the ledger's.</summary>
    private List<Waiter> Evaluate()
    {
        List<Waiter> decided = [];
        var before = ledger.Figures;
        var figures = before;
        _queue.Evaluate(ref figures, decided, null);
        var granted = figures.Held - before.Held;
        if (granted != Picodollars.Zero)
            ledger.Hold(granted);
        foreach (var waiter in decided)
        {
            if (waiter.Outcome.Status == HoldStatus.Granted)
                _holds[waiter.Demand.Call] = new OpenHold(waiter.Outcome.Held.Value, ledger.Claim);
            else
                _holds.Remove(waiter.Demand.Call);
        }
        _seen = ledger.Version;
        return decided;
    }

    /// <summary>While somebody waits here, other processes are watched: nobody tells us when they settle or die.</summary>
    private void WatchOthers()
    {
        _looked = clock.GetTimestamp();
        _poll ??= clock.CreateTimer(static account => ((MemoryAccount)account!).LookAround(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _poll.Change(Poll, Poll);
    }

    private void LookAround()
    {
        List<Waiter>? decided = null;
        try
        {
            lock (_sync)
            {
                if (_queue.Count == 0)
                {
                    _poll?.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
                    return;
                }
                var late = ledger.IsShared && clock.GetElapsedTime(_looked) >= DeathPoll;
                if (!late && ledger.Version == _seen)
                    return;
                ledger.Enter();
                try
                {
                    if (late)
                    {
                        ledger.BookTheDead();
                        _looked = clock.GetTimestamp();
                    }
                    decided = Evaluate();
                }
                finally
                {
                    ledger.Exit();
                }
            }
        }
        catch (StoreException)
        {
            return; // locked by a process that hangs: the waits end by their own clocks
        }
        Complete(decided);
    }

    private void Complete(List<Waiter>? decided)
    {
        if (decided is null)
            return;
        foreach (var waiter in decided)
        {
            if (waiter.Audit is { } audit && waiter.Outcome.Status == HoldStatus.Granted)
                store.Append(audit);
            waiter.Complete();
        }
    }
}
