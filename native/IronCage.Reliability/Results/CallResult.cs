namespace IronCage.Reliability;

/// <summary>What the end of a call says about the health of its provider. <see cref="ResultClassifier"/> decides it.</summary>
public enum CallResult
{
    /// <summary>The provider answered as it should: resets the consecutive count, closes a half-open circuit.</summary>
    Success = 0,

    /// <summary>The provider, or the way to it, is broken: counts towards opening, re-opens a half-open circuit.</summary>
    Failure = 1,

    /// <summary>Says nothing about the provider (cancelled, or the caller's own mistake): changes no count; after a probe the next call may probe at once.</summary>
    Ignored = 2,
}
