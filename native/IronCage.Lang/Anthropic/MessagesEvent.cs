using System.Text.Json;
using IronCage.Core.Text;
using IronCage.Lang.Streams;

namespace IronCage.Lang.Anthropic;

/// <summary>Reads one event of a streamed message.</summary>
internal ref struct MessagesEvent
{
    private static readonly JsonReaderOptions Options = new() { MaxDepth = BodyString.MaxDepth };

    private readonly StreamReading _reading;
    private readonly int _offset;
    private MessagesUsage _usage;
    private long _index;

    private MessagesEvent(int offset, StreamReading reading)
    {
        _offset = offset;
        _reading = reading;
        _index = -1;
    }

    /// <summary>Reads the data of an event. False when it is not one JSON object: it is then handed on as it is.</summary>
    public static bool TryRead(ReadOnlySpan<byte> data, int offset, StreamReading reading, out MessagesUsage usage)
    {
        if (TryReadStrictly(data, offset, reading, out usage))
            return true;
        reading.Clear();
        return NonFinite.Blank(data) is { } finite && TryReadStrictly(finite, offset, reading, out usage);
    }

    private static bool TryReadStrictly(ReadOnlySpan<byte> data, int offset, StreamReading reading, out MessagesUsage usage)
    {
        var read = new MessagesEvent(offset, reading);
        try
        {
            var reader = new Utf8JsonReader(data, Options);
            var isObject = reader.Read() && reader.TokenType == JsonTokenType.StartObject;
            if (isObject)
                read.Event(ref reader);
            usage = read._usage;
            return isObject && !reader.Read();
        }
        catch (JsonException)
        {
            usage = default;
            return false;
        }
    }

    private void Event(ref Utf8JsonReader reader)
    {
        var type = ItemType.Of(reader);
        _index = Index(reader);
        switch (type)
        {
            case "content_block_stop":
                _reading.Closes = _index;
                break;
            case "message_stop":
                _reading.IsEnd = true;
                break;
            case "error":
                _reading.IsError = true;
                break;
        }
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = reader.ValueSpan;
            var isUsage = ReaderText.Is(ref reader, "usage"u8);
            var isMessage = type == "message_start" && ReaderText.Is(ref reader, "message"u8);
            var isDelta = ReaderText.Is(ref reader, "delta"u8);
            var isBlock = ReaderText.Is(ref reader, "content_block"u8);
            reader.Read();
            if (isUsage)
                TakeUsage(ref reader);
            else if (isMessage && reader.TokenType == JsonTokenType.StartObject)
                Message(ref reader);
            else if ((isDelta || isBlock) && reader.TokenType == JsonTokenType.StartObject)
                Part(ref reader, isDelta && type == "content_block_delta");
            else
                Whole(ref reader, name, null, isInput: false);
        }
    }

    private void Message(ref Utf8JsonReader reader)
    {
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = reader.ValueSpan;
            var isUsage = ReaderText.Is(ref reader, "usage"u8);
            reader.Read();
            if (isUsage)
                TakeUsage(ref reader);
            else
                Whole(ref reader, name, null, isInput: false);
        }
    }

    private void TakeUsage(ref Utf8JsonReader reader)
    {
        _usage.Take(MessagesUsage.Read(ref reader));
        _reading.HasExtraCharge |= _usage.HasExtraCharge;
    }

    /// <summary>The beginning of a block, a piece of one, or the end of the message.</summary>
    private void Part(ref Utf8JsonReader reader, bool isPiece)
    {
        var type = ItemType.Of(reader);
        if (!isPiece && AnswerString.IsToolUse(type))
            _reading.AddTool(Tool, ToolUse.Of(reader, _offset), isWhole: true);
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = reader.ValueSpan;
            if (ReaderText.Is(ref reader, "stop_reason"u8))
            {
                reader.Read();
                if (reader.TokenType == JsonTokenType.String)
                    _reading.Finished++;
                reader.Skip();
                continue;
            }
            reader.Read();
            // A block may begin with text, and goes on with pieces of the same name; in a piece everything is written by the model.
            var grows = isPiece || name.SequenceEqual("text"u8) || name.SequenceEqual("thinking"u8);
            if (grows && reader.TokenType == JsonTokenType.String && !AnswerString.IsOfProvider(name, type))
                Add(ref reader, name, type, isInput: false, grows: true);
            else
                Whole(ref reader, name, type, isInput: name.SequenceEqual("input"u8));
        }
    }

    /// <summary>A value whose texts stand here as wholes.</summary>
    private readonly void Whole(ref Utf8JsonReader reader, ReadOnlySpan<byte> name, string? type, bool isInput)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.String:
                if ((isInput || !AnswerString.IsOfProvider(name, type)) && !BodyString.IsEncodedBytes(name, reader.ValueSpan))
                    Add(ref reader, name, type, isInput, grows: false);
                return;
            case JsonTokenType.StartArray:
                while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
                    Whole(ref reader, name, type, isInput);
                return;
            case JsonTokenType.StartObject:
                type = ItemType.Of(reader);
                while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
                {
                    var property = reader.ValueSpan;
                    reader.Read();
                    Whole(ref reader, property, type, isInput);
                }
                return;
        }
    }

    /// <summary>The block as a tool.</summary>
    private readonly ulong Tool => (ulong)(_index + 1);

    private readonly void Add(ref Utf8JsonReader reader, ReadOnlySpan<byte> name, string? type, bool isInput, bool grows)
    {
        if (reader.ValueSpan.Length == 0)
            return;
        _reading.Segments.Add(new StreamSegment(Key(name), BodyString.Place(ref reader, _offset))
        {
            Grows = grows,
            Group = _index,
            Use = new TextUse(RoleOf(name, type, isInput), IsSigned: !isInput && name.SequenceEqual("thinking"u8)),
            Tool = Tool,
        });
    }

    private static TextRole RoleOf(ReadOnlySpan<byte> name, string? type, bool isInput)
    {
        if (isInput)
            return TextRole.ToolInput;
        return type switch
        {
            "text" or "text_delta" => name.SequenceEqual("text"u8) ? TextRole.Answer : TextRole.Other,
            "input_json_delta" => name.SequenceEqual("partial_json"u8) ? TextRole.ToolArguments : TextRole.Other,
            _ => TextRole.Other,
        };
    }

    /// <summary>A text belongs to the block of its index and the property it stands in.</summary>
    private readonly ulong Key(ReadOnlySpan<byte> name) => Fnv1a.Add(Fnv1a.Seed ^ (ulong)_index, name);

    /// <summary>The block that an event is about; −1 where it is about none. By value: the caller's reader stays.</summary>
    private static long Index(Utf8JsonReader reader)
    {
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isIndex = ReaderText.Is(ref reader, "index"u8);
            reader.Read();
            if (isIndex)
                return reader.TokenType == JsonTokenType.Number && reader.TryGetInt64(out var index) ? index : -1;
            reader.Skip();
        }
        return -1;
    }
}
