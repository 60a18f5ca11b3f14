namespace IronCage.Lang.OpenAi;

/// <summary>In what hosts that speak OpenAI's protocol differ where it matters here.</summary>
internal sealed record ChatDialect
{
    /// <summary>As OpenAI itself.</summary>
    public static readonly ChatDialect Usual = new();

    /// <summary>Streams carry their usage unasked (Mistral, Groq, OpenRouter). Mistral refuses a request that asks for it.</summary>
    public static readonly ChatDialect TellsUsage = new() { IsTelling = true };

    /// <summary>Every answer of Perplexity rests on a search, which its price for a request covers at the widest context.</summary>
    public static readonly ChatDialect Perplexity = new() { IsTelling = true, SearchIsInThePrice = true };

    private bool IsTelling { get; init; }

    private bool SearchIsInThePrice { get; init; }

    /// <summary>Amends what was read of a request by what is the host's own.</summary>
    public void Amend(ChatRequest request)
    {
        request.AsksForUsage |= IsTelling;
        if (SearchIsInThePrice && request.UnpricedFeature == ChatRequestReader.WebSearch && !request.AsksForProSearch)
            request.UnpricedFeature = null;
    }
}
