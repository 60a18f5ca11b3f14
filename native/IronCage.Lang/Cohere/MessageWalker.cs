using System.Text.Json;

namespace IronCage.Lang.Cohere;

/// <summary>Collects the texts of messages and documents, and what of them cannot be read as text.</summary>
internal static class MessageWalker
{
    /// <summary>Walks the value at the reader; afterwards the reader stands on its last token.</summary>
    public static void Any(ref Utf8JsonReader reader, LlmRequest request, ReadOnlySpan<byte> name, bool isPart = false)
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
                return;
            case JsonTokenType.StartArray:
                while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
                    Any(ref reader, request, name, isPart: name.SequenceEqual("content"u8));
                return;
            case JsonTokenType.StartObject:
                while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
                {
                    var property = reader.ValueSpan;
                    var isType = isPart && ReaderText.Is(ref reader, "type"u8);
                    var isImage = ReaderText.Is(ref reader, "image_url"u8);
                    request.AddTellingName(ref reader);
                    reader.Read();
                    if (isImage && reader.TokenType is JsonTokenType.StartObject or JsonTokenType.String)
                        AddImage(request);
                    else if (isType && !IsKnown(ref reader))
                        AddUnknown(request);
                    Any(ref reader, request, property);
                }
                return;
        }
    }

    /// <summary>An image, by its own property.</summary>
    public static void AddImage(LlmRequest request)
    {
        request.Images++;
        request.UnscannableParts++;
    }

    private static void AddUnknown(LlmRequest request)
    {
        request.UnboundedParts++;
        request.UnscannableParts++;
    }

    private static bool IsKnown(ref Utf8JsonReader reader) => reader.TokenType == JsonTokenType.String
        && (ReaderText.Is(ref reader, "text"u8) || ReaderText.Is(ref reader, "image_url"u8) || ReaderText.Is(ref reader, "document"u8) || ReaderText.Is(ref reader, "thinking"u8));
}
