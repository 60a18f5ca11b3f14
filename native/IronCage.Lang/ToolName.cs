using System.Text.Json;

namespace IronCage.Lang;

/// <summary>The <c>name</c> of an object that describes a tool's use.</summary>
internal static class ToolName
{
    /// <summary>Longer names than any real tool has.</summary>
    private const int Longest = 256;

    /// <summary>The name of the object that begins at the reader; null if it has none. By value: the caller's reader stays.</summary>
    public static string? Of(Utf8JsonReader reader)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
            return null;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isName = ReaderText.Is(ref reader, "name"u8);
            reader.Read();
            if (isName)
                return reader.TokenType == JsonTokenType.String && reader.ValueSpan.Length is > 0 and <= Longest ? ReaderText.Read(ref reader) : null;
            reader.Skip();
        }
        return null;
    }
}
