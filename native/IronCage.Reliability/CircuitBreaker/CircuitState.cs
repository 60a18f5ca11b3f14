namespace IronCage.Reliability;

/// <summary>The states of a circuit.</summary>
public enum CircuitState
{
    /// <summary>Calls pass; failures in a row are counted.</summary>
    Closed = 0,

    /// <summary>Calls are refused until the recovery timeout is over. The state stays until a call then asks and becomes the probe.</summary>
    Open = 1,

    /// <summary>One call at a time passes as a probe; the others are refused.</summary>
    HalfOpen = 2,
}
