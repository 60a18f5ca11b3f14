using IronCage.Core.Money;
using IronCage.Cost;
using IronCage.Reliability;
using IronCage.Safety;

namespace IronCage.Runtime.Protections;

/// <summary>The options of a protection; defaults and ranges as documented at <c>ironcage_protection_new</c>.</summary>
public sealed record ProtectionOptions
{
    public required string AgentId { get; init; }
    public Picodollars? Budget { get; init; }
    public bool BudgetPerRun { get; init; }
    public IReadOnlyList<double> WarnAt { get; init; } = [0.9];
    public TimeSpan HoldWait { get; init; } = TimeSpan.FromSeconds(30);
    public bool LowerOutput { get; init; } = true;
    public bool StrictBound { get; init; }
    public bool PiiDetection { get; init; } = true;
    public PiiAction PiiAction { get; init; } = PiiAction.Redact;
    public IReadOnlyDictionary<string, PiiAction> PiiActions { get; init; } = new Dictionary<string, PiiAction>();
    /// <summary>What is looked for in traffic; null: what is by default.</summary>
    public ScannerOptions? Scanner { get; init; }
    public bool ScanOutput { get; init; } = true;
    public CircuitBreakerOptions? CircuitBreaker { get; init; } = new();
    public string? State { get; init; }
    public UnpricedPolicy Unpriced { get; init; }
    public ModelPrice? AssumedPrice { get; init; }
    public bool PassUnclaimed { get; init; }
    public UnscannablePolicy Unscannable { get; init; } = UnscannablePolicy.Warn;
    public bool Respond { get; init; }
    public int? MaxCalls { get; init; }
    public bool EagerEvents { get; init; }
}
