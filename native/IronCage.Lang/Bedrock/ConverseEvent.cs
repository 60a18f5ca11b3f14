using System.Text.Json;
using IronCage.Core.Text;
using IronCage.Lang.EventStream;
using IronCage.Lang.Streams;
using IronCage.Lang.Usage;

namespace IronCage.Lang.Bedrock;

/// <summary>Reads one event of a streamed answer.</summary>
internal readonly ref struct ConverseEvent
{
    private static readonly JsonReaderOptions Options = new() { MaxDepth = BodyString.MaxDepth };

    private readonly StreamReading _reading;
    private readonly long _index;

    private ConverseEvent(StreamReading reading, long index)
    {
        _reading = reading;
        _index = index;
    }

    /// <summary>Reads the payload of an event. False when it is not one JSON object: it is then handed on as it is.</summary>
    /// <param name="type">What the event is; null: the members of the payload are events, by their names.</param>
    /// <param name="payload">What it holds.</param>
    /// <param name="reading">Receives what it says.</param>
    public static bool TryRead(string? type, ReadOnlySpan<byte> payload, StreamReading reading)
    {
        if (TryReadStrictly(type, payload, reading))
            return true;
        reading.Clear();
        return NonFinite.Blank(payload) is { } finite && TryReadStrictly(type, finite, reading);
    }

    private static bool TryReadStrictly(string? type, ReadOnlySpan<byte> payload, StreamReading reading)
    {
        try
        {
            var reader = new Utf8JsonReader(payload, Options);
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
                return false;
            if (type is null)
                ReadMembers(ref reader, reading);
            else
                new ConverseEvent(reading, Index(reader)).Read(ref reader, type);
            return !reader.Read();
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private static void ReadMembers(ref Utf8JsonReader reader, StreamReading reading)
    {
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = reader.ValueSpan;
            reader.Read();
            if (reader.TokenType != JsonTokenType.StartObject)
                new ConverseEvent(reading, -1).Whole(ref reader, name);
            else if (name.SequenceEqual("amazon-bedrock-invocationMetrics"u8))
                reading.Usage = UsageWalker.Read<ConverseUsage>(ref reader) is var counted && reading.Usage is { } told ? told : counted; // the service's own counts, without those of the cache
            else
                new ConverseEvent(reading, Index(reader)).Read(ref reader, System.Text.Encoding.UTF8.GetString(name));
        }
    }

    private void Read(ref Utf8JsonReader reader, string type)
    {
        switch (type)
        {
            case "contentBlockStop":
                _reading.Closes = _index;
                break;
            case "messageStop":
                _reading.Finished++;
                break;
            case "metadata":
                _reading.IsEnd = true;
                break;
        }
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = reader.ValueSpan;
            reader.Read();
            _reading.HasExtraCharge |= type == "metadata" && ConverseText.IsExtra(name, reader);
            if (type == "metadata" && name.SequenceEqual("usage"u8))
                _reading.Usage = UsageWalker.Read<ConverseUsage>(ref reader);
            else if (type == "contentBlockStart" && name.SequenceEqual("start"u8) && reader.TokenType == JsonTokenType.StartObject)
                Start(ref reader);
            else if (type == "contentBlockDelta" && name.SequenceEqual("delta"u8) && reader.TokenType == JsonTokenType.StartObject)
                Delta(ref reader);
            else
                Whole(ref reader, name);
        }
    }

    private void Start(ref Utf8JsonReader reader)
    {
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = reader.ValueSpan;
            reader.Read();
            if (name.SequenceEqual("toolUse"u8))
                _reading.AddTool(Tool, ToolUse.Of(reader, 0), isWhole: true);
            Whole(ref reader, name);
        }
    }

    private void Delta(ref Utf8JsonReader reader)
    {
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = reader.ValueSpan;
            reader.Read();
            if (name.SequenceEqual("text"u8) && reader.TokenType == JsonTokenType.String)
                Grow(ref reader, 0, TextRole.Answer);
            else if (name.SequenceEqual("toolUse"u8) && reader.TokenType == JsonTokenType.StartObject)
                Piece(ref reader, "input"u8, 1, TextRole.ToolArguments);
            else if (name.SequenceEqual("reasoningContent"u8) && reader.TokenType == JsonTokenType.StartObject)
                Piece(ref reader, "text"u8, 2, TextRole.Other);
            else if (name.SequenceEqual("toolResult"u8) && reader.TokenType == JsonTokenType.StartArray)
                Results(ref reader);
            else
                Whole(ref reader, name);
        }
    }

    /// <summary>What a tool of the service gave back.</summary>
    private void Results(ref Utf8JsonReader reader)
    {
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (reader.TokenType == JsonTokenType.StartObject)
                Piece(ref reader, "text"u8, 3, TextRole.Other);
            else
                Whole(ref reader, default);
        }
    }

    /// <summary>An object with a piece of a text.</summary>
    private void Piece(ref Utf8JsonReader reader, ReadOnlySpan<byte> text, int kind, TextRole role)
    {
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = reader.ValueSpan;
            reader.Read();
            if (name.SequenceEqual(text) && reader.TokenType == JsonTokenType.String)
                Grow(ref reader, kind, role);
            else
                Whole(ref reader, name);
        }
    }

    private void Grow(ref Utf8JsonReader reader, int kind, TextRole role)
    {
        if (reader.ValueSpan.Length == 0)
            return;
        _reading.Segments.Add(new StreamSegment(Key(kind), BodyString.Place(ref reader))
        {
            Grows = true,
            Group = _index,
            Use = new TextUse(role, IsSigned: kind == 2),
            Tool = role == TextRole.ToolArguments ? Tool : 0,
        });
    }

    /// <summary>A value whose texts stand here as wholes.</summary>
    private void Whole(ref Utf8JsonReader reader, ReadOnlySpan<byte> name)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.String:
                if (reader.ValueSpan.Length > 0 && !ConverseText.IsEnvelope(name, reader.ValueSpan) && !EventPayload.IsPadding(name, reader.ValueSpan))
                    _reading.Segments.Add(new StreamSegment(0, BodyString.Place(ref reader)) { Group = _index });
                return;
            case JsonTokenType.StartArray:
                while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
                    Whole(ref reader, name);
                return;
            case JsonTokenType.StartObject:
                while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
                {
                    var property = reader.ValueSpan;
                    reader.Read();
                    Whole(ref reader, property);
                }
                return;
        }
    }

    /// <summary>The block as a tool.</summary>
    private ulong Tool => (ulong)(_index + 1);

    /// <summary>A text belongs to its block, and to one of the kinds of it. 0 is the key of what cannot be read.</summary>
    private ulong Key(int kind) => Fnv1a.Add(Fnv1a.Seed, (ulong)_index) ^ (ulong)(kind + 1);

    /// <summary>The block that an event is about; −1 where it is about none. By value: the caller's reader stays.</summary>
    private static long Index(Utf8JsonReader reader)
    {
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isIndex = ReaderText.Is(ref reader, "contentBlockIndex"u8);
            reader.Read();
            if (isIndex)
                return reader.TokenType == JsonTokenType.Number && reader.TryGetInt64(out var index) && index is >= 0 and < int.MaxValue ? index : -1;
            reader.Skip();
        }
        return -1;
    }
}
