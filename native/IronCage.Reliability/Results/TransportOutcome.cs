namespace IronCage.Reliability;

/// <summary>How the exchange with the provider ended below HTTP's status.</summary>
public enum TransportOutcome
{
    /// <summary>The response arrived to its end.</summary>
    Complete = 0,

    /// <summary>No connection: name not found, refused, unreachable, TLS handshake failed, connect timeout.</summary>
    ConnectionFailed = 1,

    /// <summary>The request was sent and no answer, or no further piece of it, came in time.</summary>
    TimedOut = 2,

    /// <summary>The connection was reset or closed after the request was sent and before the response head came.</summary>
    Reset = 3,

    /// <summary>The response head came, its body ended early.</summary>
    BodyCut = 4,

    /// <summary>The caller gave up: cancelled task, closed stream, exception of its own.</summary>
    Cancelled = 5,

    /// <summary>The request was never sent, by the caller's own decision.</summary>
    Withdrawn = 6,
}
