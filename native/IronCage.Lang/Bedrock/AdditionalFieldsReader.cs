using System.Text.Json;
using IronCage.Lang.Anthropic;

namespace IronCage.Lang.Bedrock;

/// <summary>Reads <c>additionalModelRequestFields</c>: what a model takes beside what all of them do.</summary>
internal static class AdditionalFieldsReader
{
    private static readonly byte[][] Limits =
    [
        .. new[] { "maxTokens", "max_tokens", "max_new_tokens", "max_gen_len", "max_tokens_to_sample", "max_completion_tokens", "max_output_tokens", "maxTokenCount" }
            .Select(System.Text.Encoding.UTF8.GetBytes),
    ];

    /// <summary>Reads the object at the reader. What it should have been, or null.</summary>
    public static string? Read(ref Utf8JsonReader reader, ConverseRequest request)
    {
        string? wrong = null;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isThinking = ReaderText.Is(ref reader, "thinking"u8) || ReaderText.Is(ref reader, "reasoning_config"u8) || ReaderText.Is(ref reader, "reasoningConfig"u8);
            var isTools = ReaderText.Is(ref reader, "tools"u8);
            var isPriced = ReaderText.Is(ref reader, "service_tier"u8) || ReaderText.Is(ref reader, "speed"u8);
            var isOpen = ReaderText.Is(ref reader, "mcp_servers"u8) || ReaderText.Is(ref reader, "container"u8) || ReaderText.Is(ref reader, "context_management"u8);
            var isLimit = false;
            foreach (var name in Limits)
                isLimit |= ReaderText.Is(ref reader, name);
            request.AddTellingName(ref reader);
            reader.Read();
            if (isLimit)
                wrong ??= "an object without output limits, which belong into inferenceConfig.maxTokens: two of them have no certain meaning";
            if (isPriced && reader.TokenType != JsonTokenType.Null)
                request.UnpricedFeature ??= "this additional field";
            if (isOpen && !RequestValue.IsEmpty(reader))
                request.UnboundedFeature ??= "an additional field with which the model is asked several times";
            if (isThinking && reader.TokenType == JsonTokenType.StartObject)
            {
                if (!MessagesRequestReader.ReadThinking(ref reader, request))
                    wrong ??= "an object whose thinking budget is an integer from 0 to 2147483647";
            }
            else if (isTools && reader.TokenType == JsonTokenType.StartArray)
            {
                Tools(ref reader, request);
            }
            else
            {
                BlockWalker.Any(ref reader, request, default, isData: true);
            }
        }
        return wrong;
    }

    /// <summary>Tools of Anthropic's own schemas.</summary>
    private static void Tools(ref Utf8JsonReader reader, ConverseRequest request)
    {
        var start = (int)reader.TokenStartIndex;
        var textsBefore = request.TextBytes;
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
            ToolReader.Read(ref reader, request);
        request.CountWhole(start..(int)reader.BytesConsumed, textsBefore);
    }
}
