using IronCage.Core.Ledger;
using IronCage.Core.Money;
using IronCage.Cost;
using IronCage.Lang;
using IronCage.Lang.Hosts;
using IronCage.Reliability;
using IronCage.Runtime.Budgets;
using IronCage.Runtime.Protections;
using IronCage.Runtime.Runs;

namespace IronCage.Runtime.Calls;

/// <summary>
/// One LLM call from the request that is about to leave to its settlement: recognise, control, admit, scan, hold; then read the answer, screen it, settle.
/// Counted once and settled once, whatever ends it. Partials: Begin (up to the verdict), Hold (price, bound, holds), Limits, Screen, Refuse, Answer (whole and streamed), End (settlement).
/// One thread at a time, except for <see cref="GiveUp"/>.
/// </summary>
[System.Diagnostics.CodeAnalysis.SuppressMessage("Design", "CA1001", Justification = "End disposes what a call owns; every call ends.")]
public sealed partial class ProtectedCall : IWaitsForMoney
{
    /// <summary>Bodies up to this size are kept while the call is open, so that an aborted call can be counted by the tokenizer instead of by its bound.</summary>
    private const int KeptBody = 256 * 1024;

    private readonly Engine _engine;
    private readonly Run _run;
    private readonly Target _target;
    private readonly LlmWire _wire;
    private readonly Guid _id;
    private readonly Lock _gate = new();
    private readonly List<CallPermit> _permits = [];
    private readonly List<HoldGrant> _holds = [];
    private readonly CancellationTokenSource _giveUp = new();
    private LlmRequest _request = new();
    private ModelPrice? _price;
    private string? _provider;
    private HoldDemand _demand;
    private long _inputBound;
    private long _marginBound;
    private bool _mustWriteLimit;
    private long _mostToWrite;
    private bool _isClaimed;
    private ulong _bodyDigest;
    private long _grantedTokens;
    private bool _isRetry;
    private bool _isSigned; // its bytes must stay: what may be left undone is left undone, and what may not is a refusal
    private bool _lowered;
    private Guid _holdId;
    private bool _hidesUsage;
    private ReadOnlyMemory<byte> _keptBody; // empty: it is not kept
    private byte[]? _lentBody; // of the pool, behind what is kept
    private Stage _stage;
    private long _busyTicks;

    private enum Stage
    {
        Deciding,
        Open,
        Settled,
        Ended,
    }

    private ProtectedCall(Engine engine, Run run, Target target)
    {
        _engine = engine;
        _run = run;
        _target = target;
        _wire = target.Wire!;
        _id = _holdId = engine.Ids.NewId();
        _facts = run.WantsFacts ? new CallFacts(Now) : null;
    }

    /// <summary>Set by the boundary.</summary>
    public ulong Handle { get; set; }

    /// <summary>Whether the host should drain events after this step.</summary>
    public bool WantsDrain
    {
        get
        {
            if (_engine.HasUrgentEvents)
                return true;
            foreach (var protection in _run.Protections)
            {
                if (protection.WantsEvents)
                    return _engine.Telemetry.Ring.HasEvents;
            }
            return false;
        }
    }

    bool IWaitsForMoney.Concerns(Protection protection) => _run.Protections.Contains(protection);

    void IWaitsForMoney.GiveUp() => GiveUp();

    private void GiveUp()
    {
        _approval?.GiveUp("the agent was stopped");
        try
        {
            _giveUp.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // It was decided meanwhile.
        }
    }

    private string Model => _request.Model;

    /// <summary>Of what circuits and limits know.</summary>
    private string Key => $"{_target.Host}|{Model}";

    /// <summary>Nothing is charged for this request, whatever it says: without a price there is neither bound nor hold.</summary>
    private bool IsFree => _target.Endpoint == Endpoint.Free;

    /// <summary>The cost of the whole hold, the amount that counts when nothing better is known.</summary>
    private Picodollars HoldCost => _price is null ? Picodollars.Zero : _demand.Cost(_grantedTokens);

    private long Now => _engine.Clock.GetTimestamp();
}
