using System.Text;
using System.Text.Json;

namespace IronCage.Lang.OpenAi;

/// <summary>
/// Fields that hosts have put into OpenAI's protocol and that decide what a request costs: OpenAI itself refuses or ignores them, so they mean the same whoever is asked. Those with
/// which another model answers, or the provider searches, charge what nobody can hold; their requests are unpriced.
/// </summary>
internal static class VendorFields
{
    /// <summary>What Mistral puts before a prompt that is to be safe: published, below 60 tokens. The rest is room.</summary>
    private const long TokensOfSafePrompt = 256;

    /// <summary>Judges the value of a field at the top of a request. By value: the caller's reader stays.</summary>
    /// <param name="reader">At the value.</param>
    /// <param name="name">The name as the body has it.</param>
    /// <param name="isEscaped">It has escapes.</param>
    /// <param name="request">Receives what it means.</param>
    public static void Judge(Utf8JsonReader reader, ReadOnlySpan<byte> name, bool isEscaped, LlmRequest request)
    {
        if (reader.TokenType is JsonTokenType.Null or JsonTokenType.False)
            return;
        switch (isEscaped ? Unescaped(name) : name.Length <= 24 ? Encoding.UTF8.GetString(name) : "")
        {
            case "models" when !RequestValue.IsEmpty(reader):
                request.UnpricedFeature ??= "the fallback models of the field models";
                break;
            case "plugins" when !RequestValue.IsEmpty(reader):
                request.UnpricedFeature ??= "plugins of the provider";
                request.UnboundedFeature ??= "plugins of the provider";
                request.HostedTools.Add("plugins");
                break;
            case "search_parameters" when !IsOff(reader):
                request.UnpricedFeature ??= "live search";
                request.UnboundedFeature ??= "live search";
                request.HostedTools.Add("web_search");
                break;
            case "enable_search":
                request.UnpricedFeature ??= "built-in web search";
                request.HostedTools.Add("web_search");
                break;
            case "deferred":
                request.UnpricedFeature ??= "a deferred answer, which comes by another request";
                break;
            case "preset":
                request.UnpricedFeature ??= "a stored preset, which may name another model";
                break;
            case "modalities":
                Modalities(reader, request);
                break;
            case "data_sources" or "dataSources" when !RequestValue.IsEmpty(reader):
                request.UnboundedParts++; // what Azure finds there is input, too
                break;
            case "safe_prompt":
                request.HiddenTokens += TokensOfSafePrompt;
                break;
            case "reasoning" or "thinking":
                Thinking(reader, request);
                break;
        }
    }

    /// <summary>Tools that are neither functions nor the caller's own text tools run at the provider, for a price of each use.</summary>
    public static void JudgeTool(Utf8JsonReader reader, LlmRequest request)
    {
        if (ItemType.Of(reader) is not { } type || type is "function" or "custom")
            return;
        request.HostedTools.Add(type);
        request.UnpricedFeature ??= "a tool that the provider runs";
        request.UnboundedFeature ??= "tools that the provider runs";
    }

    /// <summary>What a model's name says beside the model.</summary>
    public static void JudgeModel(LlmRequest request)
    {
        var model = request.Model;
        // These models search the web on every call, at a charge per call that the catalogue does not have.
        if (model.Contains("-search-", StringComparison.Ordinal) || model.EndsWith(":online", StringComparison.Ordinal))
        {
            request.UnpricedFeature ??= "built-in web search";
            request.HostedTools.Add("web_search");
        }
        if (model.Contains("@preset/", StringComparison.Ordinal))
            request.UnpricedFeature ??= "a stored preset, which may name another model";
        if (model.Contains("deep-research", StringComparison.Ordinal))
        {
            request.UnpricedFeature ??= "the searches of deep research";
            request.UnboundedFeature ??= "deep research";
        }
    }

    private static string Unescaped(ReadOnlySpan<byte> name)
    {
        byte[] scratch = [];
        return Encoding.UTF8.GetString(new TextSpan(0, name.Length, Escaped: true).Read(name, ref scratch));
    }

    private static bool IsOff(Utf8JsonReader reader)
    {
        var isOff = false;
        if (reader.TokenType != JsonTokenType.StartObject)
            return false;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isMode = ReaderText.Is(ref reader, "mode"u8);
            reader.Read();
            if (isMode && !(isOff = reader.TokenType == JsonTokenType.String && ReaderText.Is(ref reader, "off"u8)))
                return false; // of two modes, which one counts is the server's choice
            reader.Skip();
        }
        return isOff;
    }

    private static void Modalities(Utf8JsonReader reader, LlmRequest request)
    {
        if (reader.TokenType != JsonTokenType.StartArray)
            return;
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (reader.TokenType == JsonTokenType.String && ReaderText.Is(ref reader, "audio"u8))
                request.AsksForAudio = true;
            else if (!(reader.TokenType == JsonTokenType.String && ReaderText.Is(ref reader, "text"u8)))
                request.UnpricedFeature ??= "images in the answer";
            reader.Skip();
        }
    }

    /// <summary>The tokens set aside for thinking, part of the output limit.</summary>
    private static void Thinking(Utf8JsonReader reader, LlmRequest request)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
            return;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isBudget = ReaderText.Is(ref reader, "max_tokens"u8) || ReaderText.Is(ref reader, "budget_tokens"u8);
            reader.Read();
            if (isBudget && reader.TokenType == JsonTokenType.Number && reader.TryGetInt64(out var budget))
                request.ThinkingTokens = Math.Max(request.ThinkingTokens, Math.Clamp(budget, 0, int.MaxValue));
            reader.Skip();
        }
    }
}
