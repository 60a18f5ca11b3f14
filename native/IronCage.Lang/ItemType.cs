using System.Text.Json;

namespace IronCage.Lang;

/// <summary>The <c>type</c> that nearly every object of Anthropic's messages and OpenAI's responses has, usually as its first property.</summary>
internal static class ItemType
{
    /// <summary>The type of the object at the reader; null when it has none that is a string. By value: the caller's reader stays.</summary>
    public static string? Of(Utf8JsonReader reader)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
            return null;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isType = ReaderText.Is(ref reader, "type"u8);
            reader.Read();
            if (isType)
                return ReaderText.Read(ref reader);
            reader.Skip();
        }
        return null;
    }

    /// <summary>As <see cref="Of"/>, but null for an object that says its type twice: which one counts is the server's choice.</summary>
    public static string? Single(Utf8JsonReader reader)
    {
        string? type = null;
        if (reader.TokenType != JsonTokenType.StartObject)
            return null;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isType = ReaderText.Is(ref reader, "type"u8);
            reader.Read();
            if (isType && type is not null)
                return null;
            if (isType)
                type = ReaderText.Read(ref reader) ?? "";
            reader.Skip();
        }
        return type;
    }
}
