using System.Text.Json;

namespace IronCage.Lang;

/// <summary>The input of embeddings and of legacy completions: a text, texts, token numbers, or arrays of these.</summary>
internal static class TokenInput
{
    public const string Accepted = "a string, an array of strings, or arrays of token numbers from 0 to 2147483647";

    /// <summary>Reads the value at the reader, whose inputs count as <see cref="LlmRequest.Messages"/>; false when it is something else.</summary>
    public static bool Read(ref Utf8JsonReader reader, ReadOnlySpan<byte> body, LlmRequest request)
    {
        if (reader.TokenType == JsonTokenType.Null)
            return true;
        if (reader.TokenType != JsonTokenType.StartArray)
            return Text(ref reader, body, request);
        var start = (int)reader.TokenStartIndex;
        var tokens = 0;
        var others = false;
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (reader.TokenType == JsonTokenType.Number)
            {
                if (others || !IsToken(ref reader))
                    return false;
                tokens++;
                continue;
            }
            others = true;
            if (tokens > 0 || !(reader.TokenType == JsonTokenType.StartArray ? Tokens(ref reader, request) : Text(ref reader, body, request)))
            {
                return false;
            }
        }
        if (tokens > 0)
            Add(request, start..(int)reader.BytesConsumed, tokens);
        return true;
    }

    private static bool Text(ref Utf8JsonReader reader, ReadOnlySpan<byte> body, LlmRequest request)
    {
        if (reader.TokenType != JsonTokenType.String)
            return false;
        request.Messages++;
        if (reader.ValueSpan.Length > 0)
            request.AddText(ref reader);
        return true;
    }

    private static bool Tokens(ref Utf8JsonReader reader, LlmRequest request)
    {
        var start = (int)reader.TokenStartIndex;
        var tokens = 0;
        for (; reader.Read() && reader.TokenType != JsonTokenType.EndArray; tokens++)
        {
            if (!IsToken(ref reader))
                return false;
        }
        Add(request, start..(int)reader.BytesConsumed, tokens);
        return true;
    }

    private static bool IsToken(ref Utf8JsonReader reader) => reader.TokenType == JsonTokenType.Number && reader.TryGetInt32(out var token) && token >= 0;

    private static void Add(LlmRequest request, Range place, int tokens)
    {
        request.Messages++;
        request.HiddenTokens += tokens;
        request.TokenArrays.Add(place);
    }
}
