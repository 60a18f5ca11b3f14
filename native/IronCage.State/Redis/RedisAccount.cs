using IronCage.Core.Audit;
using IronCage.Core.Ledger;
using IronCage.Core.Money;

namespace IronCage.State;

/// <summary>
/// One budget of a Redis store as this process sees it: the figures that the server told last, what this process has leased of it, and what it did with that since. Fields
/// are guarded by the ledger's lock. The lease pays for open holds, for what was settled and not told yet, and for <see cref="Room"/>, out of which holds are granted here.
/// </summary>
internal sealed class RedisAccount(RedisLedger ledger, string name, RedisAccount? parent) : ILedgerAccount, IWaiterOwner, IBudgetLevel
{
    /// <summary>In the table of holds: the call is not decided yet.</summary>
    private const long Undecided = -1;

    private readonly Dictionary<Guid, long> _holds = [];
    private readonly List<SpentGroup> _unreported = [];
    private HashSet<Guid>? _booked;
    private RedisRow _row = new(name, "", null, 0, 0, 0, false, "total", "UTC", 0, null, 0);
    private long _lease;
    private Int128 _unreportedSum;

    // Of this account and those below it: leased as the figures of the server count it, held, and settled as they do not.
    private Int128 _leasedBelow;
    private Int128 _heldBelow;
    private Int128 _spentBelow;

    public string Name => name;
    public string Key { get; } = $"redis:{ledger.Place}:{name}";
    public nint SharedAddress => 0;
    public ILedgerAccount? Parent => parent;
    public BudgetWindow Window { get; private set; } = BudgetWindow.Total;

    /// <summary>This account, and those above it.</summary>
    public RedisAccount[] Path { get; private set; } = [];

    public RedisAccount Top => Path[^1];

    /// <summary>Room for the figures of the path: granting allocates nothing.</summary>
    public BudgetFigures[] Scratch { get; private set; } = [];

    /// <summary>Whether the server told its figures.</summary>
    public bool IsKnown { get; private set; }

    public RedisRow Row => _row;

    /// <summary>What this process has open.</summary>
    public long Held { get; private set; }

    /// <summary>What holds can be granted from without asking the server.</summary>
    public long Room => (long)Int128.Max(0, _lease - Held - _unreportedSum);

    /// <summary>How much room is asked for at a time; none without leases.</summary>
    public long Target { get; set; }

    /// <summary>What was granted here since somebody looked.</summary>
    public long Used { get; set; }

    /// <summary>When room was asked for last.</summary>
    public long StockedAt { get; set; }

    /// <summary>For whom the last hold was, or the first that was asked for: if this process dies, its lease is reported as spent by him.</summary>
    public Attribution? LastAttribution { get; set; }

    /// <summary>Whether a batch has something to tell of it.</summary>
    public bool IsActive => _lease != Held || _unreported.Count > 0;

    public BudgetFigures Figures
    {
        get
        {
            var spent = Int128.Min(_row.Spent + _spentBelow, long.MaxValue);
            var held = Int128.Clamp(_row.Held - _leasedBelow + _heldBelow, 0, long.MaxValue);
            return new BudgetFigures(_row.Limit is { } l ? new Picodollars(Demands.AddSaturated(l, _row.Extra)) : null, new Picodollars((long)spent), new Picodollars((long)held),
                _row.IsFrozen, _row.End);
        }
    }

    public BudgetFigures Peek()
    {
        lock (ledger.Sync)
            return Figures;
    }

    public async ValueTask<BudgetFigures> ReadAsync(CancellationToken cancel = default)
    {
        cancel.ThrowIfCancellationRequested();
        return await ledger.Read(this).WaitAsync(cancel).ConfigureAwait(false);
    }

    public ValueTask<HoldOutcome> HoldAsync(HoldDemand demand, TimeSpan wait, AuditEntry? audit = null, CancellationToken cancel = default)
    {
        Demands.Check(demand);
        return ledger.Hold(this, demand, Demands.CheckWait(wait), audit, cancel);
    }

    public bool Settle(in Settlement settlement)
    {
        Demands.CheckAmount(settlement.Actual, "actual");
        return ledger.Settle(this, settlement);
    }

    public async ValueTask<BudgetFigures> ChangeAsync(BudgetChange change, CancellationToken cancel = default)
    {
        ArgumentNullException.ThrowIfNull(change);
        if (change.Limit is { } limit)
            Demands.CheckAmount(limit, nameof(BudgetChange.Limit));
        cancel.ThrowIfCancellationRequested();
        return await ledger.Change(this, change).WaitAsync(cancel).ConfigureAwait(false);
    }

    public async ValueTask<IReadOnlyList<BudgetEvent>> HistoryAsync(int most, CancellationToken cancel = default)
    {
        Demands.CheckMost(most);
        return await ledger.History(this, most).WaitAsync(cancel).ConfigureAwait(false);
    }

    public async ValueTask<Overruns> OverrunsAsync(int most, CancellationToken cancel = default)
    {
        Demands.CheckMostOverruns(most);
        return await ledger.Overruns(this, most).WaitAsync(cancel).ConfigureAwait(false);
    }

    public void GiveUp(Waiter waiter, HoldStatus why) => ledger.GiveUp(waiter, why);

    /// <summary>Whether the call holds here, or waits.</summary>
    public bool Knows(Guid call) => _holds.ContainsKey(call);

    /// <summary>The call waits.</summary>
    public void Expect(Guid call) => _holds.Add(call, Undecided);

    /// <summary>The call waits no longer, and holds nothing.</summary>
    public void Forget(Guid call) => _holds.Remove(call);

    /// <summary>The call holds an amount, which the lease pays for.</summary>
    public void Keep(Guid call, long amount)
    {
        _holds[call] = amount;
        AddHeld(amount);
    }

    /// <summary>Ends a hold.</summary>
    /// <param name="call">Whose.</param>
    /// <param name="actual">What it cost.</param>
    /// <param name="now">By the server's clock.</param>
    /// <param name="amount">What was held.</param>
    /// <returns>False: there is none.</returns>
    public bool TrySettle(Guid call, long actual, long now, out long amount)
    {
        if (!_holds.TryGetValue(call, out amount) || amount == Undecided)
            return false;
        _holds.Remove(call);
        var cost = actual;
        if (_booked is not null && _booked.Remove(call))
            cost = Math.Max(0, actual - amount); // it is booked already, in full
        else
            AddHeld(-amount);
        if (cost > 0)
            AddUnreported(cost, now);
        return true;
    }

    void IBudgetLevel.Hold(Picodollars amount) => throw new InvalidOperationException("the server decides");

    /// <summary>Takes what is to be told of it, and what it gives back.</summary>
    public void Report(RedisBatch batch, long givenBack)
    {
        var lease = Held + Room - givenBack;
        var released = _lease - lease;
        if (released == 0 && _unreported.Count == 0)
            return;
        batch.AddReport(this, _unreported, released);
        _lease = lease;
        _unreported.Clear();
        _unreportedSum = 0;
    }

    /// <summary>What <see cref="Report"/> told is in the server's figures.</summary>
    public void Reported(Int128 spent, long released)
    {
        foreach (var level in Path)
        {
            level._spentBelow -= spent;
            level._leasedBelow -= released;
        }
    }

    /// <summary>The lease has grown.</summary>
    public void Lease(long amount)
    {
        _lease += amount;
        foreach (var level in Path)
            level._leasedBelow += amount;
    }

    /// <summary>The lease was booked as spent, and could not be had back: what is open is paid for.</summary>
    public void LoseLease()
    {
        foreach (var level in Path)
            level._leasedBelow -= _lease;
        _lease = 0;
        _booked ??= [];
        foreach (var (call, amount) in _holds)
        {
            if (amount != Undecided && _booked.Add(call))
                AddHeld(-amount);
        }
    }

    /// <summary>The server told its figures.</summary>
    public void Update(RedisRow row)
    {
        if (!IsKnown)
        {
            Path = parent is null ? [this] : [this, .. parent.Path];
            Scratch = new BudgetFigures[Path.Length];
        }
        IsKnown = true;
        if (row.Window != _row.Window || row.Zone != _row.Zone)
            Window = row.Window == "total" ? BudgetWindow.Total : BudgetWindow.Parse(row.Window, row.Zone);
        _row = row;
    }

    /// <summary>Money of its tree is waited for, as somebody said.</summary>
    public void Want(long until) => _row = _row with { WantedUntil = Math.Max(until, _row.WantedUntil) };

    private void AddHeld(long amount)
    {
        Held += amount;
        foreach (var level in Path)
            level._heldBelow += amount;
    }

    private void AddUnreported(long amount, long now)
    {
        var (start, end) = (0L, long.MaxValue);
        foreach (var level in Path)
        {
            start = Math.Max(start, level._row.Start);
            end = Math.Min(end, level._row.End ?? long.MaxValue);
        }
        now = Math.Max(now, start); // this window has begun, whatever the clock says now
        if (_unreported.Count > 0 && _unreported[^1] is var last && !(last.At < end && end <= now) && last.At >= start)
            _unreported[^1] = new SpentGroup(Math.Max(last.At, now), last.Amount + amount);
        else
            _unreported.Add(new SpentGroup(now, amount));
        _unreportedSum += amount;
        foreach (var level in Path)
            level._spentBelow += amount;
    }
}
