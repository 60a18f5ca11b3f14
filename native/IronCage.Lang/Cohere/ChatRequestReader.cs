using System.Text.Json;
using Fields = IronCage.Lang.RequestFields<IronCage.Lang.Cohere.ChatRequestReader.Field>;

namespace IronCage.Lang.Cohere;

/// <summary>Reads a request to chat (second API) in one pass over its bytes. What cannot be read with certainty is an error, never a guess.</summary>
public static class ChatRequestReader
{
    internal enum Field
    {
        Other,
        Model,
        Messages,
        Stream,
        MaxTokens,
        Tools,
        Documents,
        ResponseFormat,
        Thinking,
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
            case Field.Messages when !isNull:
                return ReadMessages(ref reader, request) ? null : "an array";
            case Field.Tools or Field.Documents or Field.ResponseFormat when !isNull:
                ReadWhole(ref reader, request, areTools: field == Field.Tools);
                return null;
            case Field.Thinking:
                Thinking(reader, request);
                break;
        }
        MessageWalker.Any(ref reader, request, body[name.Start..name.End]);
        return null;
    }

    private static bool ReadMessages(ref Utf8JsonReader reader, LlmRequest request)
    {
        if (reader.TokenType != JsonTokenType.StartArray)
            return false;
        var others = request.Messages;
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            request.Messages++;
            MessageWalker.Any(ref reader, request, default);
        }
        request.EndMessages((int)reader.TokenStartIndex, isEmpty: request.Messages == others);
        return true;
    }

    /// <summary>What the model reads with its structure: each element has a frame of its own.</summary>
    internal static void ReadWhole(ref Utf8JsonReader reader, LlmRequest request, bool areTools)
    {
        var start = (int)reader.TokenStartIndex;
        var textsBefore = request.TextBytes;
        if (reader.TokenType == JsonTokenType.StartArray)
        {
            while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
            {
                if (areTools)
                    request.Tools++;
                else
                    request.Messages++;
                if (areTools)
                    OpenAi.VendorFields.JudgeTool(reader, request);
                MessageWalker.Any(ref reader, request, default);
            }
        }
        else
        {
            MessageWalker.Any(ref reader, request, default);
        }
        request.CountWhole(start..(int)reader.BytesConsumed, textsBefore);
    }

    /// <summary>By value: the caller's reader stays.</summary>
    private static void Thinking(Utf8JsonReader reader, LlmRequest request)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
            return;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isBudget = ReaderText.Is(ref reader, "token_budget"u8);
            reader.Read();
            if (isBudget && reader.TokenType == JsonTokenType.Number && reader.TryGetInt64(out var budget))
                request.ThinkingTokens = Math.Clamp(budget, 0, int.MaxValue);
            reader.Skip();
        }
    }
}
