using System.Buffers;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using IronCage.Core.Events;

namespace IronCage.Telemetry;

/// <summary>An event as a line of JSON: <c>{"time", "level", "event", "agent_id", "run_id", "call_id", "pid", "message", "details"}</c>; what there is not is null.</summary>
public static class LogLine
{
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>How each line begins.</summary>
    internal static ReadOnlySpan<byte> Beginning => "{\"time\":\""u8;

    /// <summary>Writes the line, with its end.</summary>
    /// <param name="output">Where to.</param>
    /// <param name="e">The event.</param>
    /// <param name="agent">Whose it is; empty: nobody's.</param>
    public static void Write(IBufferWriter<byte> output, RuntimeEvent e, string agent)
    {
        ArgumentNullException.ThrowIfNull(output);
        ArgumentNullException.ThrowIfNull(e);
        ArgumentNullException.ThrowIfNull(agent);
        using (var writer = new Utf8JsonWriter(output, Options))
        {
            writer.WriteStartObject();
            writer.WriteString("time"u8, e.Time.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss.ffffffZ", CultureInfo.InvariantCulture));
            writer.WriteString("level"u8, NameOf(e.Level));
            writer.WriteString("event"u8, e.Kind);
            writer.WriteString("agent_id"u8, agent.Length == 0 ? null : agent);
            writer.WriteString("run_id"u8, e.Run?.ToString("N"));
            writer.WriteString("call_id"u8, e.Call?.ToString("N"));
            writer.WriteNumber("pid"u8, Environment.ProcessId);
            writer.WriteString("message"u8, e.Message);
            writer.WritePropertyName("details"u8);
            EventJson.WriteDetails(writer, e.Details);
            writer.WriteEndObject();
        }
        output.Write("\n"u8);
    }

    private static string NameOf(EventLevel level) => level switch
    {
        EventLevel.Debug => "debug",
        EventLevel.Info => "info",
        EventLevel.Warning => "warning",
        _ => "error",
    };
}
