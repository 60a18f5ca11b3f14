using Polly;

namespace IronCage.Reliability;

/// <summary>
/// The state machine of one key, and the pipeline around it. Every change of state begins a new generation; a call carries the generation it was admitted in,
/// and its result counts only while that lasts. So a straggler from before the circuit opened can neither close nor re-open it.
/// </summary>
internal sealed class Circuit
{
    private readonly Lock _gate = new();
    private readonly CircuitBreakerOptions _options;
    private readonly TimeProvider _clock;
    private readonly CircuitEventQueue? _events;
    private readonly FailureWindow? _lately;
    private CircuitState _state;
    private long _generation;
    private int _failures;
    private long _opened;
    private long _probeAt; // timestamp; valid while open
    private bool _probing; // valid while half-open
    private bool _forgotten;
    private long _lastUsed;

    public Circuit(string key, CircuitBreakerOptions options, TimeProvider clock, CircuitEventQueue? events)
    {
        Key = key;
        _options = options;
        _clock = clock;
        _events = events;
        _lastUsed = clock.GetTimestamp();
        if (options.FailureRatio is not null)
            _lately = new FailureWindow(Ceiling(options.FailureWindow.Ticks, clock.TimestampFrequency, TimeSpan.TicksPerSecond));
        Pipeline = new ResiliencePipelineBuilder<CircuitOutcome> { TimeProvider = clock }
            .AddStrategy(_ => new CircuitBreakerStrategy(this))
            .Build();
    }

    public string Key { get; }

    public ResiliencePipeline<CircuitOutcome> Pipeline { get; }

    public long LastUsed => Volatile.Read(ref _lastUsed);

    public bool IsClosed
    {
        get
        {
            lock (_gate)
                return _state == CircuitState.Closed;
        }
    }

    /// <summary>Admits a call, or says why not in <paramref name="refusal"/>.</summary>
    public bool TryEnter(out long generation, out CircuitOutcome refusal)
    {
        var now = _clock.GetTimestamp();
        lock (_gate)
        {
            _lastUsed = now;
            generation = _generation;
            if (_forgotten)
            {
                refusal = CircuitOutcome.Forgotten;
                return false;
            }
            refusal = default;
            if (_state == CircuitState.Closed)
                return true;

            var wait = Wait(now);
            if (wait > TimeSpan.Zero)
            {
                refusal = CircuitOutcome.Refused(wait);
                return false;
            }
            _probing = true;
            if (_state == CircuitState.HalfOpen)
                return true;
            Become(CircuitState.HalfOpen);
            generation = _generation;
        }
        _events?.Deliver();
        return true;
    }

    /// <summary>Takes the result of a call that was admitted in <paramref name="generation"/>.</summary>
    public void Leave(long generation, CallResult result)
    {
        lock (_gate)
        {
            if (generation != _generation || _forgotten)
                return;
            if (!Count(result))
                return;
        }
        _events?.Deliver();
    }

    /// <summary>Ends the circuit: calls in flight change nothing any more, and new ones are sent to its successor.</summary>
    public void Forget()
    {
        lock (_gate)
            _forgotten = true;
    }

    public CircuitReport Report()
    {
        var now = _clock.GetTimestamp();
        lock (_gate)
        {
            return new CircuitReport(Key, _state, _failures, _opened, _state == CircuitState.Closed ? null : Wait(now));
        }
    }

    /// <summary>How long a circuit that is not closed refuses; zero when the next call may probe.</summary>
    private TimeSpan Wait(long now)
    {
        if (_state == CircuitState.HalfOpen)
        {
            return !_probing ? TimeSpan.Zero
                : _options.RecoveryTimeout < CircuitBreakerConstants.ProbeRetryAfter ? _options.RecoveryTimeout
                : CircuitBreakerConstants.ProbeRetryAfter;
        }
        return now >= _probeAt ? TimeSpan.Zero
            : TimeSpan.FromTicks(Ceiling(_probeAt - now, TimeSpan.TicksPerSecond, _clock.TimestampFrequency));
    }

    /// <returns>True if the state changed.</returns>
    private bool Count(CallResult result)
    {
        var probe = _state == CircuitState.HalfOpen; // in this generation a half-open circuit has admitted probes only
        if (probe)
            _probing = false;
        if (!probe && result is CallResult.Success or CallResult.Failure)
            _lately?.Add(_clock.GetTimestamp(), result == CallResult.Failure);
        switch (result)
        {
            case CallResult.Success:
                _failures = 0;
                if (!probe)
                    return false;
                Become(CircuitState.Closed);
                return true;

            case CallResult.Failure:
                if (_failures < int.MaxValue)
                    _failures++;
                if (!probe && _failures < _options.FailureThreshold && !FailsTooOften())
                    return false;
                Become(CircuitState.Open);
                return true;

            default:
                return false;
        }
    }

    private bool FailsTooOften() => _lately is { } lately && lately.Ended >= _options.MinimumCalls && lately.Failed >= _options.FailureRatio!.Value * lately.Ended;

    private void Become(CircuitState state)
    {
        _lately?.Clear();
        _state = state;
        _generation++;
        if (state == CircuitState.Open)
        {
            _opened++;
            // From the moment of the failure, so a clock read of its own. Rounded up: never a tick too early.
            _probeAt = _clock.GetTimestamp() + Ceiling(_options.RecoveryTimeout.Ticks, _clock.TimestampFrequency, TimeSpan.TicksPerSecond);
        }
        _events?.Add(new CircuitEvent(
            Key, state, _clock.GetUtcNow(), _failures, _opened, state == CircuitState.Open ? _options.RecoveryTimeout : null));
    }

    /// <summary>value × factor ÷ divisor, rounded up; the product may pass 64 bits.</summary>
    private static long Ceiling(long value, long factor, long divisor) => (long)(((Int128)value * factor + divisor - 1) / divisor);
}
