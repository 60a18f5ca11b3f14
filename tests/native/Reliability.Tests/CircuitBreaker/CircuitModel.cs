namespace IronCage.Reliability.Tests.CircuitBreaker;

/// <summary>
/// The breaker as one would write it on paper, without generations: it remembers which open calls belong to the present era, and the time in whole milliseconds.
/// </summary>
internal sealed class CircuitModel(int threshold, int timeoutMs)
{
    private readonly List<int> _current = []; // open calls whose result counts
    private int? _probe;
    private long _openedAt;

    public long Now { get; set; }
    public CircuitState State { get; private set; }
    public int Failures { get; private set; }
    public long Opened { get; private set; }
    public List<CircuitState> Events { get; } = [];

    public long? RetryAfterMs => State switch
    {
        CircuitState.Closed => null,
        CircuitState.Open => Math.Max(0, _openedAt + timeoutMs - Now),
        _ => _probe is null ? 0 : Math.Min(1000, timeoutMs),
    };

    public bool Admit(int call)
    {
        if (State == CircuitState.Closed)
        {
            _current.Add(call);
            return true;
        }
        if (RetryAfterMs > 0)
            return false;
        if (State == CircuitState.Open)
            Become(CircuitState.HalfOpen);
        _probe = call;
        _current.Add(call);
        return true;
    }

    public void Complete(int call, CallResult result)
    {
        if (!_current.Remove(call))
            return;
        var wasProbe = _probe == call;
        if (wasProbe)
            _probe = null;
        if (result == CallResult.Ignored)
            return;
        Failures = result == CallResult.Success ? 0 : Failures + 1;
        if (wasProbe && result == CallResult.Success)
            Become(CircuitState.Closed);
        else if (result == CallResult.Failure && (wasProbe || Failures >= threshold))
        {
            _openedAt = Now;
            Opened++;
            Become(CircuitState.Open);
        }
    }

    private void Become(CircuitState state)
    {
        State = state;
        Events.Add(state);
        _current.Clear();
    }
}
