using System.Text.Json;

namespace IronCage.Lang.OpenAi;

/// <summary>Reads a whole chat-completions response. A cut body gives what could be read up to the cut.</summary>
public static class ChatResponseReader
{
    private static readonly JsonReaderOptions Options = new() { MaxDepth = ChatRequestReader.MaxDepth };

    /// <summary>Reads; false when the body is not (or not wholly) one JSON object, with what was found before.</summary>
    public static bool TryRead(ReadOnlySpan<byte> body, out ChatResponse response)
    {
        if (TryReadStrictly(body, out response))
            return true;
        return NonFinite.Blank(body) is { } finite && TryReadStrictly(finite, out response);
    }

    private static bool TryReadStrictly(ReadOnlySpan<byte> body, out ChatResponse response)
    {
        response = new ChatResponse();
        var offset = body.StartsWith("\uFEFF"u8) ? 3 : 0;
        try
        {
            var reader = new Utf8JsonReader(body[offset..], Options);
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
                return false;
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
                ReadProperty(ref reader, offset, response);
            return reader.TokenType == JsonTokenType.EndObject && !reader.Read();
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private static void ReadProperty(ref Utf8JsonReader reader, int offset, ChatResponse response)
    {
        if (ReaderText.Is(ref reader, "usage"u8))
        {
            reader.Read();
            response.Usage = UsageReader.Read(ref reader);
        }
        else if (ReaderText.Is(ref reader, "service_tier"u8))
        {
            reader.Read();
            response.IsPremiumTier = reader.TokenType == JsonTokenType.String && (ReaderText.Is(ref reader, "priority"u8) || ReaderText.Is(ref reader, "scale"u8));
            reader.Skip();
        }
        else
        {
            var name = reader.ValueSpan;
            reader.Read();
            if (StringKind.IsEnvelope(name))
                reader.Skip();
            else
                Walk(ref reader, offset, response, name, isWritten: false);
        }
    }

    private static void Walk(ref Utf8JsonReader reader, int offset, ChatResponse response, ReadOnlySpan<byte> name, bool isWritten)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.String:
                if (reader.ValueSpan.Length == 0 || StringKind.IsEncodedBytes(name, reader.ValueSpan))
                    return;
                var start = offset + (int)reader.TokenStartIndex + 1;
                var text = new TextSpan(start, start + reader.ValueSpan.Length, reader.ValueIsEscaped);
                response.Texts.Add(text);
                if (StringKind.Grows(name, isWritten))
                    response.Contents.Add(text);
                return;
            case JsonTokenType.StartArray:
                while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
                    Walk(ref reader, offset, response, name, isWritten);
                return;
            case JsonTokenType.StartObject:
                while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
                {
                    var property = reader.ValueSpan;
                    reader.Read();
                    if (property.SequenceEqual("logprobs"u8))
                    {
                        var from = offset + (int)reader.TokenStartIndex;
                        var present = reader.TokenType != JsonTokenType.Null;
                        reader.Skip();
                        if (present)
                            response.LogProbabilities.Add(from..(offset + (int)reader.BytesConsumed));
                        continue;
                    }
                    Walk(ref reader, offset, response, property, isWritten || StringKind.HoldsWriting(property));
                }
                return;
        }
    }
}
