using System.Text.Json;
using Fields = IronCage.Lang.RequestFields<IronCage.Lang.Anthropic.MessagesRequestReader.Field>;

namespace IronCage.Lang.Anthropic;

/// <summary>Reads a messages request in one pass over its bytes. What cannot be read with certainty is an error, never a guess.</summary>
public static class MessagesRequestReader
{
    /// <summary>The provider's own prompt for answers by a schema: not published as a figure; a bound with room.</summary>
    internal const long TokensOfSchemaPrompt = 1024;

    internal enum Field
    {
        Other,
        Model,
        Stream,
        MaxTokens,
        Messages,
        System,
        Tools,
        Thinking,
        CacheControl,
        OutputConfig,
        OutputFormat,
        ServiceTier,
        Speed,
        InferenceGeo,
        Fallbacks,
        ContextManagement,
        Container,
        McpServers,
        AnthropicVersion,
    }

    /// <summary>Reads the body. On failure <paramref name="problem"/> is one line without content of the body.</summary>
    /// <param name="body">The body.</param>
    /// <param name="request">What it says.</param>
    /// <param name="problem">Why it cannot be read.</param>
    /// <param name="model">The model, where the path names it; one in the body then counts for nothing.</param>
    public static bool TryRead(ReadOnlySpan<byte> body, out MessagesRequest request, out string problem, string? model = null)
    {
        request = new MessagesRequest { Model = model ?? "" };
        if (!Fields.TryRead(body, request, ReadField, out problem))
            return false;
        if (request.Reasoning is null && ThinksOnlyWhenAsked(request.Model))
            request.Reasoning = false;
        return true;
    }

    /// <summary>The generations 3 and 4 think only in requests that say so. Later ones may by themselves.</summary>
    /// <param name="model">The model's name, at Bedrock with vendor and region before it.</param>
    internal static bool ThinksOnlyWhenAsked(string model)
    {
        var vendor = model.LastIndexOf("anthropic.", StringComparison.Ordinal);
        if (vendor >= 0)
            model = model[(vendor + "anthropic.".Length)..];
        return model.StartsWith("claude-3", StringComparison.Ordinal) || model.StartsWith("claude-4", StringComparison.Ordinal) || model.StartsWith("claude-opus-4", StringComparison.Ordinal)
        || model.StartsWith("claude-sonnet-4", StringComparison.Ordinal) || model.StartsWith("claude-haiku-4", StringComparison.Ordinal);
    }

    private static string? ReadField(ref Utf8JsonReader reader, ReadOnlySpan<byte> body, MessagesRequest request, Field field, TextSpan name)
    {
        var isNull = reader.TokenType == JsonTokenType.Null;
        switch (field)
        {
            case Field.Model when request.Model.Length == 0:
                return RequestValue.Model(ref reader, request);
            case Field.Stream:
                return RequestValue.Stream(ref reader, request);
            case Field.MaxTokens:
                return RequestValue.Limit(ref reader, request, "max_tokens");
            case Field.Messages:
                return ReadMessages(ref reader, request) ? null : "an array";
            case Field.System when !isNull:
                request.Messages++;
                BlockWalker.Content(ref reader, request, counts: true);
                return null;
            case Field.Thinking when !isNull:
                return ReadThinking(ref reader, request) ? null : "an object with a \"budget_tokens\" from 0 to 2147483647, if any";
            case Field.CacheControl when !isNull:
                BlockWalker.Cache(reader, request);
                break;
            case Field.Tools or Field.OutputConfig or Field.OutputFormat when !isNull:
                ReadDefinitions(ref reader, body, request, field);
                return null;
            case Field.ServiceTier when !isNull && !Says(ref reader, "auto"u8) && !Says(ref reader, "standard_only"u8):
                request.UnpricedFeature ??= "this service_tier";
                break;
            case Field.Speed when !isNull && !Says(ref reader, "standard"u8):
                request.UnpricedFeature ??= "this speed";
                break;
            case Field.InferenceGeo when !isNull && !Says(ref reader, "global"u8):
                request.UnpricedFeature ??= "this inference_geo";
                break;
            case Field.Fallbacks when !RequestValue.IsEmpty(reader):
                request.UnpricedFeature ??= "fallbacks to other models";
                break;
            case Field.McpServers when !RequestValue.IsEmpty(reader):
                request.UnboundedFeature ??= "mcp_servers";
                request.HostedTools.Add("mcp");
                break;
            case Field.Container when !isNull:
                request.UnboundedFeature ??= "a container";
                break;
            case Field.AnthropicVersion when reader.TokenType == JsonTokenType.String && reader.ValueSpan.Length > 0:
                request.HasVersion = true;
                break;
            case Field.ContextManagement when !isNull && !OnlyClears(reader):
                request.UnboundedFeature ??= "context_management that does more than clear";
                break;
        }
        BlockWalker.Any(ref reader, request, body[name.Start..name.End], isData: field == Field.Other);
        return null;
    }

    private static bool Says(ref Utf8JsonReader reader, ReadOnlySpan<byte> value) => reader.TokenType == JsonTokenType.String && ReaderText.Is(ref reader, value);

    /// <summary>Whether every edit of the context only takes something away: others (compaction) ask the model once more. By value: the caller's reader stays.</summary>
    private static bool OnlyClears(Utf8JsonReader reader)
    {
        var depth = reader.CurrentDepth;
        while (reader.Read() && reader.CurrentDepth > depth)
        {
            if (reader.TokenType != JsonTokenType.PropertyName || !ReaderText.Is(ref reader, "type"u8))
                continue;
            reader.Read();
            // In "trigger" and "keep" stand units, which are types, too.
            if (reader.TokenType == JsonTokenType.String && !reader.ValueSpan.StartsWith("clear_"u8) && !Says(ref reader, "input_tokens"u8) && !Says(ref reader, "tool_uses"u8)
                && !Says(ref reader, "thinking_turns"u8) && !Says(ref reader, "all"u8))
                return false;
        }
        return true;
    }

    private static bool ReadMessages(ref Utf8JsonReader reader, MessagesRequest request)
    {
        if (reader.TokenType != JsonTokenType.StartArray)
            return false;
        var others = request.Messages; // the system's
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            request.Messages++;
            BlockWalker.Message(ref reader, request);
        }
        request.EndMessages((int)reader.TokenStartIndex, isEmpty: request.Messages == others);
        return true;
    }

    internal static bool ReadThinking(ref Utf8JsonReader reader, LlmRequest request)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
            return false;
        request.Reasoning = false;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = reader.ValueSpan;
            var isBudget = ReaderText.Is(ref reader, "budget_tokens"u8);
            var isType = ReaderText.Is(ref reader, "type"u8);
            reader.Read();
            if (isBudget && reader.TokenType != JsonTokenType.Null)
            {
                if (reader.TokenType != JsonTokenType.Number || !reader.TryGetInt64(out var budget) || budget is < 0 or > int.MaxValue)
                    return false;
                request.ThinkingTokens = Math.Max(request.ThinkingTokens, budget);
            }
            if (isType && !Says(ref reader, "disabled"u8))
                request.Reasoning = true;
            BlockWalker.Any(ref reader, request, name, isData: false);
        }
        if (request.Reasoning == false)
            request.ThinkingTokens = 0;
        return true;
    }

    private static void ReadDefinitions(ref Utf8JsonReader reader, ReadOnlySpan<byte> body, MessagesRequest request, Field field)
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
            BlockWalker.Any(ref reader, request, default, isData: true);
        }
        var place = start..(int)reader.BytesConsumed;
        request.CountWhole(place, textsBefore);
        if (field != Field.Tools && body[place].IndexOf("schema"u8) >= 0)
            request.HiddenTokens += TokensOfSchemaPrompt;
    }
}
