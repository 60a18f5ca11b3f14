using System.Text.Json;
using IronCage.Core.Text;
using IronCage.Lang.OpenAi;
using IronCage.Lang.Responses;
using IronCage.Lang.Streams;
using IronCage.Lang.Usage;

namespace IronCage.Lang.Media;

/// <summary>Reads one event of a streamed answer, or a whole one: they look the same. Images and sound are handed on as they are.</summary>
internal ref struct MediaEvent
{
    private readonly StreamReading _reading;
    private readonly int _offset;
    private readonly bool _isRepeat;

    private MediaEvent(int offset, StreamReading reading, bool isRepeat)
    {
        _offset = offset;
        _reading = reading;
        _isRepeat = isRepeat;
    }

    /// <summary>Reads; false when it is not one JSON object, with what was found before.</summary>
    /// <param name="data">The JSON.</param>
    /// <param name="offset">Where it stands in the event; segments count from the event's beginning.</param>
    /// <param name="reading">Receives what it says.</param>
    /// <param name="isTold">Events before it told the text in pieces, which the last one repeats.</param>
    public static bool TryRead(ReadOnlySpan<byte> data, int offset, StreamReading reading, bool isTold)
    {
        try
        {
            if (!WholeAnswer.IsObject(data, out var reader))
                return false;
            var type = ItemType.Of(reader);
            var isLast = type is not null && (type.EndsWith(".done", StringComparison.Ordinal) || type.EndsWith(".completed", StringComparison.Ordinal));
            new MediaEvent(offset, reading, isLast && isTold).Answer(ref reader);
            if (reader.TokenType != JsonTokenType.EndObject || reader.Read())
                return false;
            if (isLast)
            {
                reading.IsEnd = true;
                reading.Finished++;
            }
            reading.IsError |= type == "error";
            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private readonly void Answer(ref Utf8JsonReader reader)
    {
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = reader.ValueSpan;
            reader.Read();
            if (name.SequenceEqual("usage"u8))
                _reading.Usage = UsageWalker.Read<ResponsesUsage>(ref reader);
            else if (name.SequenceEqual("model"u8))
                _reading.Model = ChatResponseReader.ModelName(reader);
            else if (name.SequenceEqual("logprobs"u8) || name.SequenceEqual("words"u8))
                _reading.AddRepeated(ref reader, _offset);
            else if (name.SequenceEqual("delta"u8) || name.SequenceEqual("text"u8))
                Written(ref reader, grows: name.SequenceEqual("delta"u8));
            else
                Whole(ref reader, name, name.SequenceEqual("segments"u8));
        }
    }

    /// <summary>What was said in the recording.</summary>
    private readonly void Written(ref Utf8JsonReader reader, bool grows)
    {
        if (reader.TokenType != JsonTokenType.String)
            Whole(ref reader, default, isRepeat: false);
        else if (reader.ValueSpan.Length > 0)
            _reading.Segments.Add(new StreamSegment(grows ? 1UL : 0, BodyString.Place(ref reader, _offset)) { Grows = grows, Use = new TextUse(TextRole.Answer, IsRepeat: _isRepeat) });
    }

    /// <summary>All other strings, but for the media themselves and where they can be fetched: the provider wrote that, and signed it.</summary>
    private readonly void Whole(ref Utf8JsonReader reader, ReadOnlySpan<byte> name, bool isRepeat)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.String:
                var isMedia = name.SequenceEqual("b64_json"u8) || name.SequenceEqual("audio"u8) || name.SequenceEqual("url"u8) || name.SequenceEqual("type"u8);
                if (reader.ValueSpan.Length > 0 && !isMedia)
                    _reading.Segments.Add(new StreamSegment(0, BodyString.Place(ref reader, _offset)) { Use = new TextUse(TextRole.Other, IsRepeat: isRepeat) });
                return;
            case JsonTokenType.StartArray:
                while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
                    Whole(ref reader, name, isRepeat);
                return;
            case JsonTokenType.StartObject:
                while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
                {
                    var property = reader.ValueSpan;
                    reader.Read();
                    if (property.SequenceEqual("words"u8) || property.SequenceEqual("tokens"u8))
                        _reading.AddRepeated(ref reader, _offset);
                    else
                        Whole(ref reader, property, isRepeat);
                }
                return;
        }
    }
}
