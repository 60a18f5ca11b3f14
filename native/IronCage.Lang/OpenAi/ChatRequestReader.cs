using System.Text.Json;

namespace IronCage.Lang.OpenAi;

/// <summary>Reads a chat-completions request in one pass over its bytes. What cannot be read with certainty is an error, never a guess.</summary>
public static class ChatRequestReader
{
    private static readonly JsonReaderOptions Options = new() { MaxDepth = BodyString.MaxDepth };

    /// <summary>Reads the body. On failure <paramref name="problem"/> is one line without content of the body.</summary>
    public static bool TryRead(ReadOnlySpan<byte> body, out ChatRequest request, out string problem)
    {
        request = new ChatRequest();
        problem = "";
        try
        {
            var reader = new Utf8JsonReader(body, Options);
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            {
                problem = "the body is not a JSON object";
                return false;
            }
            request.BodyStart = (int)reader.TokenStartIndex + 1;
            var seen = Seen.None;
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                if (!ReadProperty(ref reader, body, request, ref seen, out problem))
                    return false;
            }
            if (reader.Read()) // what follows the object would be an error that Read reports
                problem = "the body has something after its JSON object";
        }
        catch (JsonException)
        {
            problem = "the body is not valid JSON, or is nested deeper than 256 levels";
            return false;
        }
        if (problem.Length == 0 && request.Model.Length == 0)
            problem = "the body names no model";
        return problem.Length == 0;
    }

    [Flags]
    private enum Seen
    {
        None = 0, Model = 1, Stream = 2, Choices = 4, MaxTokens = 8, MaxCompletionTokens = 16, StreamOptions = 32, Messages = 64, ServiceTier = 128,
    }

    private static bool ReadProperty(ref Utf8JsonReader reader, ReadOnlySpan<byte> body, ChatRequest request, ref Seen seen, out string problem)
    {
        problem = "";
        var name = NameOf(ref reader);
        var which = Seen.None;
        if (ReaderText.Is(ref reader, "model"u8)) which = Seen.Model;
        else if (ReaderText.Is(ref reader, "stream"u8)) which = Seen.Stream;
        else if (ReaderText.Is(ref reader, "n"u8)) which = Seen.Choices;
        else if (ReaderText.Is(ref reader, "max_tokens"u8)) which = Seen.MaxTokens;
        else if (ReaderText.Is(ref reader, "max_completion_tokens"u8)) which = Seen.MaxCompletionTokens;
        else if (ReaderText.Is(ref reader, "stream_options"u8)) which = Seen.StreamOptions;
        else if (ReaderText.Is(ref reader, "messages"u8)) which = Seen.Messages;
        else if (ReaderText.Is(ref reader, "service_tier"u8)) which = Seen.ServiceTier;
        if ((seen & which) != 0)
        {
            // Parsers disagree on which of two equal keys counts: nobody can say what this request would cost.
            problem = $"the body has the key \"{name}\" twice";
            return false;
        }
        seen |= which;
        reader.Read();
        switch (which)
        {
            case Seen.Model when reader.ValueSpan.Length <= BodyString.MaxModelName && ReaderText.Read(ref reader) is { } model:
                request.Model = model;
                // These models search the web on every call, at a charge per call that the catalogue does not have.
                if (model.Contains("-search-", StringComparison.Ordinal))
                    request.UnpricedFeature ??= "built-in web search";
                return true;
            case Seen.Model:
                problem = $"\"model\" is not a string of at most {BodyString.MaxModelName} bytes";
                return false;
            case Seen.Stream:
                request.Stream = reader.TokenType == JsonTokenType.True;
                return reader.TokenType is JsonTokenType.True or JsonTokenType.False or JsonTokenType.Null || Wrong(name, "a boolean", out problem);
            case Seen.Choices:
                return ReadChoices(ref reader, request) || Wrong(name, "an integer from 1 to 128", out problem);
            case Seen.MaxTokens or Seen.MaxCompletionTokens:
                return ReadLimit(ref reader, request, name) || Wrong(name, "an integer from 0 to 2147483647", out problem);
            case Seen.StreamOptions:
                ReadStreamOptions(ref reader, request);
                return true;
            case Seen.ServiceTier:
                if (reader.TokenType == JsonTokenType.String && (ReaderText.Is(ref reader, "priority"u8) || ReaderText.Is(ref reader, "scale"u8)))
                    request.UnpricedFeature = "service_tier above the default";
                reader.Skip();
                return true;
            case Seen.Messages:
                return ReadMessages(ref reader, body, request, out problem);
        }
        ReadOther(ref reader, body, request, name);
        return true;
    }

    private static bool Wrong(string name, string accepted, out string problem)
    {
        problem = $"\"{name}\" is not {accepted}";
        return false;
    }

    private static string NameOf(ref Utf8JsonReader reader)
    {
        foreach (var known in KnownNames)
        {
            if (ReaderText.Is(ref reader, known.Utf8))
                return known.Name;
        }
        return "";
    }

    private static readonly (byte[] Utf8, string Name)[] KnownNames =
        [.. new[] { "model", "stream", "n", "max_tokens", "max_completion_tokens", "stream_options", "messages", "service_tier",
            "tools", "functions", "response_format", "prediction", "audio", "web_search_options" }
            .Select(n => (System.Text.Encoding.UTF8.GetBytes(n), n))];

    internal static bool ReadChoices(ref Utf8JsonReader reader, ChatRequest request)
    {
        if (reader.TokenType == JsonTokenType.Null)
            return true;
        if (reader.TokenType != JsonTokenType.Number || !reader.TryGetInt32(out var n) || n is < 1 or > 128)
            return false;
        request.Choices = n;
        return true;
    }

    internal static bool ReadLimit(ref Utf8JsonReader reader, ChatRequest request, string field)
    {
        var place = (int)reader.TokenStartIndex..(int)reader.BytesConsumed;
        if (reader.TokenType == JsonTokenType.Null)
        {
            request.NullLimits.Add((field, place));
            return true;
        }
        if (reader.TokenType != JsonTokenType.Number || !reader.TryGetInt64(out var limit) || limit is < 0 or > int.MaxValue)
            return false;
        request.OutputLimitValues.Add(place);
        request.OutputLimit = request.OutputLimit is { } other ? Math.Max(other, limit) : limit; // which of two counts is the server's choice
        return true;
    }

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

    private static bool ReadMessages(ref Utf8JsonReader reader, ReadOnlySpan<byte> body, ChatRequest request, out string problem)
    {
        problem = "";
        if (reader.TokenType != JsonTokenType.StartArray)
            return Wrong("messages", "an array", out problem);
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            request.Messages++;
            TextWalker.Collect(ref reader, body, request, default);
        }
        return true;
    }

    private static void ReadOther(ref Utf8JsonReader reader, ReadOnlySpan<byte> body, ChatRequest request, string name)
    {
        var start = (int)reader.TokenStartIndex;
        var textsBefore = request.TextBytes;
        var present = reader.TokenType != JsonTokenType.Null;
        if (present && name is "tools" or "functions" && reader.TokenType == JsonTokenType.StartArray)
        {
            while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
            {
                request.Tools++;
                TextWalker.Collect(ref reader, body, request, default);
            }
        }
        else
        {
            TextWalker.Collect(ref reader, body, request, default);
        }
        var end = (int)reader.BytesConsumed;
        switch (name)
        {
            case "tools" or "functions" or "response_format" when present:
                // The definitions count as a whole, structure included; their texts must not count twice.
                request.ToolsBytes += end - start;
                request.TextBytes = textsBefore;
                request.Definitions.Add(start..end);
                break;
            case "prediction" when present:
                request.PredictionBytes += end - start;
                break;
            case "audio" when present:
                request.AsksForAudio = true;
                break;
            case "web_search_options" when present:
                request.UnpricedFeature = "web_search_options";
                break;
        }
    }
}
