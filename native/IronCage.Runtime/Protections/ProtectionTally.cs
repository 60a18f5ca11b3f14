using IronCage.Core.Money;
using IronCage.Cost;
using IronCage.Telemetry;

namespace IronCage.Runtime.Protections;

/// <summary>What happened under one protection in this process. Thread-safe.</summary>
internal sealed class ProtectionTally
{
    /// <summary>Findings kept one by one; beyond it only the counts by kind go on.</summary>
    public const int KeptFindings = 10_000;

    private const int KeptWarnings = 1_000;

    private readonly Lock _gate = new();
    private readonly Dictionary<string, ModelTally> _byModel = [];
    private readonly ModelTally _all = new();
    private readonly List<FindingRecord> _findings = [];
    private readonly SortedDictionary<string, long> _findingsByKind = new(StringComparer.Ordinal);
    private readonly List<string> _warnings = [];
    private Picodollars _held;
    private Picodollars _estimated;
    private long _denied, _retries, _lowered, _unscannable, _degraded, _wrapUps, _fallbacks, _hedges;

    public OverheadHistogram Overhead { get; } = new();

    public void Left(string model, Picodollars held, CallTraits traits, int unscannable)
    {
        lock (_gate)
        {
            _all.Calls++;
            Model(model).Calls++;
            _held += held;
            _unscannable += unscannable;
            Count(traits, 1);
        }
    }

    /// <summary>Content of an answer that no one could read.</summary>
    public void Unscannable(int parts)
    {
        lock (_gate)
            _unscannable += parts;
    }

    /// <summary>The call did not leave the process after all.</summary>
    public void TookBack(string model, Picodollars held, CallTraits traits, int unscannable)
    {
        lock (_gate)
        {
            _all.Calls--;
            Model(model).Calls--;
            _held -= held;
            _unscannable -= unscannable;
            Count(traits, -1);
        }
    }

    private void Count(CallTraits traits, int by)
    {
        if ((traits & CallTraits.Lowered) != 0) _lowered += by;
        if ((traits & CallTraits.Degraded) != 0) _degraded += by;
        if ((traits & CallTraits.Retry) != 0) _retries += by;
        if ((traits & CallTraits.FellBack) != 0) _fallbacks += by;
        if ((traits & CallTraits.Hedge) != 0) _hedges += by;
    }

    public void Settled(string model, Picodollars held, Picodollars cost, in TokenUsage usage, bool estimated)
    {
        lock (_gate)
        {
            _held -= held;
            _all.Add(usage, cost);
            Model(model).Add(usage, cost);
            if (estimated)
                _estimated += cost;
        }
    }

    /// <summary>A run began to draw on its reserve.</summary>
    public void WrapsUp()
    {
        lock (_gate)
            _wrapUps++;
    }

    /// <summary>A call that failed was answered as the same one before.</summary>
    public void AnsweredFromMemory()
    {
        lock (_gate)
            _fallbacks++;
    }

    public void Denied()
    {
        lock (_gate)
            _denied++;
    }

    public void Found(IReadOnlyList<FindingRecord> findings)
    {
        lock (_gate)
        {
            foreach (var finding in findings)
            {
                if (_findings.Count < KeptFindings)
                    _findings.Add(finding);
                _findingsByKind[finding.Kind] = _findingsByKind.GetValueOrDefault(finding.Kind) + 1;
            }
        }
    }

    public void Warn(string warning)
    {
        lock (_gate)
        {
            if (_warnings.Count < KeptWarnings)
                _warnings.Add(warning);
        }
    }

    /// <summary>Runs <paramref name="read"/> on a consistent view.</summary>
    public void Read(Action<View> read)
    {
        lock (_gate)
            read(new View(_all, _byModel, _findings, _findingsByKind, _warnings, _held, _estimated, _denied, _retries, _lowered, _unscannable, _degraded, _wrapUps, _fallbacks, _hedges));
    }

    public readonly record struct View(
        ModelTally All, Dictionary<string, ModelTally> ByModel, List<FindingRecord> Findings, SortedDictionary<string, long> FindingsByKind,
        List<string> Warnings, Picodollars Held, Picodollars Estimated, long Denied, long Retries, long Lowered, long Unscannable, long Degraded, long WrapUps, long Fallbacks, long Hedges);

    private ModelTally Model(string model)
    {
        if (!_byModel.TryGetValue(model, out var tally))
            _byModel[model] = tally = new ModelTally();
        return tally;
    }
}
