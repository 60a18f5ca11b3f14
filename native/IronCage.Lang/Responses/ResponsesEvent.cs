using System.Text.Json;
using IronCage.Core.Text;
using IronCage.Lang.OpenAi;
using IronCage.Lang.Streams;
using IronCage.Lang.Usage;

namespace IronCage.Lang.Responses;

/// <summary>Reads one event of a streamed response.</summary>
internal ref struct ResponsesEvent
{
    private static readonly JsonReaderOptions Options = new() { MaxDepth = BodyString.MaxDepth };

    private readonly StreamReading _reading;
    private readonly int _offset;
    private readonly ToldTexts _told;
    private long _item;
    private long _part;

    private ResponsesEvent(int offset, StreamReading reading, ToldTexts told)
    {
        _offset = offset;
        _reading = reading;
        _told = told;
        _item = _part = -1;
    }

    /// <summary>Reads the data of an event. False when it is not one JSON object: it is then handed on as it is.</summary>
    /// <param name="data">The JSON.</param>
    /// <param name="offset">Where the data stands in the event; segments count from the event's beginning.</param>
    /// <param name="reading">Receives what the event says.</param>
    /// <param name="told">What was told before.</param>
    public static bool TryRead(ReadOnlySpan<byte> data, int offset, StreamReading reading, ToldTexts told)
    {
        if (TryReadStrictly(data, offset, reading, told))
            return true;
        reading.Clear();
        return NonFinite.Blank(data) is { } finite && TryReadStrictly(finite, offset, reading, told);
    }

    private static bool TryReadStrictly(ReadOnlySpan<byte> data, int offset, StreamReading reading, ToldTexts told)
    {
        var read = new ResponsesEvent(offset, reading, told);
        try
        {
            var reader = new Utf8JsonReader(data, Options);
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
                return false;
            read.Event(ref reader);
            return !reader.Read();
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private void Event(ref Utf8JsonReader reader)
    {
        var type = ItemType.Of(reader) ?? "";
        Place(reader);
        var isPiece = type.EndsWith(".delta", StringComparison.Ordinal);
        if (type == "error")
            _reading.IsError = true;
        else if (_item >= 0 && (type.EndsWith(".done", StringComparison.Ordinal) || type == "response.output_item.added"))
            _reading.Closes = _item;
        if (_item >= 0 && type == "response.output_item.added")
            _told.Begin(_item);
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = reader.ValueSpan;
            reader.Read();
            if (name.SequenceEqual("response"u8) && reader.TokenType == JsonTokenType.StartObject)
                Response(ref reader, type);
            else if (name.SequenceEqual("delta"u8) && isPiece && reader.TokenType == JsonTokenType.String)
                Piece(ref reader, type, default);
            else if (name.SequenceEqual("delta"u8) && isPiece && reader.TokenType == JsonTokenType.StartObject)
                Pieces(ref reader, type);
            else if (name.SequenceEqual("logprobs"u8) && reader.TokenType == JsonTokenType.StartArray)
                LogProbabilities(ref reader);
            else
                Whole(ref reader, name, PartOf(type), ItemString.IsToolUse(PartOf(type)) ? Tool(_item) : 0, tool: null, isEcho: false, isData: false);
        }
    }

    /// <summary>Which item an event is of, and which part of it. By value: the caller's reader stays.</summary>
    private void Place(Utf8JsonReader reader)
    {
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isItem = ReaderText.Is(ref reader, "output_index"u8);
            var isPart = ReaderText.Is(ref reader, "content_index"u8) || ReaderText.Is(ref reader, "summary_index"u8);
            reader.Read();
            if ((isItem || isPart) && reader.TokenType == JsonTokenType.Number && reader.TryGetInt64(out var index) && index is >= 0 and < int.MaxValue)
            {
                if (isItem)
                    _item = index;
                else
                    _part = index;
            }
            reader.Skip();
        }
    }

    /// <summary>A piece of a text of the item.</summary>
    private readonly void Piece(ref Utf8JsonReader reader, string type, ReadOnlySpan<byte> name)
    {
        if (reader.ValueSpan.Length == 0 || ItemString.IsEncodedBytes(type == "response.audio.delta" ? "audio"u8 : default, reader.ValueSpan))
            return;
        var kind = PartOf(type);
        var key = Key(type, name);
        _told.Grow(key, _item, reader.ValueSpan);
        _reading.Segments.Add(new StreamSegment(key, BodyString.Place(ref reader, _offset))
        {
            Grows = true,
            Group = _item,
            Use = new TextUse(kind switch
            {
                "output_text" or "refusal" => TextRole.Answer,
                "function_call" or "mcp_call" => TextRole.ToolArguments,
                "custom_tool_call" => TextRole.ToolInput,
                _ => TextRole.Other,
            }),
            Tool = ItemString.IsToolUse(kind) ? Tool(_item) : 0,
        });
    }

    /// <summary>The type of the part or item that an event's texts are of, as it stands in the items themselves.</summary>
    private static string? PartOf(string type) => type switch
    {
        "response.output_text.delta" or "response.output_text.done" => "output_text",
        "response.refusal.delta" or "response.refusal.done" => "refusal",
        "response.function_call_arguments.delta" or "response.function_call_arguments.done" => "function_call",
        "response.mcp_call_arguments.delta" or "response.mcp_call_arguments.done" => "mcp_call",
        "response.custom_tool_call_input.delta" or "response.custom_tool_call_input.done" => "custom_tool_call",
        _ => null,
    };

    /// <summary>The response as it is when it begins or ends. All but its output repeats the request.</summary>
    private void Response(ref Utf8JsonReader reader, string type)
    {
        var isEnd = type is "response.completed" or "response.incomplete" or "response.failed" or "response.cancelled";
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = reader.ValueSpan;
            reader.Read();
            if (name.SequenceEqual("usage"u8))
            {
                _reading.Usage = UsageWalker.Read<ResponsesUsage>(ref reader);
                continue;
            }
            if (name.SequenceEqual("model"u8) && _reading.WantsModel)
                _reading.Model = ChatResponseReader.ModelName(reader);
            if (name.SequenceEqual("service_tier"u8) && ResponsesAnswerReader.IsPremium(ref reader))
                _reading.HasExtraCharge = true;
            if (name.SequenceEqual("error"u8) && reader.TokenType == JsonTokenType.StartObject)
                _reading.IsError = true;
            if (name.SequenceEqual("output"u8) && reader.TokenType == JsonTokenType.StartArray)
                Output(ref reader);
            else
                Whole(ref reader, name, type: null, toolKey: 0, tool: null, ItemString.IsEcho(name), isData: ItemString.HoldsData(name));
        }
        if (!isEnd)
            return;
        _reading.IsError |= type == "response.failed";
        _reading.Finished++;
        _reading.IsEnd = true;
    }

    private void Output(ref Utf8JsonReader reader)
    {
        _reading.HasExtraCharge |= ResponsesAnswerReader.CountHostedTools(reader, out var searches);
        _reading.Searches += searches;
        for (var item = 0L; reader.Read() && reader.TokenType != JsonTokenType.EndArray; item++)
        {
            _item = item;
            Whole(ref reader, default, type: null, toolKey: 0, tool: null, isEcho: false, isData: false);
        }
        _item = -1;
    }

    /// <summary>A value whose texts stand here as wholes.</summary>
    /// <param name="reader">At the value.</param>
    /// <param name="name">Its property.</param>
    /// <param name="type">The type of the object it stands in.</param>
    /// <param name="toolKey">The tool it belongs to, where an earlier event named that; 0 if none.</param>
    /// <param name="tool">The name of the tool, where it stands here.</param>
    /// <param name="isEcho">It repeats the request.</param>
    /// <param name="isData">The names are the caller's.</param>
    private readonly void Whole(ref Utf8JsonReader reader, ReadOnlySpan<byte> name, string? type, ulong toolKey, string? tool, bool isEcho, bool isData)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.String:
                if (reader.ValueSpan.Length == 0 || (!isData && (ItemString.IsEnvelope(name, reader.ValueSpan) || ItemString.IsEncodedBytes(name, reader.ValueSpan))))
                    return;
                _reading.Segments.Add(new StreamSegment(0, BodyString.Place(ref reader, _offset))
                {
                    Group = _item,
                    Use = new TextUse(ItemString.RoleOf(name, type), tool, IsRepeat: isEcho || _told.Repeats(_item, reader.ValueSpan)),
                    Tool = toolKey,
                });
                return;
            case JsonTokenType.StartArray:
                while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
                    Whole(ref reader, name, type, toolKey, tool, isEcho, isData);
                return;
            case JsonTokenType.StartObject:
                type = ItemType.Of(reader);
                if (ItemString.IsToolUse(type))
                {
                    var use = ToolUse.Of(reader, _offset);
                    if (use.Name is not null)
                        (toolKey, tool) = (0, use.Name); // an item that names its tool is nobody else's
                    if (_item >= 0 && !isEcho)
                        _reading.AddTool(Tool(_item), use, isWhole: true);
                }
                else if (_item >= 0 && !isEcho && ToolUse.NameOf(type) is { } ofType)
                {
                    _reading.AddTool(Tool(_item), ToolUse.Of(reader, _offset) with { Name = ofType }, isWhole: true);
                }
                while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
                {
                    var property = reader.ValueSpan;
                    reader.Read();
                    if (property.SequenceEqual("logprobs"u8) && reader.TokenType == JsonTokenType.StartArray)
                        LogProbabilities(ref reader);
                    else
                        Whole(ref reader, property, type, toolKey, tool, isEcho, isData || ItemString.HoldsData(property));
                }
                return;
        }
    }

    /// <summary>A piece that is an object: each of its texts grows.</summary>
    private readonly void Pieces(ref Utf8JsonReader reader, string type)
    {
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = reader.ValueSpan;
            reader.Read();
            if (reader.TokenType == JsonTokenType.String)
                Piece(ref reader, type, name);
            else
                Whole(ref reader, name, PartOf(type), toolKey: 0, tool: null, isEcho: false, isData: true);
        }
    }

    private readonly void LogProbabilities(ref Utf8JsonReader reader)
    {
        var from = _offset + (int)reader.TokenStartIndex;
        reader.Skip();
        _reading.LogProbabilities.Add(from..(_offset + (int)reader.BytesConsumed));
    }

    /// <summary>An item as a tool.</summary>
    private readonly ulong Tool(long item) => ((ulong)_told.Generation(item) << 32) | (ulong)(item + 1);

    /// <summary>A text belongs to its item, its part and its kind.</summary>
    private readonly ulong Key(string type, ReadOnlySpan<byte> name)
    {
        var key = Fnv1a.Add(Fnv1a.Add(Fnv1a.Seed, (ulong)_item), (ulong)_part);
        foreach (var c in type)
            key = Fnv1a.Add(key, c);
        return Fnv1a.Add(key, name);
    }
}
