using System.Threading.Tasks.Sources;
using Polly;

namespace IronCage.Reliability;

/// <summary>
/// An admitted call, from its begin to its end. Every permit must be completed: a half-open circuit waits for its probe for as long as it takes.
/// </summary>
/// <remarks>
/// This is where the pipeline is turned inside out. Polly runs a callback and waits for it; a call here begins in one export and ends in another.
/// So the callback's task is this object, and <see cref="Complete"/> completes it. It is a value-task source and not a TaskCompletionSource for two reasons:
/// the strategy's continuation then always runs inside <see cref="Complete"/>, also on threads with a synchronization context, so that the circuit is up to
/// date when it returns; and it is one object instead of three.
/// </remarks>
public sealed class CallPermit : IValueTaskSource<Outcome<CircuitOutcome>>, IDisposable
{
    private readonly ResilienceContext _context;
    private ManualResetValueTaskSourceCore<Outcome<CircuitOutcome>> _end; // mutable struct: never readonly
    private ValueTask<Outcome<CircuitOutcome>> _pipeline;
    private Circuit? _probed;
    private long _generation;
    private bool _isClaimed; // this call has the probe of all users of a store
    private int _completed;

    internal CallPermit(ResilienceContext context) => _context = context;

    /// <summary>Whether the call has ended.</summary>
    public bool IsCompleted => Volatile.Read(ref _completed) != 0;

    /// <summary>
    /// Ends the call. The first result counts; later calls do nothing. Thread-safe, never blocks, never throws. When it returns, the circuit knows,
    /// and its events are delivered or on their way on another thread.
    /// </summary>
    /// <returns>True if this was the first.</returns>
    public bool Complete(CallResult result)
    {
        if (Interlocked.Exchange(ref _completed, 1) != 0)
            return false;
        if (result == CallResult.Ignored && Volatile.Read(ref _isClaimed))
            _probed!.Sharing!.GiveBack(_probed.Key);
        _end.SetResult(Outcome.FromResult(CircuitOutcome.Ended(result)));
        // Under a foreign synchronization context the outer frames of the pipeline may end later; the garbage collector then takes the context.
        if (_pipeline.IsCompleted)
        {
            _pipeline.GetAwaiter().GetResult();
            _pipeline = default;
            ResilienceContextPool.Shared.Return(_context);
        }
        return true;
    }

    /// <summary>Ends the call as <see cref="CallResult.Ignored"/> if it has not ended yet.</summary>
    public void Dispose() => Complete(CallResult.Ignored);

    /// <summary>Whether this call is the one that a circuit lets through to see whether the provider is back: <see cref="ClaimAsync"/> must be asked before it leaves.</summary>
    public bool IsProbe => _probed is not null;

    /// <summary>
    /// Asks for the probe of all users of the store, where the circuit is shared. May wait for the store; where that cannot be reached the circuits of this book decide.
    /// </summary>
    /// <returns>False: another has it, or the circuit changed meanwhile. The permit is completed; ask <see cref="CircuitBook.Admit"/> again.</returns>
    public async ValueTask<bool> ClaimAsync()
    {
        if (_probed is not { Sharing: { } sharing } circuit)
            return true;
        if (!await sharing.TryProbeAsync(circuit.Key).ConfigureAwait(false))
        {
            circuit.LoseProbe(_generation);
            Complete(CallResult.Ignored);
            return false;
        }
        Volatile.Write(ref _isClaimed, true);
        if (IsCompleted)
            sharing.GiveBack(circuit.Key); // it was over before it was known
        return true;
    }

    internal void IsProbeOf(Circuit circuit, long generation) => (_probed, _generation) = (circuit, generation);

    /// <summary>The pipeline's callback: the task that <see cref="Complete"/> completes.</summary>
    internal ValueTask<Outcome<CircuitOutcome>> Begin() => new(this, _end.Version);

    /// <summary>Keeps the running pipeline, before anyone else sees the permit.</summary>
    internal void Attach(ValueTask<Outcome<CircuitOutcome>> pipeline) => _pipeline = pipeline;

    Outcome<CircuitOutcome> IValueTaskSource<Outcome<CircuitOutcome>>.GetResult(short token) => _end.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource<Outcome<CircuitOutcome>>.GetStatus(short token) => _end.GetStatus(token);

    void IValueTaskSource<Outcome<CircuitOutcome>>.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _end.OnCompleted(continuation, state, token, flags);
}
