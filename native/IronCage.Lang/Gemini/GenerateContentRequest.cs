using System.Text.Json;

namespace IronCage.Lang.Gemini;

/// <summary>A request to generate content. Its streams always carry usage.</summary>
public sealed class GenerateContentRequest : LlmRequest
{
    /// <summary>A request that says nothing yet.</summary>
    public GenerateContentRequest()
    {
        AsksForUsage = true;
        Caching = PromptCaching.None; // what is cached is read at a price below the input's; caches are written by other calls
    }

    /// <summary>Where its limit goes.</summary>
    internal NestedLimit Limit { get; } = new("generationConfig", "maxOutputTokens");

    /// <inheritdoc/>
    /// <remarks>It stands in the generation config.</remarks>
    public override void LimitOutput(long limit, string? field, List<RawEdit> into)
    {
        ArgumentNullException.ThrowIfNull(into);
        if (OutputLimitValues.Count > 0 || NullLimits.Count > 0)
            base.LimitOutput(limit, "maxOutputTokens", into);
        else
            into.Add(Limit.Insert(limit, BodyStart));
    }

    private protected override byte[] UserMessage(string text) => [.. "{\"role\":\"user\",\"parts\":[{\"text\":\""u8, .. JsonEncodedText.Encode(text).EncodedUtf8Bytes, .. "\"}]}"u8];
}
