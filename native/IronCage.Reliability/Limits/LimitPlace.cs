namespace IronCage.Reliability;

/// <summary>A call's place among those to one provider host and model, from its begin to its end. Given back once, however the call ends. Thread-safe; never blocks.</summary>
public sealed class LimitPlace
{
    private readonly LimitGate _gate;
    private readonly RateEntry? _entry;
    private int _left;

    internal LimitPlace(LimitGate gate, RateEntry? entry)
    {
        _gate = gate;
        _entry = entry;
    }

    /// <summary>The call has ended. The first end counts.</summary>
    /// <param name="tokens">What it used, input and output; null: nobody knows, so that what was counted stays.</param>
    public void Leave(long? tokens)
    {
        if (Interlocked.Exchange(ref _left, 1) == 0)
            _gate.Leave(_entry, tokens, neverWent: false);
    }

    /// <summary>The call never left: it counts as no request either.</summary>
    public void TakeBack()
    {
        if (Interlocked.Exchange(ref _left, 1) == 0)
            _gate.Leave(_entry, 0, neverWent: true);
    }
}
