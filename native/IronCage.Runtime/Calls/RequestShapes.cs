using IronCage.Cost;
using IronCage.Lang;

namespace IronCage.Runtime.Calls;

/// <summary>Turns what Lang read into what Cost bounds.</summary>
internal static class RequestShapes
{
    public static RequestShape Of(LlmRequest request, ModelPrice price, bool lowerable, bool strict, IRequestTexts? texts) => new()
    {
        Price = price,
        MarginKey = MarginKey(request, price),
        TextBytes = request.TextBytes,
        Messages = request.Messages,
        Texts = texts,
        CacheWrites = request.Caching switch
        {
            PromptCaching.None => CacheWrites.None,
            PromptCaching.Short => CacheWrites.Usual,
            PromptCaching.Hour => CacheWrites.Hour,
            _ => CacheWrites.Automatic,
        },
        HiddenTokens = request.HiddenTokens,
        Images = request.Images,
        Searches = request.Searches,
        HasAudio = request.AsksForAudio || request.SendsAudio,
        AsksForAudio = request.AsksForSpeech,
        AsksForImages = request.AsksForImages,
        HasUnboundedInput = request.UnboundedParts > 0,
        Tools = request.Tools,
        ToolsBytes = request.ToolsBytes,
        OutputLimit = request.OutputLimit,
        Choices = request.Choices,
        Lowerable = lowerable,
        Strict = strict,
        Reasoning = request.Reasoning,
        ThinkingTokens = request.ThinkingTokens,
    };

    /// <summary>What is learned about a model under an assumed price must not be held against all of them.</summary>
    public static string MarginKey(LlmRequest request, ModelPrice price) => price.IsAssumed ? request.Model : price.Id;
}
