using System.Diagnostics.CodeAnalysis;

namespace IronCage.Reliability;

/// <summary>The answer to <see cref="CircuitBook.Admit"/>: a permit, or how long to wait.</summary>
public readonly struct Admission
{
    internal Admission(CallPermit permit) => Permit = permit;

    internal Admission(TimeSpan retryAfter) => RetryAfter = retryAfter;

    /// <summary>Whether the call may go.</summary>
    [MemberNotNullWhen(true, nameof(Permit))]
    public bool IsAdmitted => Permit is not null;

    /// <summary>What the admitted call must complete, once, however it ends; null when it was refused.</summary>
    public CallPermit? Permit { get; }

    /// <summary>
    /// For a refused call: until the next probe is allowed, above zero; while a probe is in flight, a short time after which to look again
    /// (<see cref="CircuitBreakerConstants.ProbeRetryAfter"/>). Zero for an admitted one.
    /// </summary>
    public TimeSpan RetryAfter { get; }
}
