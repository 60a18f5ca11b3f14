using System.Globalization;

namespace IronCage.Reliability;

/// <summary>When a circuit opens, and for how long. Checked by <see cref="Validate"/>, which <see cref="CircuitBook"/> calls.</summary>
public sealed record CircuitBreakerOptions
{
    /// <summary>How many failures in a row open the circuit. Default 3; 1 to 1,000,000.</summary>
    public int FailureThreshold { get; init; } = CircuitBreakerConstants.DefaultFailureThreshold;

    /// <summary>The share of calls of the last <see cref="FailureWindow"/> whose failure opens the circuit, too, in a row or not. Default null: only failures in a row do; above 0, at most 1.</summary>
    public double? FailureRatio { get; init; }

    /// <summary>What counts as lately for <see cref="FailureRatio"/>. Default 60 seconds; one second to one day.</summary>
    public TimeSpan FailureWindow { get; init; } = CircuitBreakerConstants.DefaultFailureWindow;

    /// <summary>How many calls must have ended lately before <see cref="FailureRatio"/> is looked at. Default 10; 1 to 1,000,000.</summary>
    public int MinimumCalls { get; init; } = CircuitBreakerConstants.DefaultMinimumCalls;

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
        if (FailureRatio is not (null or (> 0 and <= 1)))
        {
            throw new ArgumentOutOfRangeException(nameof(FailureRatio),
                string.Create(CultureInfo.InvariantCulture, $"FailureRatio must be above 0 and at most 1, and is {FailureRatio}"));
        }
        if (FailureWindow < CircuitBreakerConstants.MinimumFailureWindow || FailureWindow > CircuitBreakerConstants.MaximumFailureWindow)
        {
            throw new ArgumentOutOfRangeException(nameof(FailureWindow),
                string.Create(CultureInfo.InvariantCulture, $"FailureWindow must be 1 to 86400 seconds, and is {FailureWindow.TotalSeconds} seconds"));
        }
        if (MinimumCalls is < 1 or > CircuitBreakerConstants.MaximumMinimumCalls)
        {
            throw new ArgumentOutOfRangeException(nameof(MinimumCalls),
                string.Create(CultureInfo.InvariantCulture, $"MinimumCalls must be 1 to 1000000, and is {MinimumCalls}"));
        }
        if (RecoveryTimeout < CircuitBreakerConstants.MinimumRecoveryTimeout || RecoveryTimeout > CircuitBreakerConstants.MaximumRecoveryTimeout)
        {
            throw new ArgumentOutOfRangeException(nameof(RecoveryTimeout),
                string.Create(CultureInfo.InvariantCulture, $"RecoveryTimeout must be 0.001 to 86400 seconds, and is {RecoveryTimeout.TotalSeconds} seconds"));
        }
    }
}
