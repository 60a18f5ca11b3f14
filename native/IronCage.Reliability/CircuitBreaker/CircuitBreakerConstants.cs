namespace IronCage.Reliability;

/// <summary>Defaults and ranges of the circuit breaker, in one place.</summary>
public static class CircuitBreakerConstants
{
    /// <summary>Default of <see cref="CircuitBreakerOptions.FailureThreshold"/>: 3.</summary>
    public const int DefaultFailureThreshold = 3;

    /// <summary>Lowest <see cref="CircuitBreakerOptions.FailureThreshold"/>: 1.</summary>
    public const int MinimumFailureThreshold = 1;

    /// <summary>Highest <see cref="CircuitBreakerOptions.FailureThreshold"/>: 1,000,000.</summary>
    public const int MaximumFailureThreshold = 1_000_000;

    /// <summary>Default of <see cref="CircuitBreakerOptions.MinimumCalls"/>: 10.</summary>
    public const int DefaultMinimumCalls = 10;

    /// <summary>Highest <see cref="CircuitBreakerOptions.MinimumCalls"/>: 1,000,000.</summary>
    public const int MaximumMinimumCalls = 1_000_000;

    /// <summary>How many keys a book keeps: 10,000. Keys come from requests, so their number must be bounded.</summary>
    public const int MaximumKeys = 10_000;

    /// <summary>Default of <see cref="CircuitBreakerOptions.RecoveryTimeout"/>: 60 seconds.</summary>
    public static readonly TimeSpan DefaultRecoveryTimeout = TimeSpan.FromSeconds(60);

    /// <summary>Default of <see cref="CircuitBreakerOptions.FailureWindow"/>: 60 seconds.</summary>
    public static readonly TimeSpan DefaultFailureWindow = TimeSpan.FromSeconds(60);

    /// <summary>Lowest <see cref="CircuitBreakerOptions.FailureWindow"/>: one second.</summary>
    public static readonly TimeSpan MinimumFailureWindow = TimeSpan.FromSeconds(1);

    /// <summary>Highest <see cref="CircuitBreakerOptions.FailureWindow"/>: one day.</summary>
    public static readonly TimeSpan MaximumFailureWindow = TimeSpan.FromDays(1);

    /// <summary>Lowest <see cref="CircuitBreakerOptions.RecoveryTimeout"/>: one millisecond.</summary>
    public static readonly TimeSpan MinimumRecoveryTimeout = TimeSpan.FromMilliseconds(1);

    /// <summary>Highest <see cref="CircuitBreakerOptions.RecoveryTimeout"/>: one day.</summary>
    public static readonly TimeSpan MaximumRecoveryTimeout = TimeSpan.FromDays(1);

    /// <summary>How long one user of a store has the probe of a circuit that they share: 60 seconds. Then another may have it, since its process may have died.</summary>
    public static readonly TimeSpan ProbeLease = TimeSpan.FromSeconds(60);

    /// <summary>
    /// What a call is told to wait while another call's probe is in flight: one second, or the recovery timeout where that is shorter.
    /// Nobody knows how long the probe takes; this is only how often to look.
    /// </summary>
    public static readonly TimeSpan ProbeRetryAfter = TimeSpan.FromSeconds(1);
}
