using IronCage.Core.Money;

namespace IronCage.Cost;

/// <summary>What a call's tokens cost: exact, in whole picodollars, never rounded.</summary>
public static class Pricing
{
    /// <inheritdoc cref="Cost(ModelPrice, in TokenUsage, out DerivedRules)"/>
    public static Picodollars Cost(ModelPrice price, in TokenUsage usage) => Cost(price, usage, out _);

    /// <summary>
    /// The cost of a call. The tier is chosen by <see cref="TokenUsage.TotalInput"/> and applies to every token of the call.
    /// A bucket that is used but has no stated price is charged by a rule of <see cref="DerivedRules"/>.
    /// </summary>
    /// <param name="price">The model's prices.</param>
    /// <param name="usage">Its tokens.</param>
    /// <param name="rules">Which rules were used; <see cref="DerivedRules.None"/> when every price was stated.</param>
    /// <exception cref="ArgumentOutOfRangeException">A token count is negative.</exception>
    /// <exception cref="OverflowException">The cost is above 9,223,372 dollars.</exception>
    public static Picodollars Cost(ModelPrice price, in TokenUsage usage, out DerivedRules rules)
    {
        ArgumentNullException.ThrowIfNull(price);
        if ((usage.Input | usage.Cached | usage.CacheWrite | usage.CacheWriteHour | usage.Output | usage.Reasoning | usage.AudioInput | usage.AudioOutput) < 0)
            throw new ArgumentOutOfRangeException(nameof(usage), "token counts are not negative");

        var stated = price.BucketsFor(usage.TotalInput);
        var charged = new EffectivePrices(stated, price.Provider);
        rules = RulesUsed(stated, usage);
        return charged.Input * usage.Input
            + charged.Cached * usage.Cached
            + charged.CacheWrite * usage.CacheWrite
            + charged.CacheWriteHour * usage.CacheWriteHour
            + charged.Output * usage.Output
            + charged.AudioInput * usage.AudioInput
            + charged.AudioOutput * usage.AudioOutput;
    }

    private static DerivedRules RulesUsed(in PriceBuckets stated, in TokenUsage usage)
    {
        var rules = DerivedRules.None;
        if (usage.Cached > 0 && stated.CachedInput is null)
            rules |= DerivedRules.CachedAsInput;
        if (usage.CacheWrite > 0 && stated.CacheWrite is null)
            rules |= DerivedRules.CacheWriteFromInput;
        if (usage.CacheWriteHour > 0)
            rules |= DerivedRules.HourCacheWriteFromInput;
        if (usage.AudioInput > 0 && stated.AudioInput is null || usage.AudioOutput > 0 && stated.AudioOutput is null)
            rules |= DerivedRules.AudioAsText;
        var textOutput = usage.Output > 0 || usage.AudioOutput > 0 && stated.AudioOutput is null;
        if (textOutput && stated.Output is null)
            rules |= DerivedRules.OutputAsInput;
        return rules;
    }
}
