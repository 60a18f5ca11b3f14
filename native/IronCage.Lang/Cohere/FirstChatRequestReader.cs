using System.Text.Json;
using Fields = IronCage.Lang.RequestFields<IronCage.Lang.Cohere.FirstChatRequestReader.Field>;

namespace IronCage.Lang.Cohere;

/// <summary>Reads a request to chat of the first API in one pass over its bytes: the message, and beside it what was said before. What cannot be read with certainty is an error, never a guess.</summary>
public static class FirstChatRequestReader
{
    internal enum Field
    {
        Other,
        Model,
        Message,
        Stream,
        MaxTokens,
        Preamble,
        ChatHistory,
        Documents,
        Tools,
        ToolResults,
        Connectors,
        ConversationId,
        ResponseFormat,
    }

    /// <summary>Reads the body. On failure <paramref name="problem"/> is one line without content of the body.</summary>
    public static bool TryRead(ReadOnlySpan<byte> body, out LlmRequest request, out string problem)
    {
        // What is cached is read below the price of the input; nobody is charged for writing it. Streams tell their usage with the last event.
        request = new LlmRequest { AsksForUsage = true, Caching = PromptCaching.None };
        return Fields.TryRead(body, request, ReadField, out problem);
    }

    private static string? ReadField(ref Utf8JsonReader reader, ReadOnlySpan<byte> body, LlmRequest request, Field field, TextSpan name)
    {
        var isNull = reader.TokenType == JsonTokenType.Null;
        switch (field)
        {
            case Field.Model:
                return RequestValue.Model(ref reader, request);
            case Field.Stream:
                return RequestValue.Stream(ref reader, request);
            case Field.MaxTokens:
                return RequestValue.Limit(ref reader, request, "max_tokens");
            case Field.Message when reader.TokenType != JsonTokenType.String:
                return "a string";
            case Field.Message or Field.Preamble when !isNull:
                request.Messages++;
                break;
            case Field.ChatHistory when !isNull && reader.TokenType != JsonTokenType.StartArray:
                return "an array";
            case Field.ChatHistory or Field.Tools or Field.ToolResults or Field.Documents or Field.ResponseFormat when !isNull:
                ChatRequestReader.ReadWhole(ref reader, request, areTools: field == Field.Tools);
                return null;
            case Field.Connectors when !RequestValue.IsEmpty(reader):
                request.UnpricedFeature ??= "connectors, which search";
                request.UnboundedFeature ??= "connectors, whose finds are input";
                request.HostedTools.Add("connectors");
                break;
            case Field.ConversationId when !isNull:
                request.UnboundedParts++; // what was said before is input, too
                break;
        }
        MessageWalker.Any(ref reader, request, body[name.Start..name.End]);
        return null;
    }
}
