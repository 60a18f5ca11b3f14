using System.Text.Json;

namespace IronCage.Lang.Responses;

/// <summary>Reads one element of <c>tools</c>: what the caller runs is a definition to be counted; what the provider runs has a price per use, and rounds that nobody can count.</summary>
internal static class ToolReader
{
    /// <summary>What a tool of OpenAI's own schema adds unseen: not published; a bound with room.</summary>
    private const long TokensOfBuiltIn = 2048;

    /// <summary>Reads the element at the reader.</summary>
    public static void Read(ref Utf8JsonReader reader, ResponsesRequest request)
    {
        request.Tools++;
        if (reader.TokenType == JsonTokenType.StartObject)
            Judge(reader, request);
        ItemWalker.Any(ref reader, request, default);
    }

    /// <summary>By value: the caller's reader stays.</summary>
    private static void Judge(Utf8JsonReader reader, ResponsesRequest request)
    {
        var type = ItemType.Single(reader) ?? "";
        switch (type)
        {
            case "function" or "custom":
                return;
            case "namespace": // functions, in a group
                Members(reader, request);
                return;
            case "local_shell" or "apply_patch" or "computer" or "computer_use_preview":
            case "shell" when RunsHere(reader):
                request.HiddenTokens += TokensOfBuiltIn;
                return;
        }
        request.HostedTools.Add(type.StartsWith("web_search", StringComparison.Ordinal) ? "web_search" : type);
        var name = type.StartsWith("web_search", StringComparison.Ordinal) ? "web_search"
            : type is "file_search" or "code_interpreter" or "image_generation" or "mcp" or "shell" or "tool_search" ? type
            : null;
        request.UnpricedFeature ??= name is null ? "a tool of a kind that is not known here" : $"the provider's tool {name}";
        request.UnboundedFeature ??= "tools that the provider runs";
    }

    private static void Members(Utf8JsonReader reader, ResponsesRequest request)
    {
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isTools = ReaderText.Is(ref reader, "tools"u8);
            reader.Read();
            if (isTools && reader.TokenType == JsonTokenType.StartArray)
            {
                while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
                {
                    request.Tools++;
                    if (reader.TokenType == JsonTokenType.StartObject)
                        Judge(reader, request);
                    reader.Skip();
                }
            }
            else
            {
                reader.Skip();
            }
        }
    }

    /// <summary>Whether a shell is the caller's: it says so by its environment.</summary>
    private static bool RunsHere(Utf8JsonReader reader)
    {
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isEnvironment = ReaderText.Is(ref reader, "environment"u8);
            reader.Read();
            if (isEnvironment)
                return ItemType.Of(reader) == "local";
            reader.Skip();
        }
        return false;
    }
}
