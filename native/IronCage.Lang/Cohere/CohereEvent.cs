using System.Text.Json;
using IronCage.Core.Text;
using IronCage.Lang.OpenAi;
using IronCage.Lang.Streams;
using IronCage.Lang.Usage;

namespace IronCage.Lang.Cohere;

/// <summary>
/// Reads one event of a streamed chat, or a whole answer of any of Cohere's endpoints: an event holds in <c>delta</c> what the whole has at its top, with one piece in the place of
/// an array.
/// </summary>
internal ref struct CohereEvent
{
    /// <summary>Groups of texts that end together: the plan of tools; calls of tools from here on, by their index; blocks of content, by theirs.</summary>
    private const long Plan = -1, Calls = 1L << 32;

    private readonly StreamReading _reading;
    private readonly int _offset;
    private long _index;

    private CohereEvent(int offset, StreamReading reading)
    {
        _offset = offset;
        _reading = reading;
    }

    /// <summary>Reads; false when it is not one JSON object, with what was found before.</summary>
    /// <param name="data">The JSON.</param>
    /// <param name="offset">Where it stands in the event; segments count from the event's beginning.</param>
    /// <param name="reading">Receives what it says.</param>
    public static bool TryRead(ReadOnlySpan<byte> data, int offset, StreamReading reading)
    {
        try
        {
            if (!WholeAnswer.IsObject(data, out var reader))
                return false;
            new CohereEvent(offset, reading).Event(ref reader);
            return reader.TokenType == JsonTokenType.EndObject && !reader.Read();
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private void Event(ref Utf8JsonReader reader)
    {
        var type = ItemType.Of(reader);
        _index = Index(reader);
        _reading.Closes = type switch
        {
            "content-end" => _index,
            "tool-call-start" => Plan,
            "tool-call-end" => Calls + _index,
            _ => null,
        };
        Top(ref reader);
        if (type != "message-end")
            return;
        _reading.IsEnd = true;
        _reading.Finished++;
    }

    /// <summary>The whole answer, or the delta of an event.</summary>
    private void Top(ref Utf8JsonReader reader)
    {
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = reader.ValueSpan;
            reader.Read();
            var isObject = reader.TokenType == JsonTokenType.StartObject;
            if ((name.SequenceEqual("usage"u8) || name.SequenceEqual("meta"u8)) && isObject)
                _reading.Usage = UsageWalker.Read<CohereUsage>(ref reader) ?? _reading.Usage;
            else if (name.SequenceEqual("delta"u8) && isObject)
                Top(ref reader);
            else if (name.SequenceEqual("message"u8) && isObject)
                Message(ref reader);
            else if (name.SequenceEqual("finish_reason"u8))
                _reading.IsError |= reader.TokenType == JsonTokenType.String && (ReaderText.Is(ref reader, "ERROR"u8) || ReaderText.Is(ref reader, "TIMEOUT"u8));
            else if (name.SequenceEqual("logprobs"u8))
                _reading.AddRepeated(ref reader, _offset);
            else if (name.SequenceEqual("embeddings"u8))
                Whole(ref reader, "data"u8, default); // numbers, or their bytes as base64
            else if (name.SequenceEqual("id"u8) || name.SequenceEqual("type"u8) || name.SequenceEqual("response_type"u8) || name.SequenceEqual("generation_id"u8))
                reader.Skip();
            else
                Whole(ref reader, name, default);
        }
    }

    private void Message(ref Utf8JsonReader reader)
    {
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = reader.ValueSpan;
            reader.Read();
            if (name.SequenceEqual("role"u8))
                reader.Skip();
            else if (name.SequenceEqual("content"u8) && reader.TokenType != JsonTokenType.String)
                Each(ref reader, isCall: false);
            else if (name.SequenceEqual("tool_calls"u8))
                Each(ref reader, isCall: true);
            else if (name.SequenceEqual("citations"u8))
                Citations(ref reader, name);
            else
                Written(ref reader, name, name.SequenceEqual("content"u8) ? TextRole.Answer : TextRole.Other, Plan, 0);
        }
    }

    /// <summary>One piece, or an array of whole ones.</summary>
    private void Each(ref Utf8JsonReader reader, bool isCall)
    {
        if (reader.TokenType != JsonTokenType.StartArray)
        {
            Piece(ref reader, isCall);
            return;
        }
        for (_index = 0; reader.Read() && reader.TokenType != JsonTokenType.EndArray; _index++)
            Piece(ref reader, isCall);
    }

    private readonly void Piece(ref Utf8JsonReader reader, bool isCall)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            Whole(ref reader, default, default);
            return;
        }
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = reader.ValueSpan;
            reader.Read();
            if (name.SequenceEqual("type"u8) || name.SequenceEqual("id"u8))
                Whole(ref reader, name, default);
            else if (isCall && name.SequenceEqual("function"u8) && reader.TokenType == JsonTokenType.StartObject)
                Function(ref reader);
            else
                Written(ref reader, name, name.SequenceEqual("text"u8) && !isCall ? TextRole.Answer : TextRole.Other, isCall ? Calls + _index : _index, 0);
        }
    }

    private readonly void Function(ref Utf8JsonReader reader)
    {
        var tool = (ulong)(_index + 1);
        _reading.AddTool(tool, ToolUse.Of(reader, _offset));
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = reader.ValueSpan;
            reader.Read();
            if (name.SequenceEqual("arguments"u8))
                Written(ref reader, name, TextRole.ToolArguments, Calls + _index, tool);
            else
                Whole(ref reader, name, default);
        }
    }

    /// <summary>What the model writes, in fields of any name, piece by piece.</summary>
    private readonly void Written(ref Utf8JsonReader reader, ReadOnlySpan<byte> name, TextRole role, long group, ulong tool)
    {
        if (reader.TokenType != JsonTokenType.String)
        {
            Whole(ref reader, name, default);
            return;
        }
        if (reader.ValueSpan.Length == 0)
            return;
        _reading.Segments.Add(new StreamSegment(Fnv1a.Add(Fnv1a.Seed ^ (ulong)group, name), BodyString.Place(ref reader, _offset)) { Grows = true, Group = group, Use = new TextUse(role), Tool = tool });
    }

    /// <summary>Which words of the answer rest on which sources: the words were said before.</summary>
    private readonly void Citations(ref Utf8JsonReader reader, ReadOnlySpan<byte> name)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.StartArray:
                while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
                    Citations(ref reader, name);
                return;
            case JsonTokenType.StartObject:
                while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
                {
                    var property = reader.ValueSpan;
                    reader.Read();
                    Whole(ref reader, property, property.SequenceEqual("text"u8) ? new TextUse(TextRole.Other, IsRepeat: true) : default);
                }
                return;
            default:
                Whole(ref reader, name, default);
                return;
        }
    }

    private readonly void Whole(ref Utf8JsonReader reader, ReadOnlySpan<byte> name, TextUse use)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.String:
                if (reader.ValueSpan.Length > 0 && !BodyString.IsEncodedBytes(name, reader.ValueSpan))
                    _reading.Segments.Add(new StreamSegment(0, BodyString.Place(ref reader, _offset)) { Use = use });
                return;
            case JsonTokenType.StartArray:
                while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
                    Whole(ref reader, name, use);
                return;
            case JsonTokenType.StartObject:
                var isData = name.SequenceEqual("data"u8);
                while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
                {
                    var property = isData ? name : reader.ValueSpan;
                    reader.Read();
                    Whole(ref reader, property, use);
                }
                return;
        }
    }

    /// <summary>The piece that an event is about. By value: the caller's reader stays.</summary>
    private static long Index(Utf8JsonReader reader)
    {
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isIndex = ReaderText.Is(ref reader, "index"u8);
            reader.Read();
            if (isIndex)
                return reader.TokenType == JsonTokenType.Number && reader.TryGetInt64(out var index) && index is >= 0 and < int.MaxValue ? index : 0;
            reader.Skip();
        }
        return 0;
    }
}
