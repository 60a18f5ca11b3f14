using System.Text.Json;
using Fields = IronCage.Lang.RequestFields<IronCage.Lang.Gemini.GenerateContentRequestReader.Field>;

namespace IronCage.Lang.Gemini;

/// <summary>
/// Reads a request to generate or embed content, or to count its tokens, in one pass over its bytes. What cannot be read with certainty is an error, never a guess. Names in
/// camel case and with underscores are the same to this API.
/// </summary>
public static class GenerateContentRequestReader
{
    internal enum Field
    {
        Other,
        Model,
        Contents,
        Content,
        Requests,
        SystemInstruction,
        Tools,
        GenerationConfig,
        CachedContent,
        ToolConfig,
        ServiceTier,
        GenerateContentRequest,
    }

    /// <summary>Reads the body. On failure <paramref name="problem"/> is one line without content of the body.</summary>
    /// <param name="body">The body.</param>
    /// <param name="model">The model, which the path names.</param>
    /// <param name="request">What it says.</param>
    /// <param name="problem">Why it cannot be read.</param>
    public static bool TryRead(ReadOnlySpan<byte> body, string? model, out GenerateContentRequest request, out string problem)
    {
        request = new GenerateContentRequest { Model = model ?? "" };
        return Fields.TryRead(body, request, ReadField, out problem, isCamel: true);
    }

    private static string? ReadField(ref Utf8JsonReader reader, ReadOnlySpan<byte> body, GenerateContentRequest request, Field field, TextSpan name)
    {
        var isNull = reader.TokenType == JsonTokenType.Null;
        switch (field)
        {
            case Field.Contents when !isNull:
                return ReadContents(ref reader, request) ? null : "an array or an object";
            case Field.Content or Field.SystemInstruction when !isNull:
                request.Messages++;
                PartWalker.Content(ref reader, request);
                return null;
            case Field.Requests or Field.GenerateContentRequest when !isNull:
                PartWalker.Nested(ref reader, request);
                return null;
            case Field.Tools when !isNull:
                ReadTools(ref reader, request);
                return null;
            case Field.GenerationConfig when !isNull:
                return reader.TokenType == JsonTokenType.StartObject ? GenerationConfigReader.Read(ref reader, request) : "an object";
            case Field.GenerationConfig:
                request.Limit.SetNull((int)reader.TokenStartIndex..(int)reader.BytesConsumed);
                return null;
            case Field.ToolConfig when StreamsArguments(reader):
                return "a config without streamFunctionCallArguments: arguments that come in parts cannot be screened";
            case Field.ServiceTier when !isNull && !(reader.TokenType == JsonTokenType.String && (ReaderText.Is(ref reader, "standard"u8) || ReaderText.Is(ref reader, "flex"u8)
                || ReaderText.Is(ref reader, "STANDARD"u8) || ReaderText.Is(ref reader, "FLEX"u8))):
                request.UnpricedFeature ??= "this service tier";
                break;
            case Field.CachedContent when !isNull:
                request.UnboundedParts++; // what was cached is input, too
                break;
        }
        PartWalker.Any(ref reader, request, body[name.Start..name.End]);
        return null;
    }

    private static bool ReadContents(ref Utf8JsonReader reader, GenerateContentRequest request)
    {
        if (reader.TokenType == JsonTokenType.StartObject)
        {
            request.Messages++;
            PartWalker.Content(ref reader, request);
            return true;
        }
        if (reader.TokenType != JsonTokenType.StartArray)
            return false;
        var others = request.Messages; // the system's
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            request.Messages++;
            PartWalker.Content(ref reader, request);
        }
        request.EndMessages((int)reader.TokenStartIndex, isEmpty: request.Messages == others);
        return true;
    }

    /// <summary>By value: the caller's reader stays.</summary>
    private static bool StreamsArguments(Utf8JsonReader reader)
    {
        var end = reader.CurrentDepth;
        while (reader.TokenType is JsonTokenType.StartObject or JsonTokenType.StartArray || reader.CurrentDepth > end)
        {
            if (!reader.Read() || reader.CurrentDepth <= end)
                return false;
            if (reader.TokenType != JsonTokenType.PropertyName || !PartWalker.Is(ref reader, "streamFunctionCallArguments"u8, "stream_function_call_arguments"u8))
                continue;
            reader.Read();
            if (reader.TokenType is not (JsonTokenType.False or JsonTokenType.Null))
                return true;
        }
        return false;
    }

    /// <summary>Functions are the caller's, and count as a whole; all other tools run at the provider, at prices per use and in rounds that nobody can count.</summary>
    private static void ReadTools(ref Utf8JsonReader reader, GenerateContentRequest request)
    {
        var start = (int)reader.TokenStartIndex;
        var textsBefore = request.TextBytes;
        Judge(reader, request);
        PartWalker.Any(ref reader, request, default);
        request.CountWhole(start..(int)reader.BytesConsumed, textsBefore);
    }

    /// <summary>By value: the caller's reader stays.</summary>
    private static void Judge(Utf8JsonReader reader, GenerateContentRequest request)
    {
        var depth = reader.TokenType == JsonTokenType.StartArray ? reader.CurrentDepth + 1 : reader.CurrentDepth;
        var end = reader.CurrentDepth;
        while (reader.Read() && reader.CurrentDepth > end)
        {
            if (reader.TokenType != JsonTokenType.PropertyName || reader.CurrentDepth != depth + 1)
                continue;
            if (PartWalker.Is(ref reader, "functionDeclarations"u8, "function_declarations"u8))
            {
                reader.Read();
                CountFunctions(reader, request);
                reader.Skip();
                continue;
            }
            var isSearch = PartWalker.Is(ref reader, "googleSearch"u8, "google_search"u8) || PartWalker.Is(ref reader, "googleSearchRetrieval"u8, "google_search_retrieval"u8);
            var isCode = PartWalker.Is(ref reader, "codeExecution"u8, "code_execution"u8);
            var isContext = PartWalker.Is(ref reader, "urlContext"u8, "url_context"u8);
            var isComputer = PartWalker.Is(ref reader, "computerUse"u8, "computer_use"u8);
            var name = ReaderText.Name(ref reader);
            reader.Read();
            var isNull = reader.TokenType == JsonTokenType.Null;
            reader.Skip();
            if (isNull)
                continue;
            request.Tools++;
            if (isComputer)
            {
                request.HiddenTokens += TokensOfBuiltIn;
                continue;
            }
            request.HostedTools.Add(isSearch ? "google_search" : isCode ? AnswerPart.CodeTool : isContext ? "url_context" : name);
            request.UnpricedFeature ??= isSearch ? "the provider's tool google_search" : isCode ? "the provider's tool code_execution" : isContext ? "the provider's tool url_context"
                : "a tool of a kind that is not known here";
            request.UnboundedFeature ??= "tools that the provider runs";
        }
    }

    /// <summary>What a tool of Google's own schema adds unseen: not published; a bound with room.</summary>
    private const long TokensOfBuiltIn = 2048;

    private static void CountFunctions(Utf8JsonReader reader, GenerateContentRequest request)
    {
        if (reader.TokenType != JsonTokenType.StartArray)
            return;
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            request.Tools++;
            reader.Skip();
        }
    }
}
