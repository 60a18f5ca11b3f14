using System.Globalization;

namespace IronCage.Reliability;

/// <summary>When a circuit opens, and for how long. Checked by <see cref="Validate"/>, which <see cref="CircuitBook"/> calls.</summary>
public sealed record CircuitBreakerOptions
{
    /// <summary>How many failures in a row open the circuit. Default 3; 1 to 1,000,000.</summary>
    public int FailureThreshold { get; init; } = CircuitBreakerConstants.DefaultFailureThreshold;

    /// <summary>How long an open circuit refuses before it lets one probe through. Default 60 seconds; 0.001 seconds to one day.</summary>
    public TimeSpan RecoveryTimeout { get; init; } = CircuitBreakerConstants.DefaultRecoveryTimeout;

    /// <summary>Checks the ranges.</summary>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of range; <see cref="ArgumentException.ParamName"/> is its name and the message tells the range.</exception>
    public void Validate()
    {
        if (FailureThreshold is < CircuitBreakerConstants.MinimumFailureThreshold or > CircuitBreakerConstants.MaximumFailureThreshold)
        {
            throw new ArgumentOutOfRangeException(nameof(FailureThreshold),
                string.Create(CultureInfo.InvariantCulture, $"FailureThreshold must be 1 to 1000000, and is {FailureThreshold}"));
        }
        if (RecoveryTimeout < CircuitBreakerConstants.MinimumRecoveryTimeout || RecoveryTimeout > CircuitBreakerConstants.MaximumRecoveryTimeout)
        {
            throw new ArgumentOutOfRangeException(nameof(RecoveryTimeout),
                string.Create(CultureInfo.InvariantCulture, $"RecoveryTimeout must be 0.001 to 86400 seconds, and is {RecoveryTimeout.TotalSeconds} seconds"));
        }
    }
}
