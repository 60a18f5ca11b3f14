namespace IronCage.Cost;

/// <summary>What the bound of a request depends on. Counts are ≥ 0. Everything that the model will read must be in one of the
/// members.</summary>
public readonly record struct RequestShape
{
    /// <summary>The model's prices.</summary>
    public required ModelPrice Price { get; init; }

    /// <summary>The model in whose name <see cref="Margins"/> are learned; null: <see cref="ModelPrice.Id"/>. Assumed prices share an id.</summary>
    public string? MarginKey { get; init; }

    /// <summary>UTF-8 bytes of all texts of the messages (JSON escapes undone), instructions and names included.</summary>
    public long TextBytes { get; init; }

    /// <summary>Messages (or input items) of the request.</summary>
    public int Messages { get; init; }

    /// <summary>The same texts, for exact counting; null: only the cheap bound is possible.</summary>
    public IRequestTexts? Texts { get; init; }

    /// <summary>Which cache writes the request can cause: they may cost more than plain input.</summary>
    public CacheWrites CacheWrites { get; init; }

    /// <summary>Tokens that the provider adds for features of the request, beyond those of tools: an upper bound.</summary>
    public long HiddenTokens { get; init; }

    /// <summary>Searches that the request is billed for, where they are sold by the piece: an upper bound.</summary>
    public long Searches { get; init; }

    /// <summary>Images in the request.</summary>
    public int Images { get; init; }

    /// <summary>The request sends audio or asks for it. Audio in is unbounded input, and audio prices count both ways: pass a price that has them.</summary>
    public bool HasAudio { get; init; }

    /// <summary>The answer is audio, or may be: its price counts for the output.</summary>
    public bool AsksForAudio { get; init; }

    /// <summary>The answer is images: their price counts for the output.</summary>
    public bool AsksForImages { get; init; }

    /// <summary>Something the body does not show or that has no published token rule: files, stored prompts, earlier responses. Held at the
    /// context window.</summary>
    public bool HasUnboundedInput { get; init; }

    /// <summary>Tools offered.</summary>
    public int Tools { get; init; }

    /// <summary>Bytes of the JSON of tools and response schema.</summary>
    public long ToolsBytes { get; init; }

    /// <summary>The request's own output limit; null: it has none. For calls without output (embeddings) pass 0 and <see cref="Lowerable"/>
    /// false.</summary>
    public long? OutputLimit { get; init; }

    /// <summary>How many answers are generated and paid (<c>n</c>, <c>best_of</c>); 0 counts as 1.</summary>
    public int Choices { get; init; }

    /// <summary>The output limit may be lowered to fit the budget.</summary>
    public bool Lowerable { get; init; }

    /// <summary>Estimate by bytes only (<c>bound="strict"</c>): <see cref="SpendingBound.Exact"/> then answers as
    /// <see cref="SpendingBound.Cheap"/>.</summary>
    public bool Strict { get; init; }

    /// <summary>Whether this request thinks in hidden tokens; null: as <see cref="ModelPrice.Reasoning"/> says.</summary>
    public bool? Reasoning { get; init; }

    /// <summary>An explicit thinking budget: an output limit is never lowered below this + 1,024. 0: none.</summary>
    public long ThinkingTokens { get; init; }
}
