using System.Text.Json;
using Fields = IronCage.Lang.RequestFields<IronCage.Lang.OpenAi.ChatRequestReader.Field>;

namespace IronCage.Lang.OpenAi;

/// <summary>Reads a chat-completions request in one pass over its bytes. What cannot be read with certainty is an error, never a guess.</summary>
public static class ChatRequestReader
{
    /// <summary>The search that <c>web_search_options</c> asks for.</summary>
    internal const string WebSearch = "web_search_options";

    internal enum Field
    {
        Other,
        Model,
        Stream,
        N,
        MaxTokens,
        MaxCompletionTokens,
        StreamOptions,
        Messages,
        ServiceTier,
        Tools,
        Functions,
        ResponseFormat,
        Prediction,
        Audio,
        WebSearchOptions,
        Google,
        ExtraBody,
    }

    /// <summary>Reads the body. On failure <paramref name="problem"/> is one line without content of the body.</summary>
    /// <param name="body">The body.</param>
    /// <param name="request">What it says.</param>
    /// <param name="problem">Why it cannot be read.</param>
    /// <param name="model">The model that the URL names, for bodies that name none; null: none.</param>
    public static bool TryRead(ReadOnlySpan<byte> body, out ChatRequest request, out string problem, string? model = null)
    {
        request = new ChatRequest { Model = model ?? "" };
        var read = Fields.TryRead(body, request, ReadField, out problem);
        if (request.SearchesWeb)
            request.UnpricedFeature ??= WebSearch; // last: a host's price may cover it, but nothing else
        return read;
    }

    private static string? ReadField(ref Utf8JsonReader reader, ReadOnlySpan<byte> body, ChatRequest request, Field field, TextSpan name)
    {
        switch (field)
        {
            case Field.Model:
                var wrong = RequestValue.Model(ref reader, request);
                VendorFields.JudgeModel(request);
                return wrong;
            case Field.Stream:
                return RequestValue.Stream(ref reader, request);
            case Field.N:
                return ReadChoices(ref reader, request) ? null : "an integer from 1 to 128";
            case Field.MaxTokens:
                return RequestValue.Limit(ref reader, request, "max_tokens", name);
            case Field.MaxCompletionTokens:
                return RequestValue.Limit(ref reader, request, "max_completion_tokens", name);
            case Field.StreamOptions:
                ReadStreamOptions(ref reader, request);
                return null;
            case Field.ServiceTier:
                if (reader.TokenType == JsonTokenType.String && (ReaderText.Is(ref reader, "priority"u8) || ReaderText.Is(ref reader, "scale"u8) || ReaderText.Is(ref reader, "performance"u8)))
                    request.UnpricedFeature ??= "service_tier above the default";
                reader.Skip();
                return null;
            case Field.Messages:
                return ReadMessages(ref reader, body, request) ? null : "an array";
        }
        if (field == Field.Other)
            VendorFields.Judge(reader, body[name.Start..name.End], name.Escaped, request);
        ReadOther(ref reader, body, request, field);
        return null;
    }

    internal static bool ReadChoices(ref Utf8JsonReader reader, ChatRequest request)
    {
        if (reader.TokenType == JsonTokenType.Null)
            return true;
        if (reader.TokenType != JsonTokenType.Number || !reader.TryGetInt32(out var n) || n is < 1 or > 128)
            return false;
        request.Choices = n;
        return true;
    }

    /// <summary>What is asked of a stream: whether it carries usage, and where that stands.</summary>
    internal static void ReadStreamOptions(ref Utf8JsonReader reader, ChatRequest request)
    {
        var start = (int)reader.TokenStartIndex;
        if (reader.TokenType == JsonTokenType.StartObject)
        {
            request.StreamOptionsIsObject = true;
            request.StreamOptionsIsEmpty = true;
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                request.StreamOptionsIsEmpty = false;
                var usage = ReaderText.Is(ref reader, "include_usage"u8);
                reader.Read();
                if (usage && reader.TokenType is JsonTokenType.True or JsonTokenType.False or JsonTokenType.Null)
                {
                    request.AsksForUsage = reader.TokenType == JsonTokenType.True;
                    request.IncludeUsageValue = (int)reader.TokenStartIndex..(int)reader.BytesConsumed;
                }
                reader.Skip();
            }
        }
        else
        {
            reader.Skip();
        }
        request.StreamOptions = start..(int)reader.BytesConsumed;
    }

    private static bool ReadMessages(ref Utf8JsonReader reader, ReadOnlySpan<byte> body, ChatRequest request)
    {
        if (reader.TokenType != JsonTokenType.StartArray)
            return false;
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            request.Messages++;
            TextWalker.Collect(ref reader, body, request, default);
        }
        request.EndMessages((int)reader.TokenStartIndex, isEmpty: request.Messages == 0);
        return true;
    }

    private static void ReadOther(ref Utf8JsonReader reader, ReadOnlySpan<byte> body, ChatRequest request, Field field)
    {
        var start = (int)reader.TokenStartIndex;
        var textsBefore = request.TextBytes;
        var present = reader.TokenType != JsonTokenType.Null;
        if (present && field is Field.Tools or Field.Functions && reader.TokenType == JsonTokenType.StartArray)
        {
            while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
            {
                request.Tools++;
                VendorFields.JudgeTool(reader, request);
                TextWalker.Collect(ref reader, body, request, default);
            }
        }
        else
        {
            TextWalker.Collect(ref reader, body, request, default);
        }
        var end = (int)reader.BytesConsumed;
        switch (field)
        {
            case Field.Tools or Field.Functions or Field.ResponseFormat when present:
                request.CountWhole(start..end, textsBefore);
                break;
            case Field.Prediction when present:
                request.PredictionBytes += end - start;
                break;
            case Field.Audio when present:
                request.AsksForAudio = true;
                break;
            case Field.Google or Field.ExtraBody when body[start..end].IndexOf("cached_content"u8) >= 0:
                request.UnboundedParts++; // of Google's compatible endpoint: what was cached is input, too
                break;
            case Field.WebSearchOptions when present:
                request.SearchesWeb = true;
                request.HostedTools.Add("web_search");
                request.AsksForProSearch |= body[start..end].IndexOf("search_type"u8) >= 0;
                break;
        }
    }
}
