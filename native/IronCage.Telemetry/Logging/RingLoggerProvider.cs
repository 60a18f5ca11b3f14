using IronCage.Core.Events;
using IronCage.Telemetry.Internal;
using Microsoft.Extensions.Logging;

namespace IronCage.Telemetry;

/// <summary>
/// Turns log records at or above a level into events of kind <c>log</c> with the details <c>{"category", "event_id"}</c>, and at Error and Critical also
/// <c>"exception"</c> (its type) and <c>"exception_message"</c>. A stack trace, an inner exception and the arguments of the record are never kept: they could hold data.
/// </summary>
/// <remarks>Messages become one line and are cut at <see cref="TelemetryConstants.MaximumTextLength"/>. Trace and Debug both become debug, Critical becomes error. Scopes are ignored.</remarks>
public sealed class RingLoggerProvider : ILoggerProvider
{
    private readonly IEventSink _sink;
    private readonly TimeProvider _clock;
    private readonly LogLevel _minimum;

    /// <summary>Makes a provider.</summary>
    /// <param name="sink">Where the events go.</param>
    /// <param name="clock">Dates them.</param>
    /// <param name="minimum">The lowest level that is kept; <see cref="LogLevel.None"/> keeps nothing. Default <see cref="LogLevel.Warning"/>.</param>
    public RingLoggerProvider(IEventSink sink, TimeProvider clock, LogLevel minimum = LogLevel.Warning)
    {
        ArgumentNullException.ThrowIfNull(sink);
        ArgumentNullException.ThrowIfNull(clock);
        _sink = sink;
        _clock = clock;
        _minimum = minimum;
    }

    /// <inheritdoc/>
    public ILogger CreateLogger(string categoryName) => new RingLogger(categoryName, _sink, _clock, _minimum);

    /// <summary>Nothing to give back: the sink belongs to whoever made it.</summary>
    public void Dispose()
    {
    }
}
