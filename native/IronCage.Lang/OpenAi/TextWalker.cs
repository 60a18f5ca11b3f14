using System.Text.Json;

namespace IronCage.Lang.OpenAi;

/// <summary>Collects the texts under a JSON value of a request, and what of it cannot be read as text.</summary>
internal static class TextWalker
{
    /// <summary>Walks the value at the reader; afterwards the reader stands on its last token.</summary>
    public static void Collect(ref Utf8JsonReader reader, ReadOnlySpan<byte> body, LlmRequest request, ReadOnlySpan<byte> name, bool isPart = false)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.String:
                if (reader.ValueSpan.Length > 0 && !BodyString.IsEncodedBytes(name, reader.ValueSpan))
                {
                    request.AddText(ref reader);
                    if (name.SequenceEqual("arguments"u8))
                        request.JsonTexts.Add(request.Texts[^1].Start);
                }
                break;
            case JsonTokenType.StartArray:
                while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
                    Collect(ref reader, body, request, name, isPart: name.SequenceEqual("content"u8) || name.SequenceEqual("thinking"u8));
                break;
            case JsonTokenType.StartObject:
                while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
                {
                    var property = reader.ValueSpan;
                    request.AddTellingName(ref reader);
                    reader.Read();
                    CountMedia(ref reader, request, property, isPart);
                    Collect(ref reader, body, request, property);
                }
                break;
        }
    }

    /// <summary>Images by their own property; any other content part that is no text, and audio of an earlier answer, has a size that the body does not tell.</summary>
    private static void CountMedia(ref Utf8JsonReader reader, LlmRequest request, ReadOnlySpan<byte> property, bool isPart)
    {
        if (property.SequenceEqual("image_url"u8) && reader.TokenType is JsonTokenType.StartObject or JsonTokenType.String)
        {
            request.Images++;
            request.UnscannableParts++;
        }
        else if (isPart && property.SequenceEqual("type"u8))
        {
            if (reader.TokenType == JsonTokenType.String
                && (ReaderText.Is(ref reader, "text"u8) || ReaderText.Is(ref reader, "refusal"u8) || ReaderText.Is(ref reader, "image_url"u8)
                    || ReaderText.Is(ref reader, "thinking"u8) || ReaderText.Is(ref reader, "reference"u8))) // Mistral
                return;
            request.UnboundedParts++;
            request.UnscannableParts++;
            request.SendsAudio |= reader.TokenType == JsonTokenType.String && ReaderText.Is(ref reader, "input_audio"u8);
        }
        else if (property.SequenceEqual("audio"u8) && reader.TokenType == JsonTokenType.StartObject)
        {
            request.UnboundedParts++;
            request.SendsAudio = true;
        }
    }
}
