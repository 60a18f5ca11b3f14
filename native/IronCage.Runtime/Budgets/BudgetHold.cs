using IronCage.Core.Audit;
using IronCage.Core.Events;
using IronCage.Core.Ledger;
using IronCage.Core.Money;
using IronCage.Runtime.Calls;
using IronCage.Runtime.Protections;
using IronCage.Runtime.Runs;

namespace IronCage.Runtime.Budgets;

/// <summary>
/// A hold of the host's own on a named budget, for what costs money and is no LLM call: a paid tool, a GPU. It ends once: settled at what it cost, released at nothing, or,
/// when it is freed without either, booked in full. Thread-safe.
/// </summary>
[System.Diagnostics.CodeAnalysis.SuppressMessage("Design", "CA1001", Justification = "The source of its token has neither timer nor wait handle.")]
public sealed class BudgetHold : IWaitsForMoney
{
    /// <summary>The largest hold, and the most that one can be settled at: 9,000,000 dollars.</summary>
    private const long MostPico = 9_000_000 * Picodollars.PerDollar;

    private enum Stage
    {
        Deciding,
        Open,
        Ended,
    }

    private readonly Engine _engine;
    private readonly SharedBudget _budget;
    private readonly Run? _run;
    private readonly Attribution _attribution;
    private readonly Picodollars _amount;
    private readonly Guid _id;
    private readonly Lock _gate = new();
    private readonly CancellationTokenSource _giveUp = new();
    private Task<HoldOutcome>? _holding;
    private Verdict _verdict = Verdict.Pending;
    private Stage _stage; // guarded by _gate, as _verdict is

    private BudgetHold(Engine engine, SharedBudget budget, Run? run, Attribution attribution, Picodollars amount)
    {
        _engine = engine;
        _budget = budget;
        _run = run;
        _attribution = attribution;
        _amount = amount;
        _id = engine.Ids.NewId();
    }

    /// <summary>Set by the boundary.</summary>
    public ulong Handle { get; set; }

    /// <summary>Whether the host should drain events.</summary>
    public bool WantsDrain => _engine.HasUrgentEvents;

    /// <summary>Takes a hold. Send: it stands (and is durable, where the store is). Refuse: nothing is held. Pending: ask <see cref="Wait"/>.</summary>
    /// <param name="engine">The budget's.</param>
    /// <param name="budget">What pays.</param>
    /// <param name="run">Whose agent, project and tags it is reported under, and whose kill switches refuse it; null: nobody's.</param>
    /// <param name="pico">Picodollars: above 0, at most 9,000,000 dollars.</param>
    /// <param name="wait">How long it may wait for others to settle.</param>
    /// <param name="attribution">JSON as <see cref="AttributionBook.Of"/> reads it.</param>
    /// <param name="nonblocking">Answer Pending instead of waiting.</param>
    /// <param name="hold">Null when it is refused.</param>
    /// <exception cref="ConfigException">An argument is wrong.</exception>
    /// <exception cref="StoreException">The store failed: nothing is held.</exception>
    public static Verdict Take(Engine engine, SharedBudget budget, Run? run, long pico, TimeSpan wait, ReadOnlySpan<byte> attribution, bool nonblocking, out BudgetHold? hold)
    {
        ArgumentNullException.ThrowIfNull(engine);
        ArgumentNullException.ThrowIfNull(budget);
        hold = null;
        if (pico is <= 0 or > MostPico)
            throw new ConfigException("amount_pico", "must be above 0 and at most 9000000 dollars");
        var taken = new BudgetHold(engine, budget, run, (run?.Attributions ?? budget.Attributions).Of(attribution), new Picodollars(pico));
        var verdict = taken.Begin(wait, nonblocking);
        if (verdict.Kind != VerdictKind.Refuse)
            hold = taken;
        return verdict;
    }

    private Verdict Begin(TimeSpan wait, bool nonblocking)
    {
        if (Stopped() is { } stopped)
            return Refuse(stopped);
        var demand = new HoldDemand(_id, _amount, Picodollars.Zero, 0, 0, false, Attribution: _attribution);
        var pending = _budget.Account.HoldAsync(demand, wait, Entry("hold.taken", "hold_pico", _amount, null), _giveUp.Token);
        if (pending.IsCompletedSuccessfully)
            return Decided(pending.Result);
        _holding = pending.AsTask();
        if (_holding.IsCompleted)
            return Decided(_holding.GetAwaiter().GetResult()); // throws what the store threw
        _engine.Waits(this);
        if (Stopped() is not null)
            GiveUp(); // thrown before the switch could know of this wait
        return nonblocking ? Verdict.Pending : Wait(Timeout.Infinite);
    }

    /// <summary>Has the engine's <see cref="Engine.Decided"/> called once, on any thread, when this pending hold is decided.</summary>
    public void TellWhenDecided() =>
        _holding?.ContinueWith(static (_, state) => ((BudgetHold)state!).TellDecided(), this, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);

    private void TellDecided()
    {
        lock (_gate)
        {
            // Fetched or freed meanwhile: there is nothing to tell, and the boundary's handle may be stale.
            if (_stage == Stage.Deciding)
                _engine.Decided?.Invoke(Handle);
        }
    }

    /// <summary>The verdict of a pending hold; Pending again when <paramref name="timeoutMs"/> (−1: none) is up.</summary>
    /// <exception cref="StoreException">The store failed: nothing is held.</exception>
    public Verdict Wait(int timeoutMs)
    {
        lock (_gate)
        {
            if (_stage != Stage.Deciding || _holding is null)
                return _verdict;
        }
        // Not under the lock: GiveUp and the store's own thread must get through. WaitAny does not throw.
        if (Task.WaitAny([_holding], timeoutMs) < 0)
            return Verdict.Pending;
        _engine.WaitsNoMore(this);
        return Decided(_holding.GetAwaiter().GetResult());
    }

    /// <summary>Ends the hold at what it cost.</summary>
    /// <param name="pico">Picodollars: 0 to 9,000,000 dollars; above the hold it is booked in full, and told.</param>
    /// <returns>False when it had ended before.</returns>
    /// <exception cref="ConfigException">The amount is out of range: the hold goes on.</exception>
    /// <exception cref="InvalidOperationException">It is not decided yet.</exception>
    /// <exception cref="StoreException">The store is closed: the hold stays in it, and is booked in full when it expires.</exception>
    public bool Settle(long pico)
    {
        if (pico is < 0 or > MostPico)
            throw new ConfigException("actual_pico", "must be 0 or more and at most 9000000 dollars");
        return TryEnd() && Book(new Picodollars(pico), estimated: false);
    }

    /// <summary>Ends the hold at nothing, and reports nothing: what it was for did not happen.</summary>
    /// <returns>False when it had ended before.</returns>
    /// <exception cref="InvalidOperationException">It is not decided yet.</exception>
    public bool Release()
    {
        if (!TryEnd())
            return false;
        GiveBack();
        return true;
    }

    /// <summary>Ends whatever is left of it: a hold that stands is booked in full, one that waits is withdrawn. Idempotent.</summary>
    /// <exception cref="StoreException">The store is closed: the hold stays in it, and is booked in full when it expires.</exception>
    public void Free()
    {
        Stage stage;
        lock (_gate)
        {
            stage = _stage;
            _stage = Stage.Ended;
        }
        if (stage == Stage.Open)
            Book(_amount, estimated: true);
        if (stage != Stage.Deciding)
            return;
        _engine.WaitsNoMore(this);
        GiveUp();
        _holding?.ContinueWith(static (task, state) =>
        {
            if (task.IsCompletedSuccessfully && task.Result.Status == HoldStatus.Granted)
                ((BudgetHold)state!).GiveBack();
        }, this, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
    }

    void IWaitsForMoney.GiveUp() => GiveUp();

    bool IWaitsForMoney.Concerns(Protection protection) => _run is not null && _run.Protections.Contains(protection);

    private void GiveUp() => _giveUp.Cancel();

    private bool TryEnd()
    {
        lock (_gate)
        {
            if (_stage == Stage.Deciding)
                throw new InvalidOperationException("the hold is not decided yet");
            if (_stage == Stage.Ended)
                return false;
            _stage = Stage.Ended;
            return true;
        }
    }

    private Verdict Decided(in HoldOutcome outcome)
    {
        var stopped = Stopped();
        lock (_gate)
        {
            if (_stage != Stage.Deciding)
                return _verdict; // freed meanwhile: what was granted is given back there
            if (outcome.Status == HoldStatus.Granted && stopped is null)
            {
                _stage = Stage.Open;
                _verdict = Verdict.Send;
            }
        }
        if (_verdict.Kind == VerdictKind.Send)
        {
            _run?.Protection.LetThrough();
            return _verdict;
        }
        if (outcome.Status == HoldStatus.Granted)
            GiveBack();
        return Refuse(outcome.Status is HoldStatus.Granted or HoldStatus.Cancelled && stopped is not null ? stopped! : Refusal.Budget(outcome, _attribution.Model, Picodollars.Zero));
    }

    private Verdict Refuse(Refusal refusal)
    {
        _run?.Protection.Refused(refusal);
        lock (_gate)
        {
            _stage = Stage.Ended;
            return _verdict = new Verdict(VerdictKind.Refuse, refusal.ToJson(respond: false, remembered: false));
        }
    }

    private Refusal? Stopped()
    {
        if (_run is null)
            return null;
        foreach (var protection in _run.Protections)
        {
            if (protection.StopReason is { } why)
                return Refusal.Stopped(why, _attribution.Model);
        }
        return null;
    }

    private void GiveBack() => _budget.Account.Settle(new Settlement(_id, Picodollars.Zero, Audit: Entry("hold.released", "cost_pico", Picodollars.Zero, null)));

    private bool Book(Picodollars cost, bool estimated)
    {
        if (!_budget.Account.Settle(new Settlement(_id, cost, _attribution, default, estimated, Entry("hold.settled", "cost_pico", cost, estimated))))
            throw new StoreException("the store is closed: the hold stays in it, and is booked in full when it expires");
        if (cost > _amount)
            TellOver(cost);
        foreach (var protection in _run?.Protections ?? [])
            protection.Spent(cost);
        foreach (var payer in _run?.Watches ?? [])
            payer.Protection.CheckBudget(payer.Watch);
        return true;
    }

    private void TellOver(Picodollars cost)
    {
        var message = $"{(_attribution.Model.Length > 0 ? _attribution.Model : "a hold")} cost ${cost}, above the hold of ${_amount} on budget {_budget.Name}";
        var details = ReportWriter.OverrunDetails(_attribution.Agent, _attribution.Model, _amount, cost);
        if (_run is not null)
            _run.Protection.Warn("budget.overbilled", message, details);
        else
            _engine.Emit(new RuntimeEvent("budget.overbilled", EventLevel.Warning, _engine.Clock.GetUtcNow(), 0, message, details));
    }

    /// <summary>What a durable store's audit trail keeps of it.</summary>
    private AuditEntry? Entry(string kind, string amountName, Picodollars amount, bool? estimated) => !_budget.Store.IsDurable ? null
        : new AuditEntry(_attribution.Agent, kind, _engine.Clock.GetUtcNow(), JsonDetails.Write(writer =>
        {
            writer.WriteString("call", _id.ToString("N"));
            writer.WriteString("budget", _budget.Name);
            writer.WriteString("label", _attribution.Model);
            writer.WriteNumber(amountName, amount.Value);
            if (estimated is { } guess)
                writer.WriteBoolean("estimated", guess);
        }));
}
