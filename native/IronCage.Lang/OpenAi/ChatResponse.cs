namespace IronCage.Lang.OpenAi;

/// <summary>What a whole chat-completions response says.</summary>
public sealed class ChatResponse
{
    /// <summary>The usage it bills; null when absent or impossible.</summary>
    public WireUsage? Usage { get; internal set; }

    /// <summary>Every string of the answer that is to be screened.</summary>
    public List<TextSpan> Texts { get; } = [];

    /// <summary>Those that the model wrote and the provider bills: content, refusals, reasoning, tool arguments.</summary>
    public List<TextSpan> Contents { get; } = [];

    /// <summary>Places of <c>logprobs</c> values, which repeat the content token by token.</summary>
    public List<Range> LogProbabilities { get; } = [];

    /// <summary>The service tier that was charged, when it is above the default one.</summary>
    public bool IsPremiumTier { get; internal set; }
}
