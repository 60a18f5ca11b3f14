using System.Globalization;
using Microsoft.Extensions.Logging;

namespace IronCage.Telemetry;

/// <summary>What telemetry keeps. Checked by <see cref="Validate"/>, which <see cref="TelemetryHub"/> calls.</summary>
public sealed record TelemetryOptions
{
    /// <summary>Log records at or above this level become events. Default <see cref="LogLevel.Warning"/>; <see cref="LogLevel.None"/> turns logging off.</summary>
    public LogLevel MinimumLevel { get; init; } = LogLevel.Warning;

    /// <summary>Events kept for draining; beyond it the oldest are dropped and counted. Default 8,192; 64 to 1,048,576.</summary>
    public int EventCapacity { get; init; } = TelemetryConstants.DefaultEventCapacity;

    /// <summary>Checks the ranges.</summary>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of range; <see cref="ArgumentException.ParamName"/> is its name and the message tells the range.</exception>
    public void Validate()
    {
        if (MinimumLevel is < LogLevel.Trace or > LogLevel.None)
        {
            throw new ArgumentOutOfRangeException(nameof(MinimumLevel),
                string.Create(CultureInfo.InvariantCulture, $"MinimumLevel must be Trace (0) to None (6), and is {(int)MinimumLevel}"));
        }
        if (EventCapacity is < TelemetryConstants.MinimumEventCapacity or > TelemetryConstants.MaximumEventCapacity)
        {
            throw new ArgumentOutOfRangeException(nameof(EventCapacity),
                string.Create(CultureInfo.InvariantCulture, $"EventCapacity must be 64 to 1048576, and is {EventCapacity}"));
        }
    }
}
