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

    private static string? ReadField(ref Utf8JsonReader reader, ReadOnlySpan<byte> body, ResponsesRequest request, Field field, TextSpan name)
    {
        var isNull = reader.TokenType == JsonTokenType.Null;
        switch (field)
        {
            case Field.Model:
                return RequestValue.Model(ref reader, request);
            case Field.Stream:
                return RequestValue.Stream(ref reader, request);
            case Field.MaxOutputTokens:
                return RequestValue.Limit(ref reader, request, "max_output_tokens");
            case Field.Input:
                var start = (int)reader.TokenStartIndex;
                ItemWalker.Input(ref reader, request);
                request.SetInput(body, start..(int)reader.BytesConsumed);
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
                request.UnscannableParts++; // nobody here has read it
                request.UnboundedFeature ??= "a stored prompt, which may have tools that the provider runs";
                request.HostedTools.Add("a stored prompt");
                break;
            case Field.ContextManagement when !RequestValue.IsEmpty(reader):
                request.UnboundedFeature ??= "context_management";
                break;
        }
        ItemWalker.Any(ref reader, request, body[name.Start..name.End]);
        return null;
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
        request.CountWhole(start..(int)reader.BytesConsumed, textsBefore);
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
}
