using CsCheck;
using IronCage.Core.Money;

namespace IronCage.Cost.Tests.Prices;

public sealed class PricingTests
{
    private static readonly IReadOnlyList<ModelPrice> Models = PriceCatalogue.Load(new FixedTime("2026-08-31")).All();

    private static readonly Gen<TokenUsage> Usage = Gen.Select(
        Gen.Long[0, 60_000], Gen.Long[0, 30_000], Gen.Long[0, 10_000], Gen.Long[0, 100_000], Gen.Long[0, 20_000], Gen.Long[0, 9_000], Gen.Long[0, 10_000],
        (input, cached, write, output, audioIn, audioOut, hour) => new TokenUsage(input, cached, write, output, output / 2, audioIn, audioOut, hour, audioIn / 3, audioOut / 2, audioOut / 5, hour % 4));

    private static readonly Gen<ModelPrice> Model = Gen.Int[0, Models.Count - 1].Select(i => Models[i]);

    private static TokenUsage Sum(TokenUsage a, TokenUsage b) => new(
        a.Input + b.Input, a.Cached + b.Cached, a.CacheWrite + b.CacheWrite, a.Output + b.Output, a.Reasoning + b.Reasoning,
        a.AudioInput + b.AudioInput, a.AudioOutput + b.AudioOutput, a.CacheWriteHour + b.CacheWriteHour, a.CachedAudio + b.CachedAudio,
        a.ImageInput + b.ImageInput, a.ImageOutput + b.ImageOutput, a.Searches + b.Searches);

    [Test]
    public void Cost_is_additive_within_a_tier_but_for_the_charge_of_each_request() =>
        Gen.Select(Model, Usage, Usage).Where((m, a, b) => m.Tiers.Count == 0 || Sum(a, b).TotalInput <= m.Tiers[0].AboveInputTokens)
            .Sample((m, a, b) => Pricing.Cost(m, a) + Pricing.Cost(m, b) - (m.PerRequest ?? Picodollars.Zero) == Pricing.Cost(m, Sum(a, b)));

    [Test]
    public void Cost_never_falls_when_tokens_are_added() =>
        Gen.Select(Model, Usage, Usage).Sample((m, a, b) => Pricing.Cost(m, a) <= Pricing.Cost(m, Sum(a, b)));

    [Test]
    public void The_lines_of_a_bill_add_up_to_it_with_the_same_rules() =>
        Gen.Select(Model, Usage).Sample((m, u) =>
        {
            var cost = Pricing.Cost(m, u, out var rules);
            var items = Pricing.Itemise(m, u);
            return items.Aggregate(Picodollars.Zero, (sum, item) => sum + item.Cost) == cost && items.Aggregate(DerivedRules.None, (all, item) => all | item.Derived) == rules;
        });

    [Test]
    public void Every_bucket_that_is_stated_is_charged_at_its_price()
    {
        Picodollars P(long value) => new(value);
        var price = ModelPrice.Assumed("m", new PriceBuckets(P(1), P(20), P(300), P(4_000), P(50_000), P(600_000), P(7_000_000), P(80_000_000), P(900_000_000), P(10_000_000_000), P(110_000_000_000)),
            perRequest: P(2_000_000_000_000), perSearch: P(30_000_000_000_000));
        var cost = Pricing.Cost(price, new TokenUsage(1, 1, 1, 2, 1, 1, 1, 1, 1, 1, 1, 1), out var rules);
        Assert.That((cost.Value, rules), Is.EqualTo((1L + 20 + 300 + 4_000 + 80_000_000 + 50_000 + 600_000 + 7_000_000 + 900_000_000 + 10_000_000_000 + 110_000_000_000 + 2_000_000_000_000 + 30_000_000_000_000, DerivedRules.None)));
    }

    [Test]
    public void What_is_not_stated_is_charged_by_a_rule_and_said()
    {
        var price = ModelPrice.Assumed("m", PriceBuckets.FromDollarsPerMillion(2, 10, audioInput: 30));
        Assert.That(Pricing.Cost(price, new TokenUsage(CachedAudio: 1, ImageInput: 1, ImageOutput: 1, Searches: 5), out var rules).Value, Is.EqualTo(30_000_000 + 2_000_000 + 10_000_000));
        Assert.That(rules, Is.EqualTo(DerivedRules.CachedAudioAsAudio | DerivedRules.ImageAsText | DerivedRules.SearchesUnpriced));
        Assert.That(Pricing.Cost(price, new TokenUsage(Output: 2, Reasoning: 5)).Value, Is.EqualTo(20_000_000), "no more reasoning is charged than there is output");
    }

    [Test]
    public void Reasoning_is_a_part_of_the_output_and_not_charged_again() =>
        Gen.Select(Model, Usage).Sample((m, u) => Pricing.Cost(m, u) == Pricing.Cost(m, u with { Reasoning = 0 }));

    [TestCase(272_000, 680_000_000_000, TestName = "At_the_start_of_a_tier_the_lower_price_holds")]
    [TestCase(272_001, 1_360_005_000_000, TestName = "One_token_above_it_the_higher_price_holds_for_all")]
    public void A_tier_applies_to_the_whole_request(long input, long picodollars) =>
        Assert.That(Pricing.Cost(Models.Single(m => m.Id == "gpt-5.4"), new TokenUsage(Input: input)).Value, Is.EqualTo(picodollars));

    [Test]
    public void Cached_and_written_tokens_count_towards_the_tier()
    {
        var model = Models.Single(m => m.Id == "gpt-5.6-sol");
        var below = new TokenUsage(Input: 1, Cached: 200_000, CacheWrite: 71_999, Output: 1);
        Assert.That(Pricing.Cost(model, below).Value, Is.EqualTo(5_000_000 + 200_000L * 500_000 + 71_999L * 6_250_000 + 30_000_000));
        var above = below with { CacheWrite = 72_000 };
        Assert.That(Pricing.Cost(model, above).Value, Is.EqualTo(10_000_000 + 200_000L * 1_000_000 + 72_000L * 12_500_000 + 45_000_000));
    }

    [Test]
    public void Writes_for_an_hour_count_towards_the_tier_and_cost_twice_the_input_of_it()
    {
        var model = Models.Single(m => m.Id == "claude-sonnet-4-5");
        Assert.That(Pricing.Cost(model, new TokenUsage(CacheWriteHour: 200_000)).Value, Is.EqualTo(200_000 * 6_000_000L));
        Assert.That(Pricing.Cost(model, new TokenUsage(Input: 1, CacheWriteHour: 200_000)).Value, Is.EqualTo(200_000 * 12_000_000L + 6_000_000));
    }

    [Test]
    public void A_stated_price_uses_no_rule()
    {
        Pricing.Cost(Models.Single(m => m.Id == "gpt-4o"), new TokenUsage(Input: 1, Cached: 1, Output: 1), out var rules);
        Assert.That(rules, Is.EqualTo(DerivedRules.None));
    }

    private static readonly ModelPrice Bare = ModelPrice.Assumed("bare", new PriceBuckets(new Picodollars(10)));
    private static readonly ModelPrice BareClaude = ModelPrice.Assumed("bare", new PriceBuckets(new Picodollars(10)), provider: "anthropic");

    [Test]
    public void Each_missing_price_has_its_rule_and_says_so() =>
        Assert.Multiple(() =>
        {
            AssertRule(Bare, new TokenUsage(Cached: 7), 70, DerivedRules.CachedAsInput);
            AssertRule(Bare, new TokenUsage(CacheWrite: 7), 70, DerivedRules.CacheWriteFromInput);
            AssertRule(BareClaude, new TokenUsage(CacheWrite: 7), 91, DerivedRules.CacheWriteFromInput); // 12.5 rounded up
            AssertRule(BareClaude, new TokenUsage(CacheWriteHour: 7), 140, DerivedRules.HourCacheWriteFromInput);
            AssertRule(BareClaude, new TokenUsage(CacheWrite: 1, CacheWriteHour: 7), 153, DerivedRules.CacheWriteFromInput | DerivedRules.HourCacheWriteFromInput);
            AssertRule(Bare, new TokenUsage(Output: 7), 70, DerivedRules.OutputAsInput);
            AssertRule(Bare, new TokenUsage(AudioInput: 7), 70, DerivedRules.AudioAsText);
            AssertRule(Bare, new TokenUsage(AudioOutput: 7), 70, DerivedRules.AudioAsText | DerivedRules.OutputAsInput);
            AssertRule(Bare, new TokenUsage(Input: 7), 70, DerivedRules.None);
            AssertRule(Bare, default, 0, DerivedRules.None);
        });

    private static void AssertRule(ModelPrice model, TokenUsage usage, long cost, DerivedRules expected)
    {
        Assert.That(Pricing.Cost(model, usage, out var rules).Value, Is.EqualTo(cost));
        Assert.That(rules, Is.EqualTo(expected));
    }

    [Test]
    public void A_cost_beyond_Int64_throws()
    {
        var model = Models.Single(m => m.Id == "gpt-4o");
        Assert.Throws<OverflowException>(() => Pricing.Cost(model, new TokenUsage(Input: long.MaxValue)));
        Assert.Throws<OverflowException>(() => Pricing.Cost(model, new TokenUsage(Input: long.MaxValue, Cached: 1)));
        Assert.Throws<OverflowException>(() => Pricing.Cost(model, new TokenUsage(Input: 3_000_000_000_000, Output: 300_000_000_000)));
    }

    [Test]
    public void A_negative_count_throws()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => Pricing.Cost(Bare, new TokenUsage(Input: -1)));
        Assert.Throws<ArgumentOutOfRangeException>(() => Pricing.Cost(Bare, new TokenUsage(Output: 5, Reasoning: -1)));
        Assert.Throws<ArgumentOutOfRangeException>(() => Pricing.Cost(Bare, new TokenUsage(CacheWriteHour: -1)));
    }
}
