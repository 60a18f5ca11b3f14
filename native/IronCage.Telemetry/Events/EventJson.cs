using System.Buffers;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;

namespace IronCage.Telemetry;

/// <summary>The JSON of <c>ironcage_engine_drain</c>: <c>{"dropped": n, "events": [{"seq", "kind", "level", "time", "protection", "message", "run", "call", "details"}]}</c>.</summary>
public static class EventJson
{
    /// <summary>Writes a drained batch as UTF-8 JSON.</summary>
    /// <param name="output">Where to.</param>
    /// <param name="dropped"><see cref="EventRing.Dropped"/>.</param>
    /// <param name="events">What <see cref="EventRing.Drain(List{SequencedEvent}, int)"/> gave.</param>
    /// <remarks>
    /// The output is always valid: details that are no JSON object (a bug of whoever emitted them) are written as null, lone surrogates as U+FFFD.
    /// <c>time</c> is Unix seconds with up to seven decimals, exact; <c>protection</c> is a string, for it has 64 bits.
    /// </remarks>
    public static void Write(IBufferWriter<byte> output, long dropped, List<SequencedEvent> events)
    {
        ArgumentNullException.ThrowIfNull(output);
        ArgumentNullException.ThrowIfNull(events);
        using var writer = new Utf8JsonWriter(output);
        writer.WriteStartObject();
        writer.WriteNumber("dropped"u8, dropped);
        writer.WriteStartArray("events"u8);
        Span<char> handle = stackalloc char[20];
        foreach (ref readonly var item in CollectionsMarshal.AsSpan(events))
        {
            var e = item.Event;
            writer.WriteStartObject();
            writer.WriteNumber("seq"u8, item.Sequence);
            writer.WriteString("kind"u8, e.Kind);
            writer.WriteNumber("level"u8, (int)e.Level);
            writer.WriteNumber("time"u8, (decimal)(e.Time.UtcTicks - DateTimeOffset.UnixEpoch.Ticks) / TimeSpan.TicksPerSecond);
            _ = e.Protection.TryFormat(handle, out var length, provider: System.Globalization.CultureInfo.InvariantCulture);
            writer.WriteString("protection"u8, handle[..length]);
            writer.WriteString("message"u8, e.Message);
            if (e.Run is { } run)
                writer.WriteString("run"u8, run.ToString("N"));
            if (e.Call is { } call)
                writer.WriteString("call"u8, call.ToString("N"));
            writer.WritePropertyName("details"u8);
            WriteDetails(writer, e.Details);
            writer.WriteEndObject();
        }
        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    internal static void WriteDetails(Utf8JsonWriter writer, string? details)
    {
        if (details is null)
        {
            writer.WriteNullValue();
            return;
        }
        var bytes = ArrayPool<byte>.Shared.Rent(Encoding.UTF8.GetMaxByteCount(details.Length));
        var utf8 = bytes.AsSpan(0, Encoding.UTF8.GetBytes(details, bytes)); // replaces lone surrogates
        if (IsObject(utf8))
            writer.WriteRawValue(utf8, skipInputValidation: true);
        else
            writer.WriteNullValue();
        ArrayPool<byte>.Shared.Return(bytes);
    }

    private static bool IsObject(ReadOnlySpan<byte> utf8)
    {
        var reader = new Utf8JsonReader(utf8);
        try
        {
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
                return false;
            while (reader.Read())
            {
            }
            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
