using IronCage.Telemetry.Internal;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace IronCage.Telemetry;

/// <summary>Owns the ring of events and the loggers that write to it. One per engine. Thread-safe.</summary>
public sealed class TelemetryHub : IDisposable
{
    private readonly LoggerFactory _loggers;
    private volatile bool _disposed;

    /// <summary>Makes an empty hub.</summary>
    /// <param name="options">What to keep.</param>
    /// <param name="clock">Dates the log events.</param>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of range.</exception>
    public TelemetryHub(TelemetryOptions options, TimeProvider clock)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(clock);
        options.Validate();
        Ring = new EventRing(options.EventCapacity);
        // Without dependency injection and without configuration: nothing is found by reflection.
        _loggers = new LoggerFactory(
            [new RingLoggerProvider(Ring, clock, options.MinimumLevel)],
            new LoggerFilterOptions { MinLevel = options.MinimumLevel });
    }

    /// <summary>The events, for rooms to emit to and for hosts to drain. Usable after <see cref="Dispose"/>.</summary>
    public EventRing Ring { get; }

    /// <summary>The logger of a category; the same category gives the same logger. After <see cref="Dispose"/> one that does nothing.</summary>
    public ILogger Logger(string category)
    {
        ArgumentNullException.ThrowIfNull(category);
        if (_disposed)
            return NullLogger.Instance;
        try
        {
            return _loggers.CreateLogger(category);
        }
        catch (ObjectDisposedException) // disposed since the question
        {
            return NullLogger.Instance;
        }
    }

    /// <summary>Ends logging. What is in the ring stays there to be drained. Idempotent.</summary>
    public void Dispose()
    {
        _disposed = true;
        _loggers.Dispose();
    }
}
