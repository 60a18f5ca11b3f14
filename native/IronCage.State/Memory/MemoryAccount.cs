using System.Runtime.InteropServices;
using IronCage.Core.Audit;
using IronCage.Core.Ledger;
using IronCage.Core.Money;

namespace IronCage.State;

/// <summary>One budget in memory: three numbers, a table of open holds and a queue under one lock. Granting at once allocates nothing.</summary>
internal sealed class MemoryAccount(MemoryStore store, string name, string key, Picodollars? limit, TimeProvider clock) : ILedgerAccount, IWaiterOwner
{
    /// <summary>In the table of holds: the call waits and holds nothing yet.</summary>
    private const long Waiting = -1;

    private readonly Lock _sync = new();
    private readonly Dictionary<Guid, long> _holds = [];
    private readonly WaitQueue _queue = new();
    private BudgetFigures _figures = new(limit, Picodollars.Zero, Picodollars.Zero);
    private bool _closed;

    public string Name => name;
    public string Key => key;

    public BudgetFigures Peek()
    {
        lock (_sync)
            return _figures;
    }

    public ValueTask<BudgetFigures> ReadAsync(CancellationToken cancel = default)
    {
        cancel.ThrowIfCancellationRequested();
        return new ValueTask<BudgetFigures>(Peek());
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
                return new ValueTask<HoldOutcome>(Demands.Refused(HoldStatus.Cancelled, demand, _figures));
            ref var hold = ref CollectionsMarshal.GetValueRefOrAddDefault(_holds, demand.Call, out var known);
            if (known)
                throw new InvalidOperationException("this call already has a hold, or waits for one, in this budget");

            var decision = HoldRules.Decide(_figures, demand, out var tokens);
            if (decision == HoldRules.Decision.Grant && _queue.Count == 0)
            {
                var amount = demand.Cost(tokens);
                hold = amount.Value;
                _figures = _figures with { Held = _figures.Held + amount };
                if (audit is not null)
                    store.Append(audit);
                return new ValueTask<HoldOutcome>(new HoldOutcome(HoldStatus.Granted, amount, tokens, Demands.Needed(demand), _figures));
            }
            if (decision == HoldRules.Decision.Exceeded || wait == TimeSpan.Zero)
            {
                _holds.Remove(demand.Call);
                var status = decision == HoldRules.Decision.Exceeded ? HoldStatus.Exceeded : HoldStatus.TimedOut;
                return new ValueTask<HoldOutcome>(Demands.Refused(status, demand, _figures));
            }
            hold = Waiting;
            waiter = new Waiter(this, demand, wait, audit) { Queued = true };
            _queue.Enqueue(waiter);
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
            if (!_holds.Remove(call, out var amount))
                return false;
            if (amount == Waiting)
            {
                _holds.Add(call, Waiting);
                return false;
            }
            _figures = _figures with
            {
                Held = _figures.Held - new Picodollars(amount),
                Spent = new Picodollars(Demands.AddSaturated(_figures.Spent.Value, actual.Value)),
            };
            if (_queue.Count > 0)
                decided = Evaluate();
        }
        Complete(decided);
        return true;
    }

    public void SetLimit(Picodollars newLimit)
    {
        List<Waiter>? decided = null;
        lock (_sync)
        {
            _figures = _figures with { Limit = newLimit };
            if (_queue.Count > 0)
                decided = Evaluate();
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
            waiter.Outcome = Demands.Refused(why, waiter.Demand, _figures);
            decided = Evaluate();
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

    private List<Waiter> Evaluate()
    {
        List<Waiter> decided = [];
        _queue.Evaluate(ref _figures, decided, null);
        foreach (var waiter in decided)
        {
            if (waiter.Outcome.Status == HoldStatus.Granted)
                _holds[waiter.Demand.Call] = waiter.Outcome.Held.Value;
            else
                _holds.Remove(waiter.Demand.Call);
        }
        return decided;
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
