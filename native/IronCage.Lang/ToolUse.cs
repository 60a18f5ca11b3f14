using System.Text.Json;

namespace IronCage.Lang;

/// <summary>An object of an answer that says which tool is used, and with what.</summary>
/// <param name="Name">The tool; null where none is named, where the name is longer than any real one, and where several stand there: readers differ in which of them counts.</param>
/// <param name="HasName">Whether the object has a name at all, whatever it is.</param>
/// <param name="Arguments">The JSON value it is used with; empty where none stands here.</param>
internal readonly record struct ToolUse(string? Name, bool HasName, Range Arguments)
{
    /// <summary>Longer names than any real tool has.</summary>
    private const int Longest = 256;

    /// <summary>Reads the object that begins at the reader. By value: the caller's reader stays.</summary>
    /// <param name="reader">At the object.</param>
    /// <param name="offset">Where the reader's input begins in the body or event.</param>
    public static ToolUse Of(Utf8JsonReader reader, int offset = 0)
    {
        string? name = null;
        var (hasName, isUnclear) = (false, false);
        Range arguments = default;
        if (reader.TokenType != JsonTokenType.StartObject)
            return default;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isName = ReaderText.Is(ref reader, "name"u8);
            var holds = ReaderText.Is(ref reader, "arguments"u8) || ReaderText.Is(ref reader, "input"u8) || ReaderText.Is(ref reader, "args"u8) || ReaderText.Is(ref reader, "action"u8);
            var isParameters = ReaderText.Is(ref reader, "parameters"u8); // Cohere's first API
            reader.Read();
            var start = offset + (int)reader.TokenStartIndex;
            if (isName && reader.TokenType != JsonTokenType.Null)
            {
                var read = reader.TokenType == JsonTokenType.String && reader.ValueSpan.Length is > 0 and <= Longest ? ReaderText.Read(ref reader) : null;
                isUnclear |= hasName ? read != name : read is null && !(reader.TokenType == JsonTokenType.String && reader.ValueSpan.IsEmpty);
                hasName |= read is not null || isUnclear;
                name = read;
            }
            reader.Skip();
            if (holds || (isParameters && arguments.Equals(default)))
                arguments = start..(offset + (int)reader.BytesConsumed);
        }
        return new ToolUse(isUnclear ? null : name, hasName, arguments);
    }

    /// <summary>An item whose type is the tool (<c>web_search_call</c>), with the rest of it as what it is used with; null for any other.</summary>
    public static string? NameOf(string? type) => type is not null && type.EndsWith("_call", StringComparison.Ordinal) && type.Length > 5 ? type[..^5] : null;
}
