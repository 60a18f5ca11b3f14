using System.Text.Json;
using IronCage.Lang.Streams;

namespace IronCage.Lang.EventStream;

/// <summary>The JSON of an event whose texts all stand in it as wholes.</summary>
internal static class EventPayload
{
    private static readonly JsonReaderOptions Options = new() { MaxDepth = BodyString.MaxDepth };

    /// <summary>The padding that hides how long events are: a beginning of these characters.</summary>
    private static ReadOnlySpan<byte> Padding => "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"u8;

    /// <summary>Whether a property is padding, and not a text.</summary>
    public static bool IsPadding(ReadOnlySpan<byte> name, ReadOnlySpan<byte> value) => name.SequenceEqual("p"u8) && Padding.StartsWith(value);

    /// <summary>Takes every string as a text; false when the payload is not one JSON value.</summary>
    /// <param name="payload">The JSON.</param>
    /// <param name="reading">Receives them.</param>
    /// <param name="except">A property of the object whose string is none.</param>
    public static bool TryReadWhole(ReadOnlySpan<byte> payload, StreamReading reading, ReadOnlySpan<byte> except = default)
    {
        try
        {
            var reader = new Utf8JsonReader(payload, Options);
            reader.Read();
            Take(ref reader, default, except, reading);
            return !reader.Read();
        }
        catch (JsonException)
        {
            reading.Clear();
            return false;
        }
    }

    private static void Take(ref Utf8JsonReader reader, ReadOnlySpan<byte> name, ReadOnlySpan<byte> except, StreamReading reading)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.String:
                if (reader.ValueSpan.Length > 0 && !IsPadding(name, reader.ValueSpan) && (except.IsEmpty || reader.CurrentDepth != 1 || !name.SequenceEqual(except)))
                    reading.Segments.Add(new StreamSegment(0, BodyString.Place(ref reader)) { Group = -1 });
                return;
            case JsonTokenType.StartArray:
                while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
                    Take(ref reader, name, except, reading);
                return;
            case JsonTokenType.StartObject:
                while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
                {
                    var property = reader.ValueSpan;
                    reader.Read();
                    Take(ref reader, property, except, reading);
                }
                return;
        }
    }
}
