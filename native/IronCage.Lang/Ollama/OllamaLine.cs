using System.Text.Json;
using IronCage.Core.Text;
using IronCage.Lang.OpenAi;
using IronCage.Lang.Streams;
using IronCage.Lang.Usage;

namespace IronCage.Lang.Ollama;

/// <summary>Reads one line of a streamed answer, or a whole one: they look the same.</summary>
internal ref struct OllamaLine
{
    private readonly StreamReading _reading;
    private readonly int _offset;

    private OllamaLine(int offset, StreamReading reading)
    {
        _offset = offset;
        _reading = reading;
    }

    /// <summary>Reads; false when it is not one JSON object, with what was found before.</summary>
    /// <param name="data">The JSON.</param>
    /// <param name="offset">Where it stands in the line; segments count from the line's beginning.</param>
    /// <param name="reading">Receives what it says.</param>
    public static bool TryRead(ReadOnlySpan<byte> data, int offset, StreamReading reading)
    {
        try
        {
            if (!WholeAnswer.IsObject(data, out var reader))
                return false;
            var whole = reader;
            var hasCounts = new OllamaLine(offset, reading).Line(ref reader);
            if (reader.TokenType != JsonTokenType.EndObject || reader.Read())
                return false;
            if (hasCounts)
                reading.Usage = UsageWalker.Read<OllamaUsage>(ref whole);
            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    /// <summary>Reads the object. Whether it says what was used.</summary>
    private readonly bool Line(ref Utf8JsonReader reader)
    {
        var hasCounts = false;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = reader.ValueSpan;
            hasCounts |= OllamaUsage.Has(name);
            reader.Read();
            if (name.SequenceEqual("done"u8))
            {
                if (reader.TokenType == JsonTokenType.True)
                {
                    _reading.IsEnd = true;
                    _reading.Finished++;
                }
                continue;
            }
            if (name.SequenceEqual("error"u8))
                _reading.IsError = reader.TokenType == JsonTokenType.String;
            if (name.SequenceEqual("model"u8))
            {
                if (_reading.WantsModel)
                    _reading.Model = ChatResponseReader.ModelName(reader);
                continue;
            }
            if (name.SequenceEqual("message"u8) && reader.TokenType == JsonTokenType.StartObject)
                Message(ref reader);
            else if (name.SequenceEqual("response"u8) || name.SequenceEqual("thinking"u8))
                Written(ref reader, name);
            else if (name.SequenceEqual("logprobs"u8) || name.SequenceEqual("context"u8))
                _reading.AddRepeated(ref reader, _offset);
            else if (name.SequenceEqual("created_at"u8) || name.SequenceEqual("done_reason"u8))
                reader.Skip();
            else
                Whole(ref reader, default);
        }
        return hasCounts;
    }

    private readonly void Message(ref Utf8JsonReader reader)
    {
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = reader.ValueSpan;
            reader.Read();
            if (name.SequenceEqual("role"u8))
                reader.Skip();
            else if (name.SequenceEqual("tool_calls"u8) && reader.TokenType == JsonTokenType.StartArray)
                Calls(ref reader);
            else
                Written(ref reader, name);
        }
    }

    /// <summary>What the model writes, in fields of any name, piece by piece.</summary>
    private readonly void Written(ref Utf8JsonReader reader, ReadOnlySpan<byte> name)
    {
        if (reader.TokenType != JsonTokenType.String)
        {
            Whole(ref reader, default);
            return;
        }
        if (reader.ValueSpan.Length == 0)
            return;
        var isAnswer = name.SequenceEqual("content"u8) || name.SequenceEqual("response"u8);
        _reading.Segments.Add(new StreamSegment(Fnv1a.Add(Fnv1a.Seed, name), BodyString.Place(ref reader, _offset)) { Grows = true, Use = new TextUse(isAnswer ? TextRole.Answer : TextRole.Other) });
    }

    /// <summary>Calls of functions: each stands whole in a line.</summary>
    private readonly void Calls(ref Utf8JsonReader reader)
    {
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (reader.TokenType != JsonTokenType.StartObject)
            {
                Whole(ref reader, default);
                continue;
            }
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                var isFunction = reader.ValueSpan.SequenceEqual("function"u8);
                reader.Read();
                if (!isFunction || reader.TokenType != JsonTokenType.StartObject)
                {
                    Whole(ref reader, default);
                    continue;
                }
                var use = ToolUse.Of(reader, _offset);
                _reading.AddTool(use);
                var tool = use.Name ?? "";
                while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
                {
                    var isArguments = reader.ValueSpan.SequenceEqual("arguments"u8);
                    reader.Read();
                    Whole(ref reader, isArguments ? new TextUse(TextRole.ToolInput, tool) : default);
                }
            }
        }
    }

    private readonly void Whole(ref Utf8JsonReader reader, TextUse use) => _reading.AddWhole(ref reader, _offset, use);
}
