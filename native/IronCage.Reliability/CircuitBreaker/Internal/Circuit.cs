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
    private long _claimAt = long.MinValue; // valid while half-open: another user of the store has the probe, and is not asked before
    private bool _isFromElsewhere;
    private long _adopted;
    private bool _forgotten;
    private long _lastUsed;

    public Circuit(string key, CircuitBreakerOptions options, TimeProvider clock, CircuitEventQueue? events, CircuitSharing? sharing = null)
    {
        Sharing = sharing;
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

    /// <summary>With whom it is shared; null: nobody.</summary>
    public CircuitSharing? Sharing { get; }

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
    public bool TryEnter(out long generation, out CircuitOutcome refusal, out bool isProbe)
    {
        var now = _clock.GetTimestamp();
        isProbe = false;
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
            _probing = isProbe = true;
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

    /// <summary>Another user of the store has the probe: the one that was admitted in <paramref name="generation"/> is none, and nobody asks again at once.</summary>
    public void LoseProbe(long generation)
    {
        lock (_gate)
        {
            if (generation == _generation && !_forgotten)
                _claimAt = _clock.GetTimestamp() + Ceiling(ProbeRetryAfter.Ticks, _clock.TimestampFrequency, TimeSpan.TicksPerSecond);
        }
    }

    /// <summary>Takes on what another user of the store did to its circuit.</summary>
    /// <param name="change">Which of them: what is not newer than what is known changes nothing.</param>
    /// <param name="isOwn">It was this circuit itself: it knows.</param>
    /// <param name="openFor">How long it refuses from now on; null: it closed.</param>
    public void Adopt(long change, bool isOwn, TimeSpan? openFor)
    {
        lock (_gate)
        {
            if (_forgotten || change <= _adopted)
                return;
            _adopted = change;
            if (isOwn)
                return;
            if (openFor is null)
            {
                if (_state == CircuitState.Closed)
                    return;
                _failures = 0;
                Become(CircuitState.Closed, isFromElsewhere: true);
            }
            else if (_state == CircuitState.Open)
            {
                _probeAt = _clock.GetTimestamp() + Ceiling(openFor.Value.Ticks, _clock.TimestampFrequency, TimeSpan.TicksPerSecond);
                return;
            }
            else
            {
                Become(CircuitState.Open, isFromElsewhere: true, openFor);
            }
        }
        _events?.Deliver();
    }

    /// <summary>Whether it is open, be it that it lets the next call through as a probe.</summary>
    public bool IsOpen
    {
        get
        {
            lock (_gate)
                return _state == CircuitState.Open;
        }
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
            return new CircuitReport(Key, _state, _failures, _opened, _state == CircuitState.Closed ? null : Wait(now), _isFromElsewhere);
        }
    }

    /// <summary>How long a circuit that is not closed refuses; zero when the next call may probe.</summary>
    private TimeSpan Wait(long now)
    {
        if (_state == CircuitState.HalfOpen && _probing)
            return ProbeRetryAfter;
        var at = _state == CircuitState.HalfOpen ? _claimAt : _probeAt;
        return now >= at ? TimeSpan.Zero : TimeSpan.FromTicks(Ceiling(at - now, TimeSpan.TicksPerSecond, _clock.TimestampFrequency));
    }

    private TimeSpan ProbeRetryAfter =>
        _options.RecoveryTimeout < CircuitBreakerConstants.ProbeRetryAfter ? _options.RecoveryTimeout : CircuitBreakerConstants.ProbeRetryAfter;

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

    private void Become(CircuitState state, bool isFromElsewhere = false, TimeSpan? openFor = null)
    {
        _lately?.Clear();
        _state = state;
        _generation++;
        _claimAt = long.MinValue;
        _isFromElsewhere = isFromElsewhere;
        var refuses = openFor ?? _options.RecoveryTimeout;
        if (state == CircuitState.Open)
        {
            _opened++;
            // From the moment of the failure, so a clock read of its own. Rounded up: never a tick too early.
            _probeAt = _clock.GetTimestamp() + Ceiling(refuses.Ticks, _clock.TimestampFrequency, TimeSpan.TicksPerSecond);
        }
        _events?.Add(new CircuitEvent(
            Key, state, _clock.GetUtcNow(), _failures, _opened, state == CircuitState.Open ? refuses : null, isFromElsewhere));
    }

    /// <summary>value × factor ÷ divisor, rounded up; the product may pass 64 bits.</summary>
    private static long Ceiling(long value, long factor, long divisor) => (long)(((Int128)value * factor + divisor - 1) / divisor);
}
