using IronCage.Core.Money;

namespace IronCage.Cost;

/// <summary>
/// What one token costs, bucket by bucket; null where the source states no price (<see cref="Pricing"/> then applies a documented rule).
/// </summary>
/// <param name="Input">One uncached text token of the prompt. ≥ 0.</param>
/// <param name="CachedInput">One token read from the provider's cache.</param>
/// <param name="CacheWrite">One token written to the provider's cache for as long as it usually keeps it (Anthropic: five minutes).</param>
/// <param name="Output">One text token of the answer; null for embeddings.</param>
/// <param name="AudioInput">One audio token of the prompt.</param>
/// <param name="AudioOutput">One audio token of the answer.</param>
/// <param name="CacheWriteHour">One token written to a cache that keeps it for an hour.</param>
/// <param name="Reasoning">One token of hidden reasoning; null: as <paramref name="Output"/>, which is how vendors bill it.</param>
/// <param name="CachedAudioInput">One audio token read from the provider's cache.</param>
/// <param name="ImageInput">One image token of the prompt.</param>
/// <param name="ImageOutput">One image token of the answer.</param>
public readonly record struct PriceBuckets(
    Picodollars Input,
    Picodollars? CachedInput = null,
    Picodollars? CacheWrite = null,
    Picodollars? Output = null,
    Picodollars? AudioInput = null,
    Picodollars? AudioOutput = null,
    Picodollars? CacheWriteHour = null,
    Picodollars? Reasoning = null,
    Picodollars? CachedAudioInput = null,
    Picodollars? ImageInput = null,
    Picodollars? ImageOutput = null)
{
    /// <summary>The highest price that is accepted, in dollars per million tokens: one dollar a token.</summary>
    public const decimal HighestDollarsPerMillion = 1_000_000m;

    private const decimal PicodollarsPerTokenAtOneDollarPerMillion = 1_000_000m;

    /// <summary>Buckets from prices in dollars per million tokens, as vendors print them. Arguments as in the constructor.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A price is negative, not a whole number of picodollars per token (more than six
    /// decimal places), or above 9,223,372,036,854 dollars.</exception>
    public static PriceBuckets FromDollarsPerMillion(
        decimal input, decimal? output = null, decimal? cachedInput = null, decimal? cacheWrite = null,
        decimal? audioInput = null, decimal? audioOutput = null) =>
        new(PerToken(input), PerToken(cachedInput), PerToken(cacheWrite), PerToken(output), PerToken(audioInput), PerToken(audioOutput));

    /// <summary>Dollars per million tokens to picodollars per token: 1 to 1,000,000.</summary>
    /// <exception cref="ArgumentOutOfRangeException">As <see cref="FromDollarsPerMillion"/>.</exception>
    public static Picodollars PerToken(decimal dollarsPerMillion)
    {
        if (dollarsPerMillion is < 0 or > long.MaxValue / PicodollarsPerTokenAtOneDollarPerMillion)
            throw new ArgumentOutOfRangeException(
                nameof(dollarsPerMillion), "a price per million tokens is between 0 and 9,223,372,036,854 dollars");
        var picodollars = dollarsPerMillion * PicodollarsPerTokenAtOneDollarPerMillion;
        if (picodollars != decimal.Truncate(picodollars))
            throw new ArgumentOutOfRangeException(nameof(dollarsPerMillion), "a price per million tokens has at most 6 decimal places");
        return new Picodollars((long)picodollars);
    }

    /// <summary>Every bucket by its name in price files (docs/prices.md), in the order of their documentation; null: not stated.</summary>
    public IEnumerable<KeyValuePair<string, Picodollars?>> ByName() => BucketTable.Of(this);

    /// <summary>With another price of one bucket; null: there is no bucket of this name.</summary>
    public PriceBuckets? With(string bucket, Picodollars price) => BucketTable.Find(bucket)?.With(this, price);

    /// <summary>Picodollars per token to dollars per million tokens, for display.</summary>
    public static decimal DollarsPerMillion(Picodollars perToken) => perToken.Value / PicodollarsPerTokenAtOneDollarPerMillion;

    private static Picodollars? PerToken(decimal? dollarsPerMillion) =>
        dollarsPerMillion is { } known ? PerToken(known) : null;
}
