namespace IronCage.Reliability;

/// <summary>What the head of an answer says of the provider's own limits. <see cref="ProviderLimitReader"/> reads it.</summary>
public readonly record struct ProviderLimits
{
    /// <summary>How long to wait before the next try; null: not said, or nothing that can be read.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>Requests.</summary>
    public ProviderRate Requests { get; init; }

    /// <summary>Tokens, whatever of.</summary>
    public ProviderRate Tokens { get; init; }

    /// <summary>Tokens of input (Anthropic).</summary>
    public ProviderRate InputTokens { get; init; }

    /// <summary>Tokens of output (Anthropic).</summary>
    public ProviderRate OutputTokens { get; init; }

    /// <summary>Whether it says how much remains of anything.</summary>
    public bool HasRates => Requests.IsTold || Tokens.IsTold || InputTokens.IsTold || OutputTokens.IsTold;
}
