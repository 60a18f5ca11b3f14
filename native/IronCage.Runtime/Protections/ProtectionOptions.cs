using IronCage.Core.Money;
using IronCage.Cost;
using IronCage.Reliability;
using IronCage.Runtime.Approvals;
using IronCage.Runtime.Budgets;
using IronCage.Safety;
using IronCage.Safety.Tokens;
using IronCage.Telemetry;

namespace IronCage.Runtime.Protections;

/// <summary>The options of a protection; defaults and ranges as documented at <c>ironcage_protection_new</c>.</summary>
public sealed record ProtectionOptions
{
    /// <summary>Where a protection warns that was not told.</summary>
    public static readonly IReadOnlyList<double> UsualWarning = [0.9];

    public required string AgentId { get; init; }

    /// <summary>What its spend is reported under, beside the agent; empty: none.</summary>
    public string Project { get; init; } = "";

    /// <summary>More words that its spend is reported under.</summary>
    public IReadOnlyList<string> Tags { get; init; } = [];
    public Picodollars? Budget { get; init; }
    public bool BudgetPerRun { get; init; }

    /// <summary>Shares of the budget at which it warns; null: not said, which is <see cref="UsualWarning"/> where the budget has none of its own.</summary>
    public IReadOnlyList<double>? WarnAt { get; init; }
    public TimeSpan HoldWait { get; init; } = TimeSpan.FromSeconds(30);
    public bool LowerOutput { get; init; } = true;
    public bool StrictBound { get; init; }

    /// <summary>Cheaper models for calls that do not fit.</summary>
    public DegradePolicy Degrade { get; init; } = DegradePolicy.None;

    /// <summary>Whether <see cref="DegradePolicy.At"/> was given.</summary>
    public bool HasDegradeAt { get; init; }

    /// <summary>What is kept for the last calls of a run; null: nothing.</summary>
    public WrapUpPolicy? WrapUp { get; init; }
    public bool PiiDetection { get; init; } = true;
    public PiiAction PiiAction { get; init; } = PiiAction.Redact;
    public IReadOnlyDictionary<string, PiiAction> PiiActions { get; init; } = new Dictionary<string, PiiAction>();
    /// <summary>What is looked for in traffic; null: what is by default.</summary>
    public ScannerOptions? Scanner { get; init; }
    public bool ScanOutput { get; init; } = true;

    /// <summary>The keys of tokens, hashes and digests; null: one that lives with the process.</summary>
    public KeyRing? Keys { get; init; }

    /// <summary>Whose values tokens stand for.</summary>
    public string Tenant { get; init; } = "";

    /// <summary>Where values come back; null: not said.</summary>
    public RestorePlaces? RestoreIn { get; init; }
    public CircuitBreakerOptions? CircuitBreaker { get; init; } = new();

    /// <summary>How many calls go to a provider host and model; <see cref="LimitOptions.MaxWait"/> is in <see cref="MaxWait"/>.</summary>
    public LimitOptions Limits { get; init; } = new();

    /// <summary>How long a call waits for its turn; null: as long as for money.</summary>
    public TimeSpan? MaxWait { get; init; }

    /// <summary>Attempts that are added to those of clients.</summary>
    public RetryOptions Retry { get; init; } = new();

    /// <summary>Whether an answer from before is given where none comes.</summary>
    public bool RemembersAnswers { get; init; }

    /// <summary>How long a whole answer is waited for before a second attempt is made beside the first; null: none is.</summary>
    public TimeSpan? HedgeAfter { get; init; }

    /// <summary>What is called instead of a model that does not answer, in order.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<Fallback>> Fallback { get; init; } = FallbackPolicy.None;
    public string? State { get; init; }
    public UnpricedPolicy Unpriced { get; init; }
    public ModelPrice? AssumedPrice { get; init; }

    /// <summary>Contents of price files, the last goes first; read into a book by the protection.</summary>
    public IReadOnlyList<PriceFileText> PriceFiles { get; init; } = [];
    public bool PassUnclaimed { get; init; }
    public UnscannablePolicy Unscannable { get; init; } = UnscannablePolicy.Warn;
    public bool Respond { get; init; }
    public int? MaxCalls { get; init; }

    /// <summary>Tokens, input and output, after which a run makes no further call; null: no cap.</summary>
    public int? MaxTokens { get; init; }

    /// <summary>How long a run may last; null: for ever.</summary>
    public TimeSpan? Timeout { get; init; }

    /// <summary>The tools that models may use.</summary>
    public ToolPolicy Tools { get; init; } = ToolPolicy.None;

    /// <summary>Which uses of tools must be approved; null: none.</summary>
    internal ApprovalPolicy? Approval { get; init; }

    /// <summary>Whether what waits is shown in the state, for other processes to decide.</summary>
    internal bool ShowsApprovals { get; init; }

    /// <summary>How long they wait.</summary>
    internal TimeSpan ApprovalTimeout { get; init; } = ApprovalPolicy.UsualTimeout;

    /// <summary>The file that stops the agent by being there; null: none does.</summary>
    internal KillFile? KillFile { get; init; }

    /// <summary>What is done about runs that go round in circles; null: nothing.</summary>
    public LoopPolicy? Loops { get; init; }
    public bool EagerEvents { get; init; }

    /// <summary>The file that its events are written to; null: none.</summary>
    public LogFileOptions? Log { get; init; }

    /// <summary>Whether the host asks for the facts of each call.</summary>
    public bool CallFacts { get; init; }

    /// <summary>Whether every change of the agent's state is an event.</summary>
    public bool AgentStateEvents { get; init; }

    /// <summary>What is done with findings of a kind: as said for it, else for its group, else for all; what traffic is left with unless it is named itself stays.</summary>
    public PiiAction ActionFor(PiiKind kind)
    {
        ArgumentNullException.ThrowIfNull(kind);
        if (PiiActions.TryGetValue(kind.Name, out var own))
            return own;
        if (!TrafficRules.ActsOn(kind) && Scanner?.Kinds?.Contains(kind.Name) != true)
            return PiiAction.Ignore;
        foreach (var (name, group) in SafetyOptionsReader.Groups)
        {
            if (group == kind.Group && PiiActions.TryGetValue(name, out var shared))
                return shared;
        }
        return PiiAction;
    }

    /// <summary>Whether tokens may be made.</summary>
    public bool Tokenises => PiiDetection && (PiiAction == PiiAction.Tokenise || PiiActions.Values.Contains(PiiAction.Tokenise));
}
