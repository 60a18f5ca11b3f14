using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using IronCage.Core.Audit;

namespace IronCage.Runtime.Standalone;

/// <summary>JSON lines. The details are an object of each; those that are no JSON, which the library does not write, a string.</summary>
internal sealed class JsonAuditLines(IBufferWriter<byte> output) : AuditLines(output)
{
    private readonly ArrayBufferWriter<byte> _line = new();
    private readonly ArrayBufferWriter<byte> _details = new();

    public override void Write(AuditRecord record)
    {
        _line.ResetWrittenCount();
        using (var json = Writer(_line))
        {
            json.WriteStartObject();
            json.WriteNumber("id", record.Id);
            json.WriteString("agent_id", record.AgentId);
            json.WriteString("event_type", record.EventType);
            json.WriteString("timestamp", record.Timestamp);
            if (TryRead(record.Details))
            {
                json.WritePropertyName("details");
                json.WriteRawValue(_details.WrittenSpan, skipInputValidation: true);
            }
            else
            {
                json.WriteString("details", record.Details);
            }
            json.WriteString("hash", record.Hash);
            json.WriteEndObject();
        }
        Put(_line.WrittenSpan);
        Put("\n"u8);
    }

    /// <summary>The details on one line.</summary>
    private bool TryRead(string details)
    {
        _details.ResetWrittenCount();
        try
        {
            using var document = JsonDocument.Parse(details);
            using var json = Writer(_details);
            document.WriteTo(json);
            return true;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or ArgumentException)
        {
            return false;
        }
    }

    // Nothing is escaped that JSON does not want escaped: the lines are read by people, too.
    private static Utf8JsonWriter Writer(IBufferWriter<byte> output) => new(output, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
}
