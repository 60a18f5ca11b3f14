namespace IronCage.Reliability;

/// <summary>Whether a failed attempt is followed by another.</summary>
public enum RetryAnswer
{
    /// <summary>Yes, after a pause.</summary>
    Retry = 0,

    /// <summary>No: retries are off.</summary>
    Off = 1,

    /// <summary>No: the same request would fail again, or the provider says so.</summary>
    Final = 2,

    /// <summary>No: the request has had all its attempts.</summary>
    CapReached = 3,

    /// <summary>No: the provider asks for a longer pause than is allowed.</summary>
    AboveCeiling = 4,
}
