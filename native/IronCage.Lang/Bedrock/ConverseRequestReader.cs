using System.Text.Json;
using IronCage.Lang.Anthropic;
using Fields = IronCage.Lang.RequestFields<IronCage.Lang.Bedrock.ConverseRequestReader.Field>;

namespace IronCage.Lang.Bedrock;

/// <summary>Reads a request to converse in one pass over its bytes. What cannot be read with certainty is an error, never a guess.</summary>
public static class ConverseRequestReader
{
    internal enum Field
    {
        Other,
        Messages,
        System,
        InferenceConfig,
        ToolConfig,
        GuardrailConfig,
        AdditionalModelRequestFields,
        PerformanceConfig,
        ServiceTier,
        OutputConfig,
        RequestMetadata,
        SchemaVersion,
    }

    /// <summary>Reads the body. On failure <paramref name="problem"/> is one line without content of the body.</summary>
    /// <param name="body">The body.</param>
    /// <param name="model">The model, which the path names.</param>
    /// <param name="request">What it says.</param>
    /// <param name="problem">Why it cannot be read.</param>
    public static bool TryRead(ReadOnlySpan<byte> body, string? model, out ConverseRequest request, out string problem)
    {
        request = new ConverseRequest { Model = model ?? "" };
        return TryRead(body, request, out problem);
    }

    /// <summary>Reads a body that goes to one of Amazon's Nova models by invoke.</summary>
    internal static bool TryReadNova(ReadOnlySpan<byte> body, string? model, out ConverseRequest request, out string problem)
    {
        request = new ConverseRequest { Model = model ?? "", IsNova = true };
        return TryRead(body, request, out problem);
    }

    private static bool TryRead(ReadOnlySpan<byte> body, ConverseRequest request, out string problem)
    {
        if (!Fields.TryRead(body, request, ReadField, out problem, isCamel: true, isSnake: false))
            return false;
        if (request.Reasoning is null && MessagesRequestReader.ThinksOnlyWhenAsked(request.Model))
            request.Reasoning = false;
        return true;
    }

    internal static string? ReadField(ref Utf8JsonReader reader, ReadOnlySpan<byte> body, ConverseRequest request, Field field, TextSpan name)
    {
        var isNull = reader.TokenType == JsonTokenType.Null;
        switch (field)
        {
            case Field.Messages when !isNull:
                request.HasMessages = true;
                return ReadMessages(ref reader, request) ? null : "an array";
            case Field.System when !isNull:
                request.Messages++;
                ContentWalker.Content(ref reader, request);
                return null;
            case Field.InferenceConfig when !isNull:
                return reader.TokenType == JsonTokenType.StartObject ? ReadConfig(ref reader, request) : "an object";
            case Field.InferenceConfig:
                request.Limit.SetNull((int)reader.TokenStartIndex..(int)reader.BytesConsumed);
                return null;
            case Field.ToolConfig when !isNull:
                ToolConfigReader.Read(ref reader, request);
                return null;
            case Field.AdditionalModelRequestFields when reader.TokenType == JsonTokenType.StartObject:
                return AdditionalFieldsReader.Read(ref reader, request);
            case Field.OutputConfig when !isNull:
                BlockWalker.Input(ref reader, request);
                request.HiddenTokens += MessagesRequestReader.TokensOfSchemaPrompt;
                return null;
            case Field.SchemaVersion:
                request.HasNovaSchema = reader.TokenType == JsonTokenType.String && ReaderText.Is(ref reader, "messages-v1"u8);
                break;
            case Field.GuardrailConfig when !RequestValue.IsEmpty(reader):
                request.UnpricedFeature ??= "guardrails";
                break;
            case Field.PerformanceConfig when !RequestValue.IsEmpty(reader) && Member(reader, "latency"u8) != "standard":
                request.UnpricedFeature ??= "this performanceConfig";
                break;
            case Field.ServiceTier when !RequestValue.IsEmpty(reader) && Member(reader, "type"u8) is not ("default" or "flex"):
                request.UnpricedFeature ??= "this serviceTier";
                break;
        }
        BlockWalker.Any(ref reader, request, body[name.Start..name.End], isData: true);
        return null;
    }

    private static bool ReadMessages(ref Utf8JsonReader reader, ConverseRequest request)
    {
        if (reader.TokenType != JsonTokenType.StartArray)
            return false;
        var others = request.Messages; // the system's
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            request.Messages++;
            ContentWalker.Message(ref reader, request);
        }
        request.EndMessages((int)reader.TokenStartIndex, isEmpty: request.Messages == others);
        return true;
    }

    private static string? ReadConfig(ref Utf8JsonReader reader, ConverseRequest request)
    {
        var start = (int)reader.TokenStartIndex;
        var isEmpty = true;
        string? wrong = null;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            isEmpty = false;
            // Of Nova's two names for it both are read; which one counts is the service's choice.
            var isLimit = ReaderText.Is(ref reader, "maxTokens"u8) || (request.IsNova && ReaderText.Is(ref reader, "max_new_tokens"u8));
            var isReasoning = request.IsNova && ReaderText.Is(ref reader, "reasoningConfig"u8);
            request.AddTellingName(ref reader);
            reader.Read();
            if (isReasoning && reader.TokenType != JsonTokenType.Null)
            {
                if (!MessagesRequestReader.ReadThinking(ref reader, request))
                    wrong ??= "an object whose reasoningConfig is an object";
            }
            else if (!isLimit)
                BlockWalker.Any(ref reader, request, default, isData: true);
            else if (RequestValue.Limit(ref reader, request, "maxTokens") is { } accepted)
                wrong ??= $"an object whose maxTokens is {accepted}";
        }
        request.Limit.SetObject(start, isEmpty);
        return wrong;
    }

    /// <summary>A member of the object at the reader, if it is a string; null too where it is told twice. By value: the caller's reader stays.</summary>
    private static string? Member(Utf8JsonReader reader, ReadOnlySpan<byte> name)
    {
        string? value = null;
        if (reader.TokenType != JsonTokenType.StartObject)
            return null;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isIt = ReaderText.Is(ref reader, name);
            reader.Read();
            if (isIt && value is not null)
                return null;
            if (isIt)
                value = ReaderText.Read(ref reader) ?? "";
            reader.Skip();
        }
        return value;
    }
}
