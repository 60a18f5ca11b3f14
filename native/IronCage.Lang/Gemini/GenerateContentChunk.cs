using System.Text.Json;
using IronCage.Core.Text;
using IronCage.Lang.OpenAi;
using IronCage.Lang.Streams;
using IronCage.Lang.Usage;

namespace IronCage.Lang.Gemini;

/// <summary>Reads one chunk of a streamed answer.</summary>
internal ref struct GenerateContentChunk
{
    private static readonly JsonReaderOptions Options = new() { MaxDepth = BodyString.MaxDepth };

    private readonly StreamReading _reading;
    private readonly int _offset;
    private long _candidate;

    private GenerateContentChunk(int offset, StreamReading reading)
    {
        _offset = offset;
        _reading = reading;
    }

    /// <summary>Reads the data of an event. False when it is not one JSON object: it is then handed on as it is.</summary>
    /// <param name="data">The JSON.</param>
    /// <param name="offset">Where the data stands in the event; segments count from the event's beginning.</param>
    /// <param name="reading">Receives what the chunk says.</param>
    /// <param name="choices">How many candidates were asked for: a blocked prompt ends them all.</param>
    public static bool TryRead(ReadOnlySpan<byte> data, int offset, StreamReading reading, int choices)
    {
        if (new GenerateContentChunk(offset, reading).TryReadStrictly(data, choices))
            return true;
        reading.Clear();
        return NonFinite.Blank(data) is { } finite && new GenerateContentChunk(offset, reading).TryReadStrictly(finite, choices);
    }

    private bool TryReadStrictly(ReadOnlySpan<byte> data, int choices)
    {
        try
        {
            var reader = new Utf8JsonReader(data, Options);
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
                return false;
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                var name = reader.ValueSpan;
                reader.Read();
                if (name.SequenceEqual("usageMetadata"u8))
                {
                    _reading.Usage = UsageWalker.Read<GenerateContentUsage>(ref reader);
                    continue;
                }
                if (name.SequenceEqual("modelVersion"u8) && _reading.WantsModel)
                    _reading.Model = ChatResponseReader.ModelName(reader);
                if (name.SequenceEqual("error"u8) && reader.TokenType == JsonTokenType.StartObject)
                    _reading.IsError = true;
                if (name.SequenceEqual("promptFeedback"u8) && Has(reader, "blockReason"u8))
                    _reading.Finished += choices;
                if (name.SequenceEqual("candidates"u8) && reader.TokenType == JsonTokenType.StartArray)
                {
                    while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
                        Candidate(ref reader);
                }
                else
                {
                    Whole(ref reader, name, tool: 0);
                }
            }
            return !reader.Read();
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private void Candidate(ref Utf8JsonReader reader)
    {
        _candidate = AnswerPart.Index(reader);
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            Whole(ref reader, default, tool: 0);
            return;
        }
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = reader.ValueSpan;
            reader.Read();
            if (name.SequenceEqual("finishReason"u8) && (reader.TokenType == JsonTokenType.String || (reader.TokenType == JsonTokenType.Number && reader.TryGetInt32(out var reason) && reason > 0)))
                _reading.Finished++;
            _reading.HasExtraCharge |= AnswerPart.IsGrounding(name) && reader.TokenType == JsonTokenType.StartObject;
            if (name.SequenceEqual("content"u8) && reader.TokenType == JsonTokenType.StartObject)
                Content(ref reader);
            else
                Whole(ref reader, name, tool: 0);
        }
    }

    private readonly void Content(ref Utf8JsonReader reader)
    {
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = reader.ValueSpan;
            reader.Read();
            if (name.SequenceEqual("parts"u8) && reader.TokenType == JsonTokenType.StartArray)
            {
                while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
                    Part(ref reader);
            }
            else
            {
                Whole(ref reader, name, tool: 0);
            }
        }
    }

    private readonly void Part(ref Utf8JsonReader reader)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            Whole(ref reader, default, tool: 0);
            return;
        }
        var isThought = AnswerPart.IsThought(reader);
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = reader.ValueSpan;
            reader.Read();
            if (name.SequenceEqual("text"u8) && reader.TokenType == JsonTokenType.String)
            {
                if (reader.ValueSpan.Length == 0)
                    continue;
                _reading.Segments.Add(new StreamSegment(Key(isThought), BodyString.Place(ref reader, _offset))
                {
                    Grows = true,
                    Group = _candidate,
                    Use = new TextUse(isThought ? TextRole.Other : TextRole.Answer),
                });
                continue;
            }
            if (AnswerPart.IsCall(name))
            {
                var tool = _reading.NextTool(); // a call is whole where it stands
                _reading.AddTool(tool, ToolUse.Of(reader, _offset), isWhole: true);
                Whole(ref reader, default, tool);
            }
            else
            {
                if (AnswerPart.IsCode(name))
                    _reading.AddTool(ToolUse.Of(reader, _offset) with { Name = AnswerPart.CodeTool });
                Whole(ref reader, name, tool: 0);
            }
        }
    }

    /// <summary>A value whose texts stand here as wholes. Inside a call the names of the protocol mean nothing.</summary>
    private readonly void Whole(ref Utf8JsonReader reader, ReadOnlySpan<byte> name, ulong tool)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.String:
                if (reader.ValueSpan.Length == 0 || (tool == 0 && (AnswerPart.IsEnvelope(name, reader.ValueSpan) || BodyString.IsEncodedBytes(name, reader.ValueSpan))))
                    return;
                _reading.Segments.Add(new StreamSegment(0, BodyString.Place(ref reader, _offset)) { Group = _candidate, Use = new TextUse(tool == 0 ? TextRole.Other : TextRole.ToolInput), Tool = tool });
                return;
            case JsonTokenType.StartArray:
                while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
                    Whole(ref reader, name, tool);
                return;
            case JsonTokenType.StartObject:
                if (tool == 0 && AnswerPart.IsLogProbabilities(name))
                {
                    _reading.AddRepeated(ref reader, _offset);
                    return;
                }
                while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
                {
                    var property = reader.ValueSpan;
                    reader.Read();
                    Whole(ref reader, property, tool);
                }
                return;
        }
    }

    private static bool Has(Utf8JsonReader reader, ReadOnlySpan<byte> name)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
            return false;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (ReaderText.Is(ref reader, name))
                return true;
            reader.Read();
            reader.Skip();
        }
        return false;
    }

    /// <summary>A text belongs to its candidate; thoughts are one of their own.</summary>
    private readonly ulong Key(bool isThought) => Fnv1a.Add(Fnv1a.Seed, (ulong)_candidate) ^ (isThought ? 1UL : 0UL);
}
