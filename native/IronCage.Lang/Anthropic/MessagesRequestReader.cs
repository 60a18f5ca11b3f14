using System.Text;
using System.Text.Json;

namespace IronCage.Lang.Anthropic;

/// <summary>Reads a messages request in one pass over its bytes. What cannot be read with certainty is an error, never a guess.</summary>
public static class MessagesRequestReader
{
    /// <summary>The provider's own prompt for answers by a schema: not published as a figure; a bound with room.</summary>
    internal const long TokensOfSchemaPrompt = 1024;

    private static readonly JsonReaderOptions Options = new() { MaxDepth = BodyString.MaxDepth };

    private enum Field
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
    }

    private static readonly (byte[] Utf8, string Name)[] Fields =
        [.. new[] { "", "model", "stream", "max_tokens", "messages", "system", "tools", "thinking", "cache_control", "output_config", "output_format", "service_tier", "speed",
            "inference_geo", "fallbacks", "context_management", "container", "mcp_servers" }
            .Select(n => (Encoding.UTF8.GetBytes(n), n))];

    /// <summary>Reads the body. On failure <paramref name="problem"/> is one line without content of the body.</summary>
    public static bool TryRead(ReadOnlySpan<byte> body, out MessagesRequest request, out string problem)
    {
        request = new MessagesRequest();
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
            var seen = 0u;
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                var field = FieldOf(ref reader);
                if (field == Field.Other && (reader.ValueIsEscaped || BodyString.IsTellingName(reader.ValueSpan)))
                    request.AddText(ref reader);
                if (field != Field.Other && (seen & (1u << (int)field)) != 0)
                {
                    // Parsers disagree on which of two equal keys counts: nobody can say what this request would cost.
                    problem = $"the body has the key \"{Fields[(int)field].Name}\" twice";
                    return false;
                }
                seen |= 1u << (int)field;
                var name = reader.ValueSpan;
                reader.Read();
                if (!ReadField(ref reader, body, request, field, name, out problem))
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
        if (request.Reasoning is null && ThinksOnlyWhenAsked(request.Model))
            request.Reasoning = false;
        return problem.Length == 0;
    }

    private static Field FieldOf(ref Utf8JsonReader reader)
    {
        for (var i = 1; i < Fields.Length; i++)
        {
            if (ReaderText.Is(ref reader, Fields[i].Utf8))
                return (Field)i;
        }
        return Field.Other;
    }

    /// <summary>The generations 3 and 4 think only in requests that say so. Later ones may by themselves.</summary>
    private static bool ThinksOnlyWhenAsked(string model) =>
        model.StartsWith("claude-3", StringComparison.Ordinal) || model.StartsWith("claude-4", StringComparison.Ordinal) || model.StartsWith("claude-opus-4", StringComparison.Ordinal)
        || model.StartsWith("claude-sonnet-4", StringComparison.Ordinal) || model.StartsWith("claude-haiku-4", StringComparison.Ordinal);

    private static bool ReadField(ref Utf8JsonReader reader, ReadOnlySpan<byte> body, MessagesRequest request, Field field, ReadOnlySpan<byte> name, out string problem)
    {
        problem = "";
        var isNull = reader.TokenType == JsonTokenType.Null;
        switch (field)
        {
            case Field.Model when reader.ValueSpan.Length <= BodyString.MaxModelName && ReaderText.Read(ref reader) is { } model:
                request.SetModel(model, ref reader);
                return true;
            case Field.Model:
                return Wrong(field, $"a string of at most {BodyString.MaxModelName} bytes", out problem);
            case Field.Stream:
                request.Stream = reader.TokenType == JsonTokenType.True;
                return isNull || reader.TokenType is JsonTokenType.True or JsonTokenType.False || Wrong(field, "a boolean", out problem);
            case Field.MaxTokens:
                return ReadLimit(ref reader, request) || Wrong(field, "an integer from 0 to 2147483647", out problem);
            case Field.Messages:
                return ReadMessages(ref reader, request) || Wrong(field, "an array", out problem);
            case Field.System when !isNull:
                request.Messages++;
                BlockWalker.Content(ref reader, request, counts: true);
                return true;
            case Field.Thinking when !isNull:
                return ReadThinking(ref reader, request) || Wrong(field, "an object with a \"budget_tokens\" from 0 to 2147483647, if any", out problem);
            case Field.CacheControl when !isNull:
                BlockWalker.Cache(reader, request);
                break;
            case Field.Tools or Field.OutputConfig or Field.OutputFormat when !isNull:
                ReadDefinitions(ref reader, body, request, field);
                return true;
            case Field.ServiceTier when !isNull && !Says(ref reader, "auto"u8) && !Says(ref reader, "standard_only"u8):
                request.UnpricedFeature ??= "this service_tier";
                break;
            case Field.Speed when !isNull && !Says(ref reader, "standard"u8):
                request.UnpricedFeature ??= "this speed";
                break;
            case Field.InferenceGeo when !isNull && !Says(ref reader, "global"u8):
                request.UnpricedFeature ??= "this inference_geo";
                break;
            case Field.Fallbacks when !IsEmpty(reader):
                request.UnpricedFeature ??= "fallbacks to other models";
                break;
            case Field.McpServers when !IsEmpty(reader):
                request.UnboundedFeature ??= "mcp_servers";
                break;
            case Field.Container when !isNull:
                request.UnboundedFeature ??= "a container";
                break;
            case Field.ContextManagement when !isNull && !OnlyClears(reader):
                request.UnboundedFeature ??= "context_management that does more than clear";
                break;
        }
        BlockWalker.Any(ref reader, request, name, isData: field == Field.Other);
        return true;
    }

    private static bool Wrong(Field field, string accepted, out string problem)
    {
        problem = $"\"{Fields[(int)field].Name}\" is not {accepted}";
        return false;
    }

    private static bool Says(ref Utf8JsonReader reader, ReadOnlySpan<byte> value) => reader.TokenType == JsonTokenType.String && ReaderText.Is(ref reader, value);

    /// <summary>Null, or an array or object with nothing in it. By value: the caller's reader stays.</summary>
    private static bool IsEmpty(Utf8JsonReader reader) =>
        reader.TokenType == JsonTokenType.Null
        || (reader.TokenType is JsonTokenType.StartArray or JsonTokenType.StartObject && reader.Read() && reader.TokenType is JsonTokenType.EndArray or JsonTokenType.EndObject);

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

    private static bool ReadLimit(ref Utf8JsonReader reader, MessagesRequest request)
    {
        var place = (int)reader.TokenStartIndex..(int)reader.BytesConsumed;
        if (reader.TokenType == JsonTokenType.Null)
        {
            request.NullLimits.Add(("max_tokens", place));
            return true;
        }
        if (reader.TokenType != JsonTokenType.Number || !reader.TryGetInt64(out var limit) || limit is < 0 or > int.MaxValue)
            return false;
        request.OutputLimitValues.Add(place);
        request.OutputLimit = limit;
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

    private static bool ReadThinking(ref Utf8JsonReader reader, MessagesRequest request)
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
        // The definitions count as a whole, structure included; their texts must not count twice.
        var place = start..(int)reader.BytesConsumed;
        request.ToolsBytes += reader.BytesConsumed - start;
        request.TextBytes = textsBefore;
        request.Definitions.Add(place);
        if (field != Field.Tools && body[place].IndexOf("schema"u8) >= 0)
            request.HiddenTokens += TokensOfSchemaPrompt;
    }
}
