using System.Text.Json;

namespace IronCage.Lang;

/// <summary>Strings of a JSON reader that may stand for no text at all: a lone surrogate as an escape, bytes that are not UTF-8. The reader itself throws there.</summary>
internal static class ReaderText
{
    /// <summary>Whether the name or string at the reader is this one.</summary>
    public static bool Is(ref Utf8JsonReader reader, ReadOnlySpan<byte> text)
    {
        if (!reader.ValueIsEscaped)
            return reader.ValueSpan.SequenceEqual(text);
        try
        {
            return reader.ValueTextEquals(text);
        }
        catch (InvalidOperationException)
        {
            return false;
        }
    }

    /// <summary>The property name at the reader; empty where it is no text.</summary>
    public static string Name(ref Utf8JsonReader reader)
    {
        try
        {
            return reader.GetString() ?? "";
        }
        catch (InvalidOperationException)
        {
            return "";
        }
    }

    /// <summary>The string at the reader; null for any other token, and for a string that is no text.</summary>
    public static string? Read(ref Utf8JsonReader reader)
    {
        try
        {
            return reader.TokenType == JsonTokenType.String ? reader.GetString() : null;
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }
}
