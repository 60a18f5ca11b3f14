using System.Text.Json;

namespace IronCage.Lang.Gemini;

/// <summary>Reads the generation config: limits, choices, thinking, the form of the answer.</summary>
internal static class GenerationConfigReader
{
    /// <summary>Reads the object at the reader. What is wrong with it, or null.</summary>
    public static string? Read(ref Utf8JsonReader reader, GenerateContentRequest request)
    {
        var start = (int)reader.TokenStartIndex;
        var isEmpty = true;
        string? wrong = null;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            isEmpty = false;
            var isLimit = PartWalker.Is(ref reader, "maxOutputTokens"u8, "max_output_tokens"u8);
            var isChoices = PartWalker.Is(ref reader, "candidateCount"u8, "candidate_count"u8);
            var isThinking = PartWalker.Is(ref reader, "thinkingConfig"u8, "thinking_config"u8);
            var isModalities = PartWalker.Is(ref reader, "responseModalities"u8, "response_modalities"u8);
            var isSchema = PartWalker.Is(ref reader, "responseSchema"u8, "response_schema"u8) || PartWalker.Is(ref reader, "responseJsonSchema"u8, "response_json_schema"u8)
                || PartWalker.Is(ref reader, "_responseJsonSchema"u8, "_response_json_schema"u8);
            var name = reader.ValueSpan;
            request.AddTellingName(ref reader);
            reader.Read();
            if (isLimit)
            {
                if (RequestValue.Limit(ref reader, request, "maxOutputTokens") is { } accepted)
                    wrong ??= $"an object whose maxOutputTokens is {accepted}";
                continue;
            }
            if (isChoices && reader.TokenType != JsonTokenType.Null)
            {
                if (reader.TokenType == JsonTokenType.Number && reader.TryGetInt32(out var choices) && choices is >= 1 and <= 128)
                    request.Choices = Math.Max(request.Choices, choices);
                else
                    wrong ??= "an object whose candidateCount is an integer from 1 to 128";
            }
            if (isThinking)
                Thinking(reader, request);
            if (isModalities)
                Modalities(reader, request);
            if (isSchema && reader.TokenType != JsonTokenType.Null)
                PartWalker.Definition(ref reader, request);
            else
                PartWalker.Any(ref reader, request, name);
        }
        request.Limit.SetObject(start, isEmpty);
        return wrong;
    }

    /// <summary>By value: the caller's reader stays.</summary>
    private static void Thinking(Utf8JsonReader reader, GenerateContentRequest request)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
            return;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isBudget = PartWalker.Is(ref reader, "thinkingBudget"u8, "thinking_budget"u8);
            var isLevel = PartWalker.Is(ref reader, "thinkingLevel"u8, "thinking_level"u8);
            reader.Read();
            if (isBudget && Number(ref reader) is { } budget)
            {
                request.Reasoning = budget != 0;
                request.ThinkingTokens = Math.Clamp(budget, 0, int.MaxValue);
            }
            else if (isLevel && reader.TokenType == JsonTokenType.String)
            {
                request.Reasoning = true;
            }
            reader.Skip();
        }
    }

    /// <summary>By value: the caller's reader stays.</summary>
    private static void Modalities(Utf8JsonReader reader, GenerateContentRequest request)
    {
        if (reader.TokenType != JsonTokenType.StartArray)
            return;
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            // Enumerations are names, or their numbers: 1 is text, 2 images, 3 audio.
            var number = reader.TokenType == JsonTokenType.Number && reader.TryGetInt32(out var n) ? n : 0;
            if (ReaderText.Is(ref reader, "AUDIO"u8) || number == 3)
                request.AsksForAudio = true;
            else if (!ReaderText.Is(ref reader, "TEXT"u8) && number != 1)
                request.UnpricedFeature ??= "images in the answer";
        }
    }

    /// <summary>A whole number, or one as a text, which this API takes for the same.</summary>
    private static long? Number(ref Utf8JsonReader reader) => reader.TokenType switch
    {
        JsonTokenType.Number when reader.TryGetInt64(out var number) => number,
        JsonTokenType.String when long.TryParse(ReaderText.Read(ref reader), System.Globalization.CultureInfo.InvariantCulture, out var number) => number,
        _ => null,
    };
}
