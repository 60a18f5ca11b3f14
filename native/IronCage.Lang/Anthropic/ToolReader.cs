using System.Text;
using System.Text.Json;

namespace IronCage.Lang.Anthropic;

/// <summary>Reads one element of <c>tools</c>: what the caller runs is a definition to be counted; what the provider runs has a price per use, and rounds that nobody can count.</summary>
internal static class ToolReader
{
    /// <summary>
    /// What a tool of Anthropic's own schema adds unseen. Published: bash 245, text editor 700, computer use 735 and a prompt of up to 499; memory is not published. The rest is room.
    /// </summary>
    private const long TokensOfBuiltIn = 2048;

    /// <summary>Reads the element at the reader.</summary>
    public static void Read(ref Utf8JsonReader reader, LlmRequest request)
    {
        request.Tools++;
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            BlockWalker.Any(ref reader, request, default, isData: true);
            return;
        }
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = reader.ValueSpan;
            var isType = ReaderText.Is(ref reader, "type"u8);
            var isCache = ReaderText.Is(ref reader, "cache_control"u8);
            request.AddTellingName(ref reader);
            reader.Read();
            if (isType && reader.TokenType != JsonTokenType.Null)
                Judge(ref reader, request);
            if (isCache)
                BlockWalker.Cache(reader, request);
            BlockWalker.Any(ref reader, request, name, isData: true);
        }
    }

    private static void Judge(ref Utf8JsonReader reader, LlmRequest request)
    {
        var type = reader.TokenType == JsonTokenType.String ? reader.ValueSpan : default;
        if (type.SequenceEqual("custom"u8))
            return;
        if (type.StartsWith("bash_"u8) || type.StartsWith("text_editor_"u8) || type.StartsWith("computer_"u8) || type.StartsWith("memory_"u8))
        {
            request.HiddenTokens += TokensOfBuiltIn;
            return;
        }
        request.HostedTools.Add(NameOf(type));
        request.UnpricedFeature ??= type.StartsWith("web_search_"u8) ? "the server tool web_search"
            : type.StartsWith("web_fetch_"u8) ? "the server tool web_fetch"
            : type.StartsWith("code_execution_"u8) ? "the server tool code_execution"
            : type.StartsWith("tool_search_"u8) ? "the server tool tool_search"
            : "a tool of a kind that is not known here";
        request.UnboundedFeature ??= "tools that the provider runs";
    }

    /// <summary>The tool of a type such as web_search_20250305, as answers name it.</summary>
    private static string NameOf(ReadOnlySpan<byte> type)
    {
        var end = type.LastIndexOf((byte)'_');
        return Encoding.UTF8.GetString(end > 0 && end + 1 < type.Length && type[(end + 1)..].IndexOfAnyExceptInRange((byte)'0', (byte)'9') < 0 ? type[..end] : type);
    }
}
