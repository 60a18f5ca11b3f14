using IronCage.Core.Money;

namespace IronCage.Cost;

/// <summary>
/// One model's prices at one date, and what the catalogue knows about it. Immutable: a call is held and settled with the same instance,
/// so that a price change at midnight does not reach a call in flight.
/// </summary>
public sealed class ModelPrice
{
    private readonly PriceTier[] tiers;
    private readonly string? vendor;

    internal ModelPrice(string id, string provider, PriceBuckets buckets, PriceTier[] tiers)
    {
        Id = id;
        Provider = provider;
        Buckets = buckets;
        this.tiers = tiers;
        for (var i = 0; i < tiers.Length; i++)
        {
            if (tiers[i].AboveInputTokens < (i == 0 ? 1 : tiers[i - 1].AboveInputTokens + 1))
                throw new ArgumentException("tiers start above 0 and ascend", nameof(tiers));
        }
    }

    /// <summary>The catalogue's name of the model: several names on the wire may share it.</summary>
    public string Id { get; }

    /// <summary>Who serves the model: an id of <see cref="PriceCatalogue.Providers"/>, or whatever was given to <see cref="Assumed"/>.</summary>
    public string Provider { get; private init; }

    /// <summary>Whose model it is, where that decides margins and derived prices: <c>"anthropic"</c> also on Bedrock; else as <see cref="Provider"/>.</summary>
    public string Vendor
    {
        get => vendor ?? Provider;
        internal init => vendor = value;
    }

    /// <summary>The prices below the first tier.</summary>
    public PriceBuckets Buckets { get; }

    /// <summary>Prices of longer requests, ascending by their start; empty for most models.</summary>
    public IReadOnlyList<PriceTier> Tiers => tiers;

    /// <summary>Charged once for each call, beside its tokens; null: nothing is.</summary>
    public Picodollars? PerRequest { get; internal init; }

    /// <summary>Charged for each search of the provider's own web search; null: not stated.</summary>
    public Picodollars? PerSearch { get; internal init; }

    /// <summary>When these prices began; null: they hold where no others do.</summary>
    public DateOnly? From { get; internal init; }

    /// <summary>The first day on which others hold; null: no change is known.</summary>
    public DateOnly? Until { get; internal init; }

    /// <summary>The hours of each day (UTC) in which these prices hold, the end excluded; an end before the start is on the next day. Null: all day, but for the
    /// hours of others.</summary>
    public (TimeOnly Start, TimeOnly End)? Daily { get; internal init; }

    /// <summary>Buckets whose figure is no whole number of picodollars per token at the source, and was rounded up to one.</summary>
    public IReadOnlyList<string> RoundedUp { get; internal init; } = [];

    /// <summary>The provider is about to withdraw the model.</summary>
    public bool IsDeprecated { get; internal init; }

    /// <summary>The vendor's price, standing in for that of <see cref="Provider"/>, which has none in the catalogue.</summary>
    public bool IsVendorPrice { get; private init; }

    /// <summary>Tokens that fit the model's context; null where the source does not say.</summary>
    public long? ContextWindow { get; internal init; }

    /// <summary>The most output tokens that the model gives, and accepts as a limit; null where nobody says.</summary>
    public long? MaxOutput { get; internal init; }

    /// <summary>The public tokenizer: <c>"o200k_base"</c>, <c>"cl100k_base"</c>, or null where there is none.</summary>
    public string? Tokenizer { get; internal init; }

    /// <summary>The model may think in tokens that are billed as output but never shown.</summary>
    public bool Reasoning { get; internal init; }

    /// <summary>The field of an OpenAI chat request in which the model accepts an output limit; null outside OpenAI's models.</summary>
    public string? OutputLimitField { get; internal init; }

    /// <summary>The vendor's price page, or <c>"assumed"</c>.</summary>
    public string Source { get; internal init; } = "";

    /// <summary>When the figures were compared with the source; null for assumed prices.</summary>
    public DateOnly? Checked { get; internal init; }

    /// <summary>The prices were given by the user, not found in the catalogue.</summary>
    public bool IsAssumed { get; internal init; }

    /// <summary>Prices that the user gives for a model which the catalogue does not have (or has otherwise).</summary>
    /// <param name="id">The model's name.</param>
    /// <param name="buckets">The prices below the first tier.</param>
    /// <param name="tiers">Prices of longer requests, ascending; null: none.</param>
    /// <param name="contextWindow">Tokens, &gt; 0; null: unknown.</param>
    /// <param name="maxOutput">The most output tokens, &gt; 0; null: unknown.</param>
    /// <param name="provider">Decides the margin of token estimates and derived prices; empty: the most careful margin.</param>
    /// <param name="tokenizer">A public tokenizer of the model, if any.</param>
    /// <param name="reasoning">Whether the model may think in hidden tokens.</param>
    /// <param name="outputLimitField">The field for an output limit; null: whichever the request uses.</param>
    /// <param name="perRequest">Charged once for each call; null: nothing is.</param>
    /// <param name="perSearch">Charged for each search of the provider's; null: not stated.</param>
    /// <exception cref="ArgumentException">A tier does not ascend, or a number is out of range.</exception>
    public static ModelPrice Assumed(
        string id, PriceBuckets buckets, IReadOnlyList<PriceTier>? tiers = null, long? contextWindow = null, long? maxOutput = null,
        string provider = "", string? tokenizer = null, bool reasoning = false, string? outputLimitField = null,
        Picodollars? perRequest = null, Picodollars? perSearch = null)
    {
        ArgumentNullException.ThrowIfNull(id);
        ArgumentNullException.ThrowIfNull(provider);
        if (contextWindow is <= 0)
            throw new ArgumentOutOfRangeException(nameof(contextWindow), "a context window is at least 1 token");
        if (maxOutput is <= 0)
            throw new ArgumentOutOfRangeException(nameof(maxOutput), "a model's most output is at least 1 token");
        return new ModelPrice(id, provider, buckets, tiers is null ? [] : [.. tiers])
        {
            ContextWindow = contextWindow,
            MaxOutput = maxOutput,
            Tokenizer = tokenizer,
            Reasoning = reasoning,
            OutputLimitField = outputLimitField,
            PerRequest = perRequest,
            PerSearch = perSearch,
            Source = "assumed",
            IsAssumed = true,
        };
    }

    /// <summary>The model's prices over time; null where they do not change.</summary>
    internal ModelEntry? Entry { get; set; }

    /// <summary>The prices of the same model at another time; these, unless they change at a date or with the hour.</summary>
    /// <param name="time">Any time.</param>
    public ModelPrice At(DateTimeOffset time) => Entry?.At(time.UtcDateTime) ?? this;

    /// <summary>These prices at another provider that serves the model and has none of its own.</summary>
    internal ModelPrice ServedBy(string provider) => new(Id, provider, Buckets, tiers)
    {
        Vendor = Vendor,
        IsVendorPrice = true,
        PerRequest = PerRequest,
        PerSearch = PerSearch,
        From = From,
        Until = Until,
        Daily = Daily,
        RoundedUp = RoundedUp,
        IsDeprecated = IsDeprecated,
        ContextWindow = ContextWindow,
        MaxOutput = MaxOutput,
        Tokenizer = Tokenizer,
        Reasoning = Reasoning,
        OutputLimitField = OutputLimitField,
        Source = Source,
        Checked = Checked,
    };

    /// <summary>The prices of a request with this total input: those of the last tier whose start it exceeds. They hold for the whole
    /// request.</summary>
    public PriceBuckets BucketsFor(long inputTokens)
    {
        for (var i = tiers.Length - 1; i >= 0; i--)
        {
            if (inputTokens > tiers[i].AboveInputTokens)
                return tiers[i].Buckets;
        }

        return Buckets;
    }
}
