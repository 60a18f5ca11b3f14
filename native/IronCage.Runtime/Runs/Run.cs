using IronCage.Core.Ledger;
using IronCage.Reliability;
using IronCage.Runtime.Budgets;
using IronCage.Runtime.Calls;
using IronCage.Runtime.Protections;
using IronCage.Runtime.Scanning;
using IronCage.Safety;

namespace IronCage.Runtime.Runs;

/// <summary>
/// One invocation of an agent: call caps and the refusal latch belong to it. Runs nest; a call of an inner run is charged to every protection on the way out.
/// Thread-safe.
/// </summary>
public sealed class Run
{
    private readonly Lock _gate = new();
    private Refusal? _remembered;
    private readonly RunCounts? _counts;
    private int _wrapUpCalls;
    private bool _isWrappingUp;
    private bool _closed;
    private bool _isOpen;
    private Dictionary<ulong, (DateTimeOffset When, int Attempts)>? _failed;

    /// <summary>The same body within this time of a retryable failure is a retry (python clients without a header of their own).</summary>
    private static readonly TimeSpan RetryWindow = TimeSpan.FromSeconds(60);

    private const int MostFailures = 256;

    internal Run(Protection protection, Run? parent, BudgetWatch? watch, RunCounts? counts)
    {
        Protection = protection;
        _counts = counts;
        Loops = protection.Options.Loops is { } loops ? new LoopWatch(loops) : null;
        Watch = watch;
        Id = protection.NewId();
        Chain = parent is null ? [this] : [this, .. parent.Chain];
        Protections = [.. Chain.Select(r => r.Protection).Distinct()];
        Watches = [.. Chain.Where(r => r.Watch is not null).DistinctBy(r => r.Watch!.Account.Key).OrderBy(r => r.Watch!.Account.Key, StringComparer.Ordinal)
            .Select(r => new Payer(r.Protection, r.Watch!, Reports: false, KeepersOf(r.Watch!)))];
        // A hold counts in the accounts above its own: one that lies above another is not asked again.
        HashSet<string> covered = [.. Watches.SelectMany(w => Above(w.Watch.Account)).Select(account => account.Key)];
        HashSet<IStore> unreported = [.. Protections.Select(p => p.Store)];
        Payers = [.. Watches.Where(w => !covered.Contains(w.Watch.Account.Key)).Select(w => w with { Reports = unreported.Remove(w.Watch.Store) })];
        StoresWithoutHold = [.. unreported];
        Project = Chain.Select(r => r.Protection.Options.Project).FirstOrDefault(project => project.Length > 0) ?? "";
        Tags = Attribution.Join(Chain.SelectMany(r => r.Protection.Options.Tags));
        Attributions = new AttributionBook(protection.Options.AgentId, Project, Tags);
        Restores = new RestorePolicy(Protections);
        WantsFacts = Protections.Any(p => p.Options.CallFacts);
        Retry = Protections.Skip(1).Aggregate(protection.Options.Retry, (retry, outer) => retry.And(outer.Options.Retry));
        Answers = Protections.Any(p => p.Options.RemembersAnswers) ? parent?.Answers ?? new AnswerMemory() : null;
        HasFallback = Protections.Any(p => p.Options.Fallback.Count > 0);
        WantsApprovals = Protections.Any(p => p.Options.Approval is not null);
        WatchesLoops = Chain.Any(r => r.Loops is not null);
        Limiting = [.. Protections.Where(p => p.Limits is not null).OrderBy(p => p.Limits!.Order)];
        SharesCircuits = Protections.Any(p => p.Circuits is { IsShared: true });
        HasStages = Protections.Any(p => p.Options.Degrade.Models.Count > 0 || p.Options.WrapUp is not null);
        Policy = Chain.Skip(1).Aggregate(protection.Policy, (policy, run) => policy.With(run.Protection.Policy));
        Scanner = Chain.Skip(1).Aggregate(protection.Scanner, (scanner, run) => SharedScanners.Of(scanner, run.Protection.Scanner));
    }

    /// <param name="Protection">Whose budget it is.</param>
    /// <param name="Watch">The budget.</param>
    /// <param name="Reports">Whether the spend of a call is reported with the hold on this account: once for each store in which a protection of the chain keeps its trail.</param>
    /// <param name="Keepers">The runs of which each keeps a reserve of this budget, the dearest first; of a protection that stands in the chain more than once, the outermost.</param>
    internal readonly record struct Payer(Protection Protection, BudgetWatch Watch, bool Reports, IReadOnlyList<Run> Keepers);

    private Run[] KeepersOf(BudgetWatch watch) =>
    [
        .. Chain.Reverse().Where(r => r.Watch?.Account.Key == watch.Account.Key && r.Protection.Options.WrapUp is not null).DistinctBy(r => r.Protection)
            .OrderByDescending(r => r.Protection.Options.WrapUp!.Reserve),
    ];

    private static IEnumerable<ILedgerAccount> Above(ILedgerAccount account)
    {
        for (var above = account.Parent; above is not null; above = above.Parent)
            yield return above;
    }

    /// <summary>Its name in events.</summary>
    internal Guid Id { get; }

    public Protection Protection { get; }

    /// <summary>The budget of this run; null when spend is not limited.</summary>
    internal BudgetWatch? Watch { get; }

    // Arrays, not lists: each call walks them a dozen times.

    /// <summary>This run and the ones around it, innermost first.</summary>
    internal Run[] Chain { get; }

    /// <summary>The protections of the chain, each once.</summary>
    internal Protection[] Protections { get; }

    /// <summary>The budgets of the chain, each once.</summary>
    internal Payer[] Watches { get; }

    /// <summary>Those of <see cref="Watches"/> in which a call takes a hold, in the order in which they are taken: a hold counts in the accounts above, too.</summary>
    internal Payer[] Payers { get; }

    /// <summary>The stores in which spend is reported though no account of theirs is drawn on.</summary>
    internal IStore[] StoresWithoutHold { get; }

    /// <summary>Whether others have a say about its circuits.</summary>
    internal bool SharesCircuits { get; }

    /// <summary>The protections that may let a call wait for its turn, in the order in which places are taken.</summary>
    internal Protection[] Limiting { get; }

    /// <summary>Whether something happens before a call of this run is refused for want of money.</summary>
    internal bool HasStages { get; }

    /// <summary>The project of the innermost protection that has one; empty: none.</summary>
    internal string Project { get; }

    /// <summary>The tags of all protections of the chain, as <see cref="Attribution.Tags"/> has them.</summary>
    internal string Tags { get; }

    /// <summary>To whom holds of the host's own are reported.</summary>
    internal AttributionBook Attributions { get; }

    internal SafetyPolicy Policy { get; }

    /// <summary>Attempts that are added to failed ones, as all protections allow them.</summary>
    internal RetryOptions Retry { get; }

    /// <summary>What was answered, for times when nothing is; null: nothing is kept. One for a run and those around it.</summary>
    internal AnswerMemory? Answers { get; }

    /// <summary>Whether another model may be called where one does not answer.</summary>
    internal bool HasFallback { get; }

    /// <summary>Whose values come back where, in answers.</summary>
    internal RestorePolicy Restores { get; }

    /// <summary>Finds what the scanner of any of the protections finds.</summary>
    internal Scanner Scanner { get; }

    /// <summary>The refusal that later calls of this run are refused with; null if none.</summary>
    internal Refusal? Remembered
    {
        get
        {
            lock (_gate)
                return _remembered;
        }
    }

    internal void Remember(Refusal refusal)
    {
        lock (_gate)
        {
            if (_remembered is null || !_remembered.Latches)
                _remembered = refusal;
        }
    }

    /// <summary>A call was let through: an open circuit is no longer what ended the run.</summary>
    internal void Forget()
    {
        lock (_gate)
        {
            if (_remembered is { Latches: false })
                _remembered = null;
        }
    }

    /// <summary>Counts a call that draws on the reserve; false when all that may have done so.</summary>
    internal bool TryWrapUp()
    {
        lock (_gate)
        {
            if (_wrapUpCalls >= Protection.Options.WrapUp!.Calls)
                return false;
            _wrapUpCalls++;
            return true;
        }
    }

    /// <summary>A call that was counted cost nothing after all.</summary>
    internal void LeaveWrapUp()
    {
        lock (_gate)
            _wrapUpCalls--;
    }

    /// <summary>A call that draws on the reserve leaves; true for the first of the run.</summary>
    internal bool BeginWrapUp()
    {
        lock (_gate)
            return !_isWrappingUp && (_isWrappingUp = true);
    }

    /// <summary>A call with this body failed in a way that clients try again; so many attempts were made by then.</summary>
    internal void Failed(ulong bodyDigest, DateTimeOffset now, int attempts)
    {
        lock (_gate)
        {
            _failed ??= [];
            if (_failed.Count >= MostFailures)
                _failed.Clear();
            _failed[bodyDigest] = (now, attempts);
        }
    }

    /// <summary>How many attempts of a call with this body failed up to a moment ago; 0: none did. Tells once: a client that repeats itself later starts anew.</summary>
    internal int TakeFailure(ulong bodyDigest, DateTimeOffset now)
    {
        lock (_gate)
            return _failed is not null && _failed.Remove(bodyDigest, out var failed) && now - failed.When <= RetryWindow ? failed.Attempts : 0;
    }

    /// <summary>Where forked processes find the budget of this run alone; 0 when it has none, or when it is durable.</summary>
    public nint AccountAddress => Watch is { } watch && Protection.Options.BudgetPerRun ? watch.Account.SharedAddress : 0;

    /// <summary>Where forked processes find what is counted of it; 0 when nothing is capped.</summary>
    public nint CountAddress => _counts?.Address ?? 0;

    /// <summary>Counts a call against the cap; false when the cap is reached.</summary>
    internal bool TryCount() => _counts is null || _counts.TryAdd(Protection.Options.MaxCalls ?? long.MaxValue);

    internal void Uncount() => _counts?.Remove();

    /// <summary>A call was settled that used so many tokens.</summary>
    internal void Used(long tokens) => _counts?.AddTokens(tokens);

    /// <summary>Whether no call may begin any more for want of tokens. One that begins before may still pass the cap.</summary>
    internal bool HasUsedItsTokens => Protection.Options.MaxTokens is { } most && _counts!.Tokens >= most;

    /// <summary>What the run has left of its time, negative once it is over; null without a limit.</summary>
    internal TimeSpan? TimeLeft(TimeProvider clock) => Protection.Options.Timeout is { } timeout ? timeout - clock.GetElapsedTime(_counts!.Began) : null;

    /// <summary>Whether the facts of its calls are asked for.</summary>
    internal bool WantsFacts { get; }

    /// <summary>Whether uses of tools must be approved for this run or one around it.</summary>
    internal bool WantsApprovals { get; }

    /// <summary>Whether this run or one around it looks for circles.</summary>
    internal bool WatchesLoops { get; }

    /// <summary>Sees whether it goes round in circles, in this process; null: nobody looks.</summary>
    internal LoopWatch? Loops { get; }

    /// <summary>
    /// The run is one of those that are open here. One that was inherited by a fork becomes so only when it is used: those of the other process's threads never are.
    /// </summary>
    internal void Join()
    {
        if (Volatile.Read(ref _isOpen))
            return;
        lock (_gate)
        {
            if (_isOpen || _closed)
                return;
            Protection.RunOpened(this);
            Volatile.Write(ref _isOpen, true);
        }
    }

    /// <summary>Closes the run once and answers the refusal it remembers.</summary>
    public Refusal? Close()
    {
        lock (_gate)
        {
            if (_closed)
                return _remembered;
            _closed = true;
            if (!_isOpen)
                return _remembered;
        }
        Protection.RunClosed(this);
        return Remembered;
    }
}
