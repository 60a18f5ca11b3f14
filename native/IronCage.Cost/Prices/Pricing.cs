using IronCage.Core.Money;

namespace IronCage.Cost;

/// <summary>What a call costs: exact, in whole picodollars, never rounded.</summary>
public static class Pricing
{
    /// <inheritdoc cref="Cost(ModelPrice, in TokenUsage, out DerivedRules)"/>
    public static Picodollars Cost(ModelPrice price, in TokenUsage usage) => Cost(price, usage, out _);

    /// <summary>
    /// The cost of one call: its tokens, its searches and the charge per request. The tier is chosen by <see cref="TokenUsage.TotalInput"/> and applies to
    /// every token of the call.
    /// A bucket that is used but has no stated price is charged by a rule of <see cref="DerivedRules"/>.
    /// </summary>
    /// <param name="price">The model's prices.</param>
    /// <param name="usage">What it used.</param>
    /// <param name="rules">Which rules were used; <see cref="DerivedRules.None"/> when every price was stated.</param>
    /// <exception cref="ArgumentOutOfRangeException">A count is negative.</exception>
    /// <exception cref="OverflowException">The cost is above 9,223,372 dollars.</exception>
    public static Picodollars Cost(ModelPrice price, in TokenUsage usage, out DerivedRules rules)
    {
        ArgumentNullException.ThrowIfNull(price);
        Check(usage);
        var stated = price.BucketsFor(usage.TotalInput);
        var charged = new EffectivePrices(stated, price.Vendor);
        rules = price.IsVendorPrice ? DerivedRules.VendorPrice : DerivedRules.None;
        var sum = (price.PerRequest ?? Picodollars.Zero)
            + charged.Input * usage.Input
            + charged.Cached * usage.Cached
            + charged.CacheWrite * usage.CacheWrite
            + charged.CacheWriteHour * usage.CacheWriteHour
            + charged.Output * usage.Shown
            + charged.Reasoning * usage.Hidden
            + charged.AudioInput * usage.AudioInput
            + charged.CachedAudio * usage.CachedAudio
            + charged.AudioOutput * usage.AudioOutput
            + charged.ImageInput * usage.ImageInput
            + charged.ImageOutput * usage.ImageOutput
            + (price.PerSearch ?? Picodollars.Zero) * usage.Searches;
        rules |= RulesUsed(price, stated, usage);
        return sum;
    }

    /// <summary>The same, line by line: every bucket that was used, and the charge per request where there is one. The costs of the lines add up to
    /// <see cref="Cost(ModelPrice, in TokenUsage)"/>.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A count is negative.</exception>
    public static IReadOnlyList<PriceItem> Itemise(ModelPrice price, in TokenUsage usage)
    {
        ArgumentNullException.ThrowIfNull(price);
        Check(usage);
        var stated = price.BucketsFor(usage.TotalInput);
        var charged = new EffectivePrices(stated, price.Vendor);
        var items = new List<PriceItem>();
        Add(items, price, stated, "request", 1, price.PerRequest ?? Picodollars.Zero, default);
        Add(items, price, stated, "input", usage.Input, charged.Input, new TokenUsage(Input: usage.Input));
        Add(items, price, stated, "cached_input", usage.Cached, charged.Cached, new TokenUsage(Cached: usage.Cached));
        Add(items, price, stated, "cache_write", usage.CacheWrite, charged.CacheWrite, new TokenUsage(CacheWrite: usage.CacheWrite));
        Add(items, price, stated, "cache_write_hour", usage.CacheWriteHour, charged.CacheWriteHour, new TokenUsage(CacheWriteHour: usage.CacheWriteHour));
        Add(items, price, stated, "output", usage.Shown, charged.Output, new TokenUsage(Output: usage.Shown));
        Add(items, price, stated, "reasoning", usage.Hidden, charged.Reasoning, new TokenUsage(Output: usage.Hidden, Reasoning: usage.Hidden));
        Add(items, price, stated, "audio_input", usage.AudioInput, charged.AudioInput, new TokenUsage(AudioInput: usage.AudioInput));
        Add(items, price, stated, "cached_audio_input", usage.CachedAudio, charged.CachedAudio, new TokenUsage(CachedAudio: usage.CachedAudio));
        Add(items, price, stated, "audio_output", usage.AudioOutput, charged.AudioOutput, new TokenUsage(AudioOutput: usage.AudioOutput));
        Add(items, price, stated, "image_input", usage.ImageInput, charged.ImageInput, new TokenUsage(ImageInput: usage.ImageInput));
        Add(items, price, stated, "image_output", usage.ImageOutput, charged.ImageOutput, new TokenUsage(ImageOutput: usage.ImageOutput));
        Add(items, price, stated, "search", usage.Searches, price.PerSearch ?? Picodollars.Zero, new TokenUsage(Searches: usage.Searches));
        return items;
    }

    private static void Add(List<PriceItem> items, ModelPrice price, in PriceBuckets stated, string bucket, long count, Picodollars each, in TokenUsage alone)
    {
        if (count > 0 && (bucket != "request" || price.PerRequest is not null))
            items.Add(new PriceItem(bucket, count, each, RulesUsed(price, stated, alone) | (price.IsVendorPrice ? DerivedRules.VendorPrice : DerivedRules.None)));
    }

    private static void Check(in TokenUsage usage)
    {
        if (usage.IsImpossible)
            throw new ArgumentOutOfRangeException(nameof(usage), "counts are not negative");
    }

    private static DerivedRules RulesUsed(ModelPrice price, in PriceBuckets stated, in TokenUsage usage)
    {
        var rules = DerivedRules.None;
        if (usage.Cached > 0 && stated.CachedInput is null)
            rules |= DerivedRules.CachedAsInput;
        if (usage.CacheWrite > 0 && stated.CacheWrite is null)
            rules |= DerivedRules.CacheWriteFromInput;
        if (usage.CacheWriteHour > 0 && stated.CacheWriteHour is null)
            rules |= DerivedRules.HourCacheWriteFromInput;
        if (usage.AudioInput > 0 && stated.AudioInput is null || usage.AudioOutput > 0 && stated.AudioOutput is null)
            rules |= DerivedRules.AudioAsText;
        if (usage.CachedAudio > 0 && stated.CachedAudioInput is null)
            rules |= stated.AudioInput is null ? DerivedRules.CachedAudioAsAudio | DerivedRules.AudioAsText : DerivedRules.CachedAudioAsAudio;
        if (usage.ImageInput > 0 && stated.ImageInput is null || usage.ImageOutput > 0 && stated.ImageOutput is null)
            rules |= DerivedRules.ImageAsText;
        if (usage.Searches > 0 && price.PerSearch is null)
            rules |= DerivedRules.SearchesUnpriced;
        var asOutput = usage.Shown > 0
            || usage.Hidden > 0 && stated.Reasoning is null
            || usage.AudioOutput > 0 && stated.AudioOutput is null
            || usage.ImageOutput > 0 && stated.ImageOutput is null;
        if (asOutput && stated.Output is null)
            rules |= DerivedRules.OutputAsInput;
        return rules;
    }
}
