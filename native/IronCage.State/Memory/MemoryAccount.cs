using System.Runtime.InteropServices;
using IronCage.Core.Audit;
using IronCage.Core.Ledger;
using IronCage.Core.Money;

namespace IronCage.State;

/// <summary>
/// One budget in memory: figures that forked processes share (<see cref="SharedLedger"/>), a table of this process's open holds, and its place in a <see cref="MemoryTree"/>.
/// Granting at once allocates nothing, where no account is above it.
/// </summary>
internal sealed partial class MemoryAccount(MemoryStore store, string key, MemoryAccount? parent, SharedLedger ledger, TimeProvider clock) : ILedgerAccount, IWaiterOwner
{
    private readonly MemoryAccount? _parent = parent;
    private readonly SharedLedger _ledger = ledger;
    private readonly MemoryTree _tree = parent?._tree ?? new MemoryTree(clock);
    private readonly LedgerPath _path = new(PathOf(parent, ledger));
    private readonly Dictionary<Guid, OpenHold> _holds = [];
    private readonly HashSet<Guid> _changes = [];
    private bool _closed;

    public string Name => _ledger.Name;
    public string Key => key;
    public nint SharedAddress => _ledger.Address;
    public ILedgerAccount? Parent => _parent;
    public BudgetWindow Window => _ledger.Window;

    /// <summary>Grows with every change of this account and those above. Read without the lock.</summary>
    public long Version => _path.Version;

    /// <summary>Whether a window of this account, or of one above, has ended and nobody has looked since.</summary>
    public bool IsPeriodOver => _path.IsPeriodOver;

    /// <summary>How many accounts there are from here to the top of the tree.</summary>
    public int Levels => _path.Ledgers.Length;

    public BudgetFigures Peek() => _ledger.Figures;

    public ValueTask<BudgetFigures> ReadAsync(CancellationToken cancel = default)
    {
        cancel.ThrowIfCancellationRequested();
        lock (_tree.Sync)
        {
            Enter();
            try
            {
                _path.BookTheDead();
                return new ValueTask<BudgetFigures>(_ledger.Figures);
            }
            finally
            {
                Leave();
            }
        }
    }

    public ValueTask<HoldOutcome> HoldAsync(HoldDemand demand, TimeSpan wait, AuditEntry? audit = null, CancellationToken cancel = default)
    {
        Demands.Check(demand);
        wait = Demands.CheckWait(wait);
        Waiter waiter;
        List<Waiter>? decided;
        lock (_tree.Sync)
        {
            if (_closed)
                throw MemoryStore.Closed();
            if (cancel.IsCancellationRequested)
                return new ValueTask<HoldOutcome>(Demands.Refused(HoldStatus.Cancelled, demand, _ledger.Figures));
            if (_holds.ContainsKey(demand.Call))
                throw new InvalidOperationException("this call already has a hold, or waits for one, in this budget");

            var version = 0L;
            if (_tree.IsIdle)
            {
                var decision = TryHold(demand, out var outcome, out version);
                if (decision == HoldRules.Decision.Grant)
                {
                    if (audit is not null)
                        store.Append(audit);
                    return new ValueTask<HoldOutcome>(outcome);
                }
                if (decision != HoldRules.Decision.Wait || wait == TimeSpan.Zero)
                    return new ValueTask<HoldOutcome>(outcome);
            }
            _holds.Add(demand.Call, OpenHold.Waiting);
            waiter = new Waiter(this, demand, wait, audit);
            decided = _tree.Enqueue(waiter, version);
        }
        Complete(decided);
        if (!waiter.Task.IsCompleted)
        {
            waiter.StartClock(clock);
            waiter.Watch(cancel);
        }
        return new ValueTask<HoldOutcome>(waiter.Task);
    }

    public bool Settle(in Settlement settlement)
    {
        Demands.CheckAmount(settlement.Actual, "actual");
        List<Waiter>? decided;
        OpenHold hold;
        lock (_tree.Sync)
        {
            if (!_holds.TryGetValue(settlement.Call, out hold) || hold == OpenHold.Waiting)
                return false;
            Enter();
            try
            {
                _path.Settle(hold, settlement.Actual);
                _holds.Remove(settlement.Call);
                if (settlement.Actual.Value > hold.Amount)
                    NoteOverrun(settlement, hold.Amount);
            }
            finally
            {
                Leave();
            }
            decided = _tree.Serve();
        }
        if (settlement.Audit is { } entry)
            store.Append(entry);
        store.Report(settlement, hold.Amount);
        Complete(decided);
        return true;
    }

    public ValueTask<BudgetFigures> ChangeAsync(BudgetChange change, CancellationToken cancel = default)
    {
        ArgumentNullException.ThrowIfNull(change);
        if (change.Limit is { } limit)
            Demands.CheckAmount(limit, nameof(BudgetChange.Limit));
        cancel.ThrowIfCancellationRequested();
        List<Waiter>? decided;
        BudgetFigures figures;
        lock (_tree.Sync)
        {
            if (change.Id is { } known && _changes.Contains(known))
                return new ValueTask<BudgetFigures>(_ledger.Figures);
            Enter();
            try
            {
                Change(change);
                if (change.Id is { } id)
                    _changes.Add(id);
                figures = _ledger.Figures;
            }
            finally
            {
                Leave();
            }
            decided = _tree.Serve();
        }
        Complete(decided);
        return new ValueTask<BudgetFigures>(figures);
    }

    /// <summary>What it is opened with again, or for the first time.</summary>
    public void Apply(BudgetTerms terms, bool isNew)
    {
        List<Waiter>? decided;
        lock (_tree.Sync)
        {
            Enter();
            try
            {
                if (isNew)
                    Note(BudgetEventKind.Opened, terms.Limit);
                if (terms.Window is { } window && !window.Equals(_ledger.Window))
                    _ledger.SetWindow(window);
                if (terms.Limit is { } limit && !isNew)
                    SetLimit(limit, null);
            }
            finally
            {
                Leave();
            }
            decided = _tree.Serve();
        }
        Complete(decided);
    }

    /// <summary>Decides about one who waits. Under the tree's lock.</summary>
    public bool Serve(Waiter waiter, HashSet<IBudgetLevel> blocked)
    {
        Enter();
        try
        {
            if (!_path.Serve(waiter, blocked))
                return false;
            if (waiter.Outcome.Status == HoldStatus.Granted)
                _holds[waiter.Demand.Call] = _path.Claimed(waiter.Outcome.Held);
            else
                _holds.Remove(waiter.Demand.Call);
            return true;
        }
        finally
        {
            Leave();
        }
    }

    /// <summary>Books the holds of processes that died. Under the tree's lock.</summary>
    public void BookTheDead()
    {
        if (!_path.IsShared)
            return;
        Enter();
        try
        {
            _path.BookTheDead();
        }
        finally
        {
            Leave();
        }
    }

    public void GiveUp(Waiter waiter, HoldStatus why)
    {
        List<Waiter>? decided;
        lock (_tree.Sync)
        {
            if (!_tree.Remove(waiter))
                return;
            _holds.Remove(waiter.Demand.Call);
            waiter.Outcome = Demands.Refused(why, waiter.Demand, _ledger.Figures);
            decided = _tree.Serve();
        }
        waiter.Complete();
        Complete(decided);
    }

    public void Close()
    {
        List<Waiter> waiters;
        lock (_tree.Sync)
        {
            _closed = true;
            waiters = _tree.Drain(this);
        }
        foreach (var waiter in waiters)
            waiter.Fail(MemoryStore.Closed());
    }

    /// <summary>Tells those who are decided. Without a lock.</summary>
    public static void Complete(List<Waiter>? decided)
    {
        if (decided is null)
            return;
        foreach (var waiter in decided)
        {
            if (waiter.Audit is { } audit && waiter.Outcome.Status == HoldStatus.Granted)
                ((MemoryAccount)waiter.Owner).Append(audit);
            waiter.Complete();
        }
    }

    private void Append(AuditEntry entry) => store.Append(entry);

    private static SharedLedger[] PathOf(MemoryAccount? parent, SharedLedger ledger) => parent is null ? [ledger] : [ledger, .. parent._path.Ledgers];

    /// <summary>Grants the demand now, or tells why not. Under the tree's lock.</summary>
    private HoldRules.Decision TryHold(in HoldDemand demand, out HoldOutcome outcome, out long version)
    {
        Enter();
        try
        {
            // What changes from here on may concern whoever waits.
            version = _path.Version;
            var decision = _path.Take(demand, out outcome);
            if (decision == HoldRules.Decision.Grant)
                CollectionsMarshal.GetValueRefOrAddDefault(_holds, demand.Call, out _) = _path.Claimed(outcome.Held);
            return decision;
        }
        finally
        {
            Leave();
        }
    }

    private void Change(BudgetChange change)
    {
        if (change.TopUp is { } amount)
        {
            _ledger.TopUp(amount);
            Note(BudgetEventKind.TopUp, amount, change.Note);
        }
        if (change.Limit is { } limit)
            SetLimit(limit, change.Note);
        if (change.Frozen is { } frozen && frozen != _ledger.Figures.IsFrozen)
        {
            _ledger.SetFrozen(frozen);
            Note(frozen ? BudgetEventKind.Frozen : BudgetEventKind.Unfrozen, null, change.Note);
        }
    }

    private void SetLimit(Picodollars limit, string? note)
    {
        if (_ledger.BaseLimit == limit)
            return;
        _ledger.SetLimit(limit);
        Note(BudgetEventKind.Limit, limit, note);
    }

    /// <summary>Enters the accounts of the path; windows that ended meanwhile come into the history of each before anything else does.</summary>
    private void Enter()
    {
        _path.Enter();
        for (var account = this; account is not null; account = account._parent)
            account.NoteEnded();
    }

    private void Leave() => _path.Exit();
}
