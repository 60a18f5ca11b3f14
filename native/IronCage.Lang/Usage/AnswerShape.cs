using System.Text.Json;
using IronCage.Lang.Anthropic;
using IronCage.Lang.Bedrock;
using IronCage.Lang.Cohere;
using IronCage.Lang.Gemini;
using IronCage.Lang.Ollama;
using IronCage.Lang.OpenAi;
using IronCage.Lang.Responses;

namespace IronCage.Lang.Usage;

/// <summary>What stands at the top of an answer, and where its usage stands. Of several objects (Gemini's array of chunks) the last that tells a usage counts.</summary>
internal ref struct AnswerShape
{
    /// <summary>Deep enough for an event that holds a message or response.</summary>
    private const int Levels = 2;

    private Utf8JsonReader _usage;
    private bool _hasUsage;
    private bool _isMessage;

    private UsageApi? _api;

    /// <summary>Which API this is, by its shape; null when it has no usage.</summary>
    public readonly UsageApi? Api => _isMessage && _api == UsageApi.Responses ? UsageApi.Messages : _api;

    /// <summary>As of <see cref="BilledAnswer"/>.</summary>
    public string? Model { get; private set; }

    /// <summary>Searches that are told by the answer's items instead of its usage.</summary>
    public long Searches { get; private set; }

    /// <summary>As of <see cref="BilledAnswer"/>.</summary>
    public bool HasExtraCharge { get; private set; }

    /// <summary>Notes the value at the reader, which then stands on its end.</summary>
    public void Take(ref Utf8JsonReader reader)
    {
        if (reader.TokenType == JsonTokenType.StartObject)
            TakeObject(ref reader, Levels);
        else
            reader.Skip();
    }

    /// <summary>The usage, as an API tells it; null when it tells none.</summary>
    public WireUsage? Read(UsageApi api)
    {
        if (!_hasUsage)
            return null;
        var reader = _usage;
        switch (api)
        {
            case UsageApi.Chat: return UsageWalker.Read<ChatUsage>(ref reader);
            case UsageApi.Responses: return UsageWalker.Read<ResponsesUsage>(ref reader);
            case UsageApi.GenerateContent: return UsageWalker.Read<GenerateContentUsage>(ref reader);
            case UsageApi.Converse: return UsageWalker.Read<ConverseUsage>(ref reader);
            case UsageApi.Invoke: return UsageWalker.Read<InvokeUsage>(ref reader);
            case UsageApi.Cohere: return UsageWalker.Read<CohereUsage>(ref reader);
            case UsageApi.Ollama: return UsageWalker.Read<OllamaUsage>(ref reader);
            default:
                var usage = MessagesUsage.Read(ref reader);
                HasExtraCharge |= usage.HasExtraCharge;
                return usage.ToWire();
        }
    }

    private void TakeObject(ref Utf8JsonReader reader, int levels)
    {
        var whole = reader; // stands on the brace
        var bare = default(UsageApi?);
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = reader.ValueSpan;
            reader.Read();
            if (name.SequenceEqual("model"u8) || name.SequenceEqual("modelVersion"u8) || name.SequenceEqual("model_version"u8) || name.SequenceEqual("modelId"u8))
                Model = ChatResponseReader.ModelName(reader) ?? Model;
            else if (name.SequenceEqual("type"u8) && reader.TokenType == JsonTokenType.String)
                _isMessage |= reader.ValueSpan.SequenceEqual("message"u8);
            else if (name.SequenceEqual("service_tier"u8) && reader.TokenType == JsonTokenType.String)
                HasExtraCharge |= reader.ValueSpan.SequenceEqual("priority"u8) || reader.ValueSpan.SequenceEqual("scale"u8);
            else if (reader.TokenType == JsonTokenType.StartObject && name.SequenceEqual("usage"u8))
                Found(reader, ApiOf(name, reader));
            else if (reader.TokenType == JsonTokenType.StartObject && ApiOf(name, reader) is { } api)
                Found(reader, api);
            else if (levels > 1 && reader.TokenType == JsonTokenType.StartObject && (name.SequenceEqual("message"u8) || name.SequenceEqual("response"u8) || name.SequenceEqual("metadata"u8)))
            {
                TakeObject(ref reader, levels - 1);
                continue;
            }
            else if (reader.TokenType == JsonTokenType.StartArray && name.SequenceEqual("output"u8))
            {
                HasExtraCharge |= ResponsesAnswerReader.CountHostedTools(reader, out var searches);
                Searches += searches;
            }
            else if (reader.TokenType == JsonTokenType.StartArray && name.SequenceEqual("candidates"u8))
                HasExtraCharge |= IsGrounded(reader);
            else
                bare ??= BareApi(name);
            reader.Skip();
        }
        if (!_hasUsage && bare is { } flat)
            Found(whole, flat);
    }

    private void Found(Utf8JsonReader usage, UsageApi? api)
    {
        _usage = usage;
        _hasUsage = true;
        _api = api;
    }

    /// <summary>The API whose usage object this is, by its name and by what stands in it; null when it is none. By value: the caller's reader stays.</summary>
    private static UsageApi? ApiOf(ReadOnlySpan<byte> name, Utf8JsonReader reader)
    {
        if (name.SequenceEqual("usageMetadata"u8) || name.SequenceEqual("usage_metadata"u8))
            return UsageApi.GenerateContent;
        var isMeta = name.SequenceEqual("meta"u8);
        if (!isMeta && !name.SequenceEqual("usage"u8))
            return null;
        UsageApi? api = null;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (InUsage(reader.ValueSpan, isMeta) is { } says && (api is null or UsageApi.Responses))
                api = says;
            reader.Read();
            reader.Skip();
        }
        return api;
    }

    /// <summary>The API in whose usage object a name stands. <c>input_tokens</c> is of two; what tells them apart is what Anthropic's has beside it.</summary>
    private static UsageApi? InUsage(ReadOnlySpan<byte> name, bool isMeta)
    {
        if (name.SequenceEqual("billed_units"u8) || name.SequenceEqual("tokens"u8))
            return UsageApi.Cohere;
        if (isMeta)
            return null;
        if (name.SequenceEqual("prompt_tokens"u8))
            return UsageApi.Chat;
        if (name.SequenceEqual("inputTokens"u8))
            return UsageApi.Converse;
        if (name.SequenceEqual("cache_read_input_tokens"u8) || name.SequenceEqual("cache_creation_input_tokens"u8) || name.SequenceEqual("server_tool_use"u8))
            return UsageApi.Messages;
        return name.SequenceEqual("input_tokens"u8) ? UsageApi.Responses : null;
    }

    /// <summary>The API that tells its usage at the top of the answer, or whose usage object this is itself.</summary>
    private static UsageApi? BareApi(ReadOnlySpan<byte> name)
    {
        if (OllamaUsage.Has(name))
            return UsageApi.Ollama;
        if (InvokeUsage.Has(name))
            return UsageApi.Invoke;
        if (name.SequenceEqual("promptTokenCount"u8))
            return UsageApi.GenerateContent;
        return InUsage(name, isMeta: false);
    }

    /// <summary>Whether the answer rests on a search, which is billed beside its tokens.</summary>
    private static bool IsGrounded(Utf8JsonReader reader)
    {
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (reader.TokenType == JsonTokenType.StartObject)
            {
                while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
                {
                    if (reader.ValueSpan.SequenceEqual("groundingMetadata"u8) || reader.ValueSpan.SequenceEqual("grounding_metadata"u8))
                    {
                        reader.Read();
                        return reader.TokenType == JsonTokenType.StartObject;
                    }
                    reader.Read();
                    reader.Skip();
                }
            }
            else
            {
                reader.Skip();
            }
        }
        return false;
    }
}
