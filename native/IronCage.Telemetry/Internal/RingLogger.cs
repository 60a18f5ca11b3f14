using System.Buffers;
using System.Text;
using System.Text.Json;
using IronCage.Core.Events;
using Microsoft.Extensions.Logging;

namespace IronCage.Telemetry.Internal;

/// <summary>The logger of one category. A log call never throws, whatever the formatter does.</summary>
internal sealed class RingLogger(string category, IEventSink sink, TimeProvider clock, LogLevel minimum) : ILogger
{
    private readonly string _category = LogText.OneLine(category);

    public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => logLevel != LogLevel.None && logLevel >= minimum;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (!IsEnabled(logLevel))
            return;
        string message, details;
        try
        {
            message = LogText.OneLine(formatter(state, exception));
            details = Details(eventId, logLevel >= LogLevel.Error ? exception : null);
        }
#pragma warning disable CA1031 // a formatter, an argument's ToString or an exception's Message that throws must not fail the caller
        catch (Exception)
        {
            message = "a log message could not be formatted";
            details = Details(eventId, null);
        }
#pragma warning restore CA1031
        sink.Emit(new RuntimeEvent("log", Level(logLevel), clock.GetUtcNow(), 0, message, details));
    }

    private static EventLevel Level(LogLevel level) => level switch
    {
        LogLevel.Trace or LogLevel.Debug => EventLevel.Debug,
        LogLevel.Information => EventLevel.Info,
        LogLevel.Warning => EventLevel.Warning,
        _ => EventLevel.Error,
    };

    private string Details(EventId id, Exception? exception)
    {
        var buffer = new ArrayBufferWriter<byte>(128);
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            writer.WriteString("category"u8, _category);
            writer.WriteNumber("event_id"u8, id.Id);
            if (exception is not null)
            {
                writer.WriteString("exception"u8, exception.GetType().FullName);
                writer.WriteString("exception_message"u8, LogText.OneLine(exception.Message));
            }
            writer.WriteEndObject();
        }
        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }
}
