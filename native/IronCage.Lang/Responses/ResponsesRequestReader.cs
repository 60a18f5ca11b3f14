using System.Text.Json;
using Fields = IronCage.Lang.RequestFields<IronCage.Lang.Responses.ResponsesRequestReader.Field>;

namespace IronCage.Lang.Responses;

/// <summary>Reads a request to the responses API in one pass over its bytes. What cannot be read with certainty is an error, never a guess.</summary>
public static class ResponsesRequestReader
{
    internal enum Field
    {
        Other,
        Model,
        Stream,
        Input,
        Instructions,
        MaxOutputTokens,
        Tools,
        Text,
        Reasoning,
        Prompt,
        PreviousResponseId,
        Conversation,
        Background,
        ServiceTier,
        ContextManagement,
    }

    /// <summary>Reads the body. On failure <paramref name="problem"/> is one line without content of the body.</summary>
    public static bool TryRead(ReadOnlySpan<byte> body, out ResponsesRequest request, out string problem)
    {
        request = new ResponsesRequest();
        return Fields.TryRead(body, request, ReadField, out problem);
    }

    private static string? ReadField(ref Utf8JsonReader reader, ReadOnlySpan<byte> body, ResponsesRequest request, Field field, ReadOnlySpan<byte> name)
    {
        var isNull = reader.TokenType == JsonTokenType.Null;
        switch (field)
        {
            case Field.Model when reader.ValueSpan.Length <= BodyString.MaxModelName && ReaderText.Read(ref reader) is { } model:
                request.Model = model;
                return null;
            case Field.Model:
                return $"a string of at most {BodyString.MaxModelName} bytes";
            case Field.Stream:
                request.Stream = reader.TokenType == JsonTokenType.True;
                return isNull || reader.TokenType is JsonTokenType.True or JsonTokenType.False ? null : "a boolean";
            case Field.MaxOutputTokens:
                return ReadLimit(ref reader, request) ? null : "an integer from 0 to 2147483647";
            case Field.Input:
                ItemWalker.Input(ref reader, request);
                return null;
            case Field.Instructions when !isNull:
                request.Messages++;
                ItemWalker.Input(ref reader, request);
                return null;
            case Field.Tools or Field.Text when !isNull:
                ReadDefinitions(ref reader, request, field);
                return null;
            case Field.Reasoning when !isNull:
                ReadReasoning(reader, request);
                break;
            case Field.Background:
                if (reader.TokenType == JsonTokenType.True)
                    request.UnpricedFeature ??= "background: the answer comes later, and with it what it costs";
                return isNull || reader.TokenType is JsonTokenType.True or JsonTokenType.False ? null : "a boolean";
            case Field.ServiceTier when reader.TokenType == JsonTokenType.String && (ReaderText.Is(ref reader, "priority"u8) || ReaderText.Is(ref reader, "scale"u8)):
                request.UnpricedFeature ??= "service_tier above the default";
                break;
            case Field.PreviousResponseId or Field.Conversation when !isNull:
                request.UnboundedParts++; // what was said before is input, too
                break;
            case Field.Prompt when !isNull:
                request.UnboundedParts++;
                request.UnboundedFeature ??= "a stored prompt, which may have tools that the provider runs";
                break;
            case Field.ContextManagement when !IsEmpty(reader):
                request.UnboundedFeature ??= "context_management";
                break;
        }
        ItemWalker.Any(ref reader, request, name);
        return null;
    }

    private static bool ReadLimit(ref Utf8JsonReader reader, ResponsesRequest request)
    {
        var place = (int)reader.TokenStartIndex..(int)reader.BytesConsumed;
        if (reader.TokenType == JsonTokenType.Null)
        {
            request.NullLimits.Add(("max_output_tokens", place));
            return true;
        }
        if (reader.TokenType != JsonTokenType.Number || !reader.TryGetInt64(out var limit) || limit is < 0 or > int.MaxValue)
            return false;
        request.OutputLimitValues.Add(place);
        request.OutputLimit = limit;
        return true;
    }

    /// <summary>The definitions count as a whole, structure included; their texts must not count twice.</summary>
    private static void ReadDefinitions(ref Utf8JsonReader reader, ResponsesRequest request, Field field)
    {
        var start = (int)reader.TokenStartIndex;
        var textsBefore = request.TextBytes;
        if (field == Field.Tools && reader.TokenType == JsonTokenType.StartArray)
        {
            while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
                ToolReader.Read(ref reader, request);
        }
        else
        {
            ItemWalker.Any(ref reader, request, default);
        }
        request.ToolsBytes += reader.BytesConsumed - start;
        request.TextBytes = textsBefore;
        request.Definitions.Add(start..(int)reader.BytesConsumed);
    }

    /// <summary>By value: the caller's reader stays.</summary>
    private static void ReadReasoning(Utf8JsonReader reader, ResponsesRequest request)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
            return;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isEffort = ReaderText.Is(ref reader, "effort"u8);
            reader.Read();
            if (isEffort && reader.TokenType == JsonTokenType.String)
                request.Reasoning = !ReaderText.Is(ref reader, "none"u8);
            reader.Skip();
        }
    }

    /// <summary>Null, or an array or object with nothing in it. By value: the caller's reader stays.</summary>
    private static bool IsEmpty(Utf8JsonReader reader) =>
        reader.TokenType == JsonTokenType.Null
        || (reader.TokenType is JsonTokenType.StartArray or JsonTokenType.StartObject && reader.Read() && reader.TokenType is JsonTokenType.EndArray or JsonTokenType.EndObject);
}
