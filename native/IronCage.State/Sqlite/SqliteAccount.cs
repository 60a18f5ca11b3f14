using IronCage.Core.Audit;
using IronCage.Core.Ledger;
using IronCage.Core.Money;

namespace IronCage.State;

/// <summary>
/// One budget of an SQLite store as this process sees it: the row after the last transaction, what was settled since (the overlay), this process's open holds and
/// its queue. The rows decide; this decides nothing about money.
/// </summary>
internal sealed class SqliteAccount(SqliteFile file, string name) : ILedgerAccount, IWaiterOwner
{
    /// <summary>In the table of holds: the call is not decided yet.</summary>
    private const long Undecided = -1;

    private readonly Lock _sync = new();
    private readonly Dictionary<Guid, long> _holds = [];
    private readonly WaitQueue _queue = new();
    private BudgetFigures _written;
    private long _overlaySpent;
    private long _overlayHeld;

    public string Name => name;
    public string Key { get; } = $"sqlite:{file.Path}:{name}";

    public nint SharedAddress => 0;
    public ILedgerAccount? Parent { get; set; }
    public BudgetWindow Window { get; set; } = BudgetWindow.Total;

    /// <summary>Whether a transaction that read or made its row was committed.</summary>
    public bool IsWritten { get; private set; }

    public BudgetFigures Peek()
    {
        lock (_sync)
            return Figures();
    }

    public async ValueTask<BudgetFigures> ReadAsync(CancellationToken cancel = default)
    {
        cancel.ThrowIfCancellationRequested();
        // The row, not its figures: holds that arrived before and share the transaction are counted too.
        var row = await file.Request(transaction => transaction.Row(name)).WaitAsync(cancel).ConfigureAwait(false);
        return row.Figures;
    }

    public ValueTask<HoldOutcome> HoldAsync(HoldDemand demand, TimeSpan wait, AuditEntry? audit = null, CancellationToken cancel = default)
    {
        Demands.Check(demand);
        var waiter = new Waiter(this, demand, Demands.CheckWait(wait), audit);
        lock (_sync)
        {
            if (cancel.IsCancellationRequested)
                return new ValueTask<HoldOutcome>(Demands.Refused(HoldStatus.Cancelled, demand, Figures()));
            if (!_holds.TryAdd(demand.Call, Undecided))
                throw new InvalidOperationException("this call already has a hold, or waits for one, in this budget");
            _queue.Enqueue(waiter);
        }
        waiter.Watch(cancel);
        file.Arrived(this);
        return new ValueTask<HoldOutcome>(waiter.Task);
    }

    public bool Settle(in Settlement settlement)
    {
        Demands.CheckAmount(settlement.Actual, "actual");
        long amount;
        bool waiting;
        lock (_sync)
        {
            if (!_holds.TryGetValue(settlement.Call, out amount) || amount == Undecided)
                return false;
            _holds.Remove(settlement.Call);
            _overlaySpent = Demands.AddSaturated(_overlaySpent, settlement.Actual.Value);
            _overlayHeld += amount;
            waiting = _queue.Count > 0;
        }
        return file.Settled(WriteBehind.Held(name, settlement, amount), waiting);
    }

    public async ValueTask<BudgetFigures> ChangeAsync(BudgetChange change, CancellationToken cancel = default)
    {
        ArgumentNullException.ThrowIfNull(change);
        var row = await file.Request(transaction => transaction.Change(name, change)).WaitAsync(cancel).ConfigureAwait(false);
        if (HasWaiters)
            file.Arrived(this);
        return row.Figures;
    }

    public async ValueTask<IReadOnlyList<BudgetEvent>> HistoryAsync(int most, CancellationToken cancel = default)
    {
        Demands.CheckMost(most);
        return await file.Request(transaction => transaction.Events(name, most)).WaitAsync(cancel).ConfigureAwait(false);
    }

    public async ValueTask<Overruns> OverrunsAsync(int most, CancellationToken cancel = default)
    {
        Demands.CheckMostOverruns(most);
        return await file.Request(transaction => transaction.Overruns.Read(name, most)).WaitAsync(cancel).ConfigureAwait(false);
    }

    public void GiveUp(Waiter waiter, HoldStatus why)
    {
        bool waiting;
        lock (_sync)
        {
            if (!_queue.Remove(waiter))
                return; // decided: its transaction is on its way
            _holds.Remove(waiter.Demand.Call);
            waiter.Outcome = Demands.Refused(why, waiter.Demand, Figures());
            waiting = _queue.Count > 0;
        }
        waiter.Complete();
        if (waiting)
            file.Arrived(this);
    }

    /// <summary>Whether somebody waits in the queue.</summary>
    public bool HasWaiters
    {
        get
        {
            lock (_sync)
                return _queue.Count > 0;
        }
    }

    /// <summary>Whether a window of this account, or of one above, has ended since the last transaction.</summary>
    public bool IsPeriodOver(DateTimeOffset now)
    {
        lock (_sync)
        {
            if (_written.PeriodEnd is { } end && now.ToUnixTimeMilliseconds() >= end)
                return true;
        }
        return Parent is SqliteAccount above && above.IsPeriodOver(now);
    }

    /// <summary>Adds those who wait, in order of arrival.</summary>
    public void CopyWaiters(List<Waiter> line)
    {
        lock (_sync)
            _queue.CopyTo(line);
    }

    /// <summary>Decides about one who waits, inside a transaction; he is told when it is durable.</summary>
    /// <param name="waiter">In the queue, unless he gave up.</param>
    /// <param name="path">The rows of the account and of those above it.</param>
    /// <param name="blocked">See <see cref="HoldPath.Take"/>.</param>
    /// <param name="queued">Takes those who were told to wait for the first time: their clocks must be started.</param>
    /// <returns>Whether he is decided.</returns>
    public bool Serve(Waiter waiter, BudgetRow[] path, HashSet<IBudgetLevel> blocked, List<Waiter> queued)
    {
        lock (_sync)
        {
            if (waiter.Node is null)
                return false;
            if (HoldPath.Serve(waiter, path, blocked))
                return _queue.Remove(waiter);
            if (!waiter.Queued)
            {
                waiter.Queued = true;
                queued.Add(waiter);
            }
            return false;
        }
    }

    /// <summary>The row's transaction is durable.</summary>
    public void Written(BudgetRow row)
    {
        lock (_sync)
        {
            _written = row.Figures;
            IsWritten = true;
            _overlaySpent -= row.WrittenSpent;
            _overlayHeld -= row.WrittenHeld;
        }
    }

    /// <summary>Tells a decided waiter its outcome, which is durable.</summary>
    public void Tell(Waiter waiter)
    {
        lock (_sync)
        {
            if (waiter.Outcome.Status == HoldStatus.Granted)
                _holds[waiter.Demand.Call] = waiter.Outcome.Held.Value;
            else
                _holds.Remove(waiter.Demand.Call);
        }
        waiter.Complete();
    }

    /// <summary>Fails a waiter that is out of the queue.</summary>
    public void Fail(Waiter waiter, Exception error)
    {
        lock (_sync)
            _holds.Remove(waiter.Demand.Call);
        waiter.Fail(error);
    }

    /// <summary>Fails everybody who waits.</summary>
    public void FailWaiters(Exception error)
    {
        foreach (var waiter in Drain())
            waiter.Fail(error);
    }

    /// <summary>Takes out everybody who waits: they are to be failed.</summary>
    public List<Waiter> Drain()
    {
        List<Waiter> waiters = [];
        lock (_sync)
        {
            _queue.Drain(waiters);
            foreach (var waiter in waiters)
                _holds.Remove(waiter.Demand.Call);
        }
        return waiters;
    }

    private BudgetFigures Figures()
    {
        var spent = Demands.AddSaturated(_written.Spent.Value, _overlaySpent);
        // Holds that expired while their settlement was on its way are no longer in the row.
        var held = Math.Max(0, _written.Held.Value - _overlayHeld);
        return _written with { Spent = new Picodollars(spent), Held = new Picodollars(held) };
    }
}
