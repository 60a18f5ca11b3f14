using System.Text.Json;
using IronCage.Core.Text;
using IronCage.Lang.Streams;
using IronCage.Lang.Usage;

namespace IronCage.Lang.Cohere;

/// <summary>Reads one event of a streamed chat of the first API, or a whole answer, which the last event holds in <c>response</c>.</summary>
internal ref struct FirstChatEvent
{
    private const ulong Answer = 1, Plan = 2, Calls = 1UL << 32;

    private readonly StreamReading _reading;
    private readonly int _offset;
    private readonly string? _type;
    private readonly bool _wasTold;
    private bool _calls;

    private FirstChatEvent(int offset, StreamReading reading, string? type, bool wasTold)
    {
        _offset = offset;
        _reading = reading;
        _type = type;
        _wasTold = wasTold;
    }

    /// <summary>Reads; false when it is not one JSON object, with what was found before.</summary>
    /// <param name="data">The JSON.</param>
    /// <param name="offset">Where it stands in the line; segments count from the line's beginning.</param>
    /// <param name="reading">Receives what it says.</param>
    /// <param name="wasTold">Pieces of tool calls came before: whole ones repeat them.</param>
    /// <param name="calls">This is such a piece.</param>
    public static bool TryRead(ReadOnlySpan<byte> data, int offset, StreamReading reading, bool wasTold, out bool calls)
    {
        calls = false;
        try
        {
            if (!WholeAnswer.IsObject(data, out var reader))
                return false;
            var type = Type(reader);
            var read = new FirstChatEvent(offset, reading, type, wasTold);
            read.Top(ref reader, isRepeat: false);
            calls = read._calls;
            if (type == "stream-end")
            {
                reading.IsEnd = true;
                reading.Finished++;
            }
            return reader.TokenType == JsonTokenType.EndObject && !reader.Read();
        }
        catch (JsonException)
        {
            return false;
        }
    }

    /// <summary>Whether a body begins with an event.</summary>
    public static bool Begins(ReadOnlySpan<byte> body)
    {
        var end = body.IndexOf((byte)'\n');
        try
        {
            return end > 0 && WholeAnswer.IsObject(body[..end], out var reader) && Type(reader) is not null;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    /// <summary>What the event is. By value: the caller's reader stays.</summary>
    private static string? Type(Utf8JsonReader reader)
    {
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isType = ReaderText.Is(ref reader, "event_type"u8);
            reader.Read();
            if (isType)
                return ReaderText.Read(ref reader);
            reader.Skip();
        }
        return null;
    }

    /// <summary>The event, or the whole answer.</summary>
    private void Top(ref Utf8JsonReader reader, bool isRepeat)
    {
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = reader.ValueSpan;
            reader.Read();
            var isObject = reader.TokenType == JsonTokenType.StartObject;
            if (name.SequenceEqual("meta"u8) && isObject)
                _reading.Usage = UsageWalker.Read<CohereUsage>(ref reader) ?? _reading.Usage;
            else if (name.SequenceEqual("response"u8) && isObject && _type is not null)
                Top(ref reader, isRepeat: true);
            else if (name.SequenceEqual("text"u8))
                Text(ref reader, isRepeat);
            else if (name.SequenceEqual("tool_call_delta"u8) && isObject)
                Piece(ref reader);
            else if (name.SequenceEqual("tool_calls"u8) && reader.TokenType == JsonTokenType.StartArray)
                ToolCalls(ref reader, isRepeat || _wasTold);
            else if (name.SequenceEqual("chat_history"u8))
                Whole(ref reader, new TextUse(TextRole.Other, IsRepeat: true));
            else if (name.SequenceEqual("citations"u8))
                Whole(ref reader, new TextUse(TextRole.Other, IsRepeat: true)); // words that were said, and names of documents
            else if (name.SequenceEqual("finish_reason"u8))
                _reading.IsError |= reader.TokenType == JsonTokenType.String && (ReaderText.Is(ref reader, "ERROR"u8) || ReaderText.Is(ref reader, "TIMEOUT"u8));
            else if (name.SequenceEqual("event_type"u8) || name.SequenceEqual("generation_id"u8) || name.SequenceEqual("response_id"u8))
                reader.Skip();
            else
                Whole(ref reader, new TextUse(TextRole.Other, IsRepeat: isRepeat));
        }
    }

    /// <summary>What the model says; where it calls tools, what it means to do.</summary>
    private readonly void Text(ref Utf8JsonReader reader, bool isRepeat)
    {
        if (reader.TokenType != JsonTokenType.String || isRepeat)
            Whole(ref reader, new TextUse(TextRole.Other, IsRepeat: isRepeat));
        else if (_type is null or "text-generation")
            Grow(ref reader, Answer, TextRole.Answer, 0);
        else
            Whole(ref reader, new TextUse(TextRole.Other, IsRepeat: _wasTold));
    }

    /// <summary>A piece of a tool call, or of the plan before it.</summary>
    private void Piece(ref Utf8JsonReader reader)
    {
        _calls = true;
        var tool = Index(reader) + 1;
        _reading.AddTool(tool, ToolUse.Of(reader, _offset));
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = reader.ValueSpan;
            reader.Read();
            if (name.SequenceEqual("parameters"u8))
                Grow(ref reader, Calls + tool, TextRole.ToolArguments, tool);
            else if (name.SequenceEqual("text"u8))
                Grow(ref reader, Plan, TextRole.Other, 0);
            else
                Whole(ref reader, default);
        }
    }

    /// <summary>Calls that stand whole: their parameters are an object.</summary>
    private readonly void ToolCalls(ref Utf8JsonReader reader, bool isRepeat)
    {
        for (ulong tool = 1; reader.Read() && reader.TokenType != JsonTokenType.EndArray; tool++)
        {
            if (reader.TokenType != JsonTokenType.StartObject)
            {
                Whole(ref reader, default);
                continue;
            }
            var use = ToolUse.Of(reader, _offset);
            _reading.AddTool(tool, use, isWhole: true);
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                var isInput = reader.ValueSpan.SequenceEqual("parameters"u8);
                reader.Read();
                Whole(ref reader, isInput ? new TextUse(TextRole.ToolInput, use.Name ?? "", IsRepeat: isRepeat) : new TextUse(TextRole.Other, IsRepeat: isRepeat));
            }
        }
    }

    private readonly void Grow(ref Utf8JsonReader reader, ulong key, TextRole role, ulong tool)
    {
        if (reader.TokenType != JsonTokenType.String)
            Whole(ref reader, default);
        else if (reader.ValueSpan.Length > 0)
            _reading.Segments.Add(new StreamSegment(Fnv1a.Add(Fnv1a.Seed, key), BodyString.Place(ref reader, _offset)) { Grows = true, Use = new TextUse(role), Tool = tool });
    }

    private readonly void Whole(ref Utf8JsonReader reader, TextUse use) => _reading.AddWhole(ref reader, _offset, use);

    /// <summary>Which of the calls a piece is of. By value: the caller's reader stays.</summary>
    private static ulong Index(Utf8JsonReader reader)
    {
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isIndex = ReaderText.Is(ref reader, "index"u8);
            reader.Read();
            if (isIndex)
                return reader.TokenType == JsonTokenType.Number && reader.TryGetUInt64(out var index) && index < int.MaxValue ? index : 0;
            reader.Skip();
        }
        return 0;
    }
}
