using System.Text.Json;
using IronCage.Lang.Anthropic;

namespace IronCage.Lang.Bedrock;

/// <summary>Reads <c>toolConfig</c>: what the caller runs is a definition to be counted; what the service runs has a price per use, and rounds that nobody can count.</summary>
internal static class ToolConfigReader
{
    /// <summary>Reads the value at the reader.</summary>
    public static void Read(ref Utf8JsonReader reader, ConverseRequest request)
    {
        Judge(reader, request);
        BlockWalker.Input(ref reader, request);
    }

    /// <summary>By value: the caller's reader stays.</summary>
    private static void Judge(Utf8JsonReader reader, ConverseRequest request)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
            return;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isTools = ReaderText.Is(ref reader, "tools"u8);
            reader.Read();
            if (!isTools || reader.TokenType != JsonTokenType.StartArray)
            {
                reader.Skip();
                continue;
            }
            while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
                Tool(ref reader, request);
        }
    }

    private static void Tool(ref Utf8JsonReader reader, ConverseRequest request)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
            return;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isSpec = ReaderText.Is(ref reader, "toolSpec"u8);
            var isCache = ReaderText.Is(ref reader, "cachePoint"u8);
            reader.Read();
            if (isCache)
                BlockWalker.Cache(reader, request);
            else if (isSpec)
                request.Tools++;
            else if (reader.TokenType != JsonTokenType.Null)
            {
                request.Tools++;
                request.HostedTools.Add(ToolUse.Of(reader, 0).Name ?? "");
                request.UnpricedFeature ??= "tools that the service runs";
                request.UnboundedFeature ??= "tools that the service runs";
            }
            reader.Skip();
        }
    }
}
