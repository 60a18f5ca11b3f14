namespace IronCage.Telemetry;

/// <summary>Defaults and ranges of telemetry, in one place.</summary>
public static class TelemetryConstants
{
    /// <summary>Default of <see cref="TelemetryOptions.EventCapacity"/>: 8,192.</summary>
    public const int DefaultEventCapacity = 8_192;

    /// <summary>Lowest <see cref="TelemetryOptions.EventCapacity"/>: 64.</summary>
    public const int MinimumEventCapacity = 64;

    /// <summary>Highest <see cref="TelemetryOptions.EventCapacity"/>: 1,048,576.</summary>
    public const int MaximumEventCapacity = 1_048_576;

    /// <summary>Longest log message, exception message and category kept, in UTF-16 units: 1,024. Longer ones are cut and end with "…".</summary>
    public const int MaximumTextLength = 1_024;
}
