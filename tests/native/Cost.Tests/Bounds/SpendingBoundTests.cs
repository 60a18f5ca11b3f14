using CsCheck;
using IronCage.Core.Money;

namespace IronCage.Cost.Tests.Bounds;

public sealed class SpendingBoundTests
{
    private static readonly TokenCounter Counter = new();
    private static readonly PriceCatalogue Catalogue = PriceCatalogue.Load(new FixedTime("2026-08-31"));
    private static readonly ModelPrice Gpt4o = Catalogue.Find("gpt-4o")!;

    private static Gen<string> Pick(params string[] texts) => Gen.Int[0, texts.Length - 1].Select(i => texts[i]);

    private static SpendingBound Bounds(Margins? margins = null) => new(Counter, margins ?? new Margins());

    [Test]
    public void The_cheap_bound_is_one_token_a_byte_and_the_frame()
    {
        var bound = Bounds().Cheap(Texts.Shape(Gpt4o, ["hello", "wörld"]));
        Assert.Multiple(() =>
        {
            Assert.That(bound.InputTokens, Is.EqualTo(11 + 2 * 4 + 3 + 8));
            Assert.That(bound.Fixed.Value, Is.EqualTo(30 * 2_500_000));
            Assert.That(bound.PerOutputToken.Value, Is.EqualTo(10_000_000));
            Assert.That(bound.WantedTokens, Is.EqualTo(1000));
            Assert.That(bound.FloorTokens, Is.EqualTo(64));
            Assert.That(bound.OpenEnded, Is.False);
            Assert.That(bound.Basis, Is.EqualTo(BoundBasis.Bytes));
        });
    }

    [Test]
    public void The_exact_bound_counts_tokens_and_the_frame()
    {
        var bound = Bounds().Exact(Texts.Shape(Gpt4o, ["hello world", "tiktoken is great!"], tools: "{\"a\":1}", toolCount: 1));
        Counter.TryCount("{\"a\":1}"u8, TokenCounter.O200k, out var tools);
        Assert.That(bound.InputTokens, Is.EqualTo(2 + 6 + tools + 2 * 4 + 3 + 8 + 16));
        Assert.That(bound.Basis, Is.EqualTo(BoundBasis.Tokenizer));
    }

    [TestCase("claude-sonnet-4-5", 2.0)]
    [TestCase("gemini-2.5-pro", 1.5)]
    [TestCase("davinci", 2.0)]
    public void Without_a_public_tokenizer_the_count_has_a_margin(string model, double margin)
    {
        var text = string.Concat(Enumerable.Repeat("The quick brown fox jumps over the lazy dog. ", 11)) + "x";
        Counter.TryCount(System.Text.Encoding.UTF8.GetBytes(text), TokenCounter.O200k, out var tokens);
        var bound = Bounds().Exact(Texts.Shape(Catalogue.Find(model)!, [text]));
        Assert.That(bound.InputTokens, Is.EqualTo((long)Math.Ceiling(tokens * margin) + 4 + 3 + 8));
        Assert.That(bound.Basis, Is.EqualTo(BoundBasis.TokenizerWithMargin));
    }

    [Test]
    public void Cheap_is_at_least_exact_and_exact_at_least_the_count() =>
        Gen.Select(Gen.String.Array[0, 4], Gen.String[0, 40], Gen.Int[0, 3], Pick("gpt-4o", "gpt-4", "claude-opus-5", "gemini-2.5-pro", "davinci"), Gen.Long[1, 3000])
            .Sample((texts, tools, toolCount, name, surprise) =>
            {
                var model = Catalogue.Find(name)!;
                var margins = new Margins();
                margins.Observe(model.Id, 1000, surprise);
                margins.Observe(model.Id, 100, surprise);
                var shape = Texts.Shape(model, texts, tools, toolCount);
                var cheap = Bounds(margins).Cheap(shape);
                var exact = Bounds(margins).Exact(shape);
                var count = 0;
                foreach (var text in texts.Append(tools))
                {
                    Counter.TryCount(System.Text.Encoding.UTF8.GetBytes(text), model.Tokenizer ?? TokenCounter.O200k, out var tokens);
                    count += tokens;
                }

                return cheap.InputTokens >= exact.InputTokens && cheap.Fixed >= exact.Fixed && exact.InputTokens >= count;
            }, iter: 2000);

    [Test]
    public void The_hold_covers_every_bill_within_it() =>
        Gen.Select(Gen.Int[0, Catalogue.All().Count - 1], Gen.Long[0, 400_000], Gen.Long[1, 5000], Gen.Int[1, 4], Gen.Double[0, 1], Gen.Double[0, 1], Gen.Bool)
            .Sample((index, bytes, limit, choices, a, b, hourly) =>
            {
                var model = Catalogue.All()[index];
                var bound = Bounds().Cheap(new RequestShape { Price = model, TextBytes = bytes, Messages = 1, OutputLimit = limit, Choices = choices, CacheWrites = hourly ? CacheWrites.Hour : CacheWrites.Automatic });
                var input = (long)(bound.InputTokens * Math.Max(a, b));
                var cached = (long)(input * a);
                var written = (long)((input - cached) * b);
                var hour = hourly ? written / 2 : 0;
                var usage = new TokenUsage(input - cached - written, cached, written - hour, (long)(limit * choices * b), CacheWriteHour: hour);
                return Pricing.Cost(model, usage) <= bound.ToDemand(Guid.Empty).Cost(limit);
            });

    [Test]
    public void Audio_is_held_at_the_context_window_and_the_audio_price()
    {
        var model = ModelPrice.Assumed("m", PriceBuckets.FromDollarsPerMillion(1m, output: 2m, audioInput: 30m, audioOutput: 60m), contextWindow: 1000);
        var bound = Bounds().Cheap(new RequestShape { Price = model, HasAudio = true, OutputLimit = 10 });
        Assert.That((bound.InputTokens, bound.Fixed.Value, bound.PerOutputToken.Value), Is.EqualTo((1000L, 30_000_000_000L, 60_000_000L)));
    }

    [TestCase(CacheWrites.Automatic, 3_750_000)]
    [TestCase(CacheWrites.None, 3_000_000)]
    [TestCase(CacheWrites.Usual, 3_750_000)]
    [TestCase(CacheWrites.Hour, 6_000_000)]
    public void The_dearest_input_bucket_that_the_request_can_cause_is_held(CacheWrites writes, long each) =>
        Assert.That(Bounds().Cheap(new RequestShape { Price = Catalogue.Find("claude-sonnet-4-5")!, TextBytes = 89, OutputLimit = 1, CacheWrites = writes }).Fixed.Value,
            Is.EqualTo(100 * each));

    [Test]
    public void What_the_provider_adds_unseen_is_held() =>
        Assert.That(Bounds().Cheap(new RequestShape { Price = Gpt4o, TextBytes = 89, HiddenTokens = 500, OutputLimit = 1 }).InputTokens, Is.EqualTo(600));

    [Test]
    public void The_long_context_price_is_held_as_soon_as_the_bound_reaches_it()
    {
        var model = Catalogue.Find("gpt-5.4")!;
        var below = Bounds().Cheap(new RequestShape { Price = model, TextBytes = 272_000 - 11, OutputLimit = 1 });
        var above = Bounds().Cheap(new RequestShape { Price = model, TextBytes = 272_001 - 11, OutputLimit = 1 });
        Assert.That((below.InputTokens, below.Fixed.Value, below.PerOutputToken.Value), Is.EqualTo((272_000L, 272_000 * 2_500_000L, 15_000_000L)));
        Assert.That((above.InputTokens, above.Fixed.Value, above.PerOutputToken.Value), Is.EqualTo((272_001L, 272_001 * 5_000_000L, 22_500_000L)));
    }

    [Test]
    public void Every_choice_is_paid() =>
        Assert.That(Bounds().Cheap(Texts.Shape(Gpt4o, ["x"]) with { Choices = 5 }).PerOutputToken.Value, Is.EqualTo(50_000_000));

    [TestCase("gpt-4o", 48_169)]
    [TestCase("claude-sonnet-4-5", 8_464)]
    public void Every_image_is_held_at_the_worst_published_figure(string model, long each) =>
        Assert.That(Bounds().Cheap(new RequestShape { Price = Catalogue.Find(model)!, Images = 2, OutputLimit = 1 }).InputTokens, Is.EqualTo(2 * each + 11));

    [Test]
    public void Unbounded_input_is_held_at_the_context_window() =>
        Assert.That(Bounds().Cheap(new RequestShape { Price = Gpt4o, HasUnboundedInput = true, OutputLimit = 1 }).InputTokens, Is.EqualTo(128_000));

    [Test]
    public void Unbounded_input_without_a_known_window_is_refused()
    {
        var bound = Bounds().Cheap(new RequestShape { Price = Catalogue.Find("davinci")!, HasUnboundedInput = true, OutputLimit = 1 });
        Assert.That(bound.Refusal, Is.EqualTo(BoundRefusal.UnboundedInput));
        Assert.Throws<InvalidOperationException>(() => bound.ToDemand(Guid.Empty));
    }

    [TestCase("gpt-4o", 16_384)]
    [TestCase("gpt-4o-2024-05-13", 4_096)]
    [TestCase("gpt-4.1", 32_768)]
    [TestCase("gpt-4-turbo", 4_096)]
    [TestCase("gpt-5", 128_000)]
    [TestCase("gpt-5-chat-latest", 16_384)]
    [TestCase("o3", 100_000)]
    public void A_request_without_limit_wants_the_most_that_the_model_gives(string model, long most)
    {
        var bound = Bounds().Cheap(Texts.Shape(Catalogue.Find(model)!, ["x"]) with { OutputLimit = null });
        Assert.That((bound.WantedTokens, bound.OpenEnded, bound.MustWriteLimit, bound.MostToWrite), Is.EqualTo((most, true, false, most)));
    }

    [Test]
    public void Where_the_most_is_not_known_the_window_is_held_and_a_safe_limit_written()
    {
        var model = Catalogue.Find("claude-opus-5")!;
        var bound = Bounds().Cheap(Texts.Shape(model, ["x"]) with { OutputLimit = null });
        Assert.That((bound.WantedTokens, bound.OpenEnded, bound.MustWriteLimit, bound.MostToWrite), Is.EqualTo((1_000_000L, true, false, 4096L)));
    }

    [Test]
    public void Without_limit_and_window_a_request_goes_only_when_it_can_be_lowered()
    {
        var shape = Texts.Shape(Catalogue.Find("davinci")!, ["x"]) with { OutputLimit = null };
        var bound = Bounds().Cheap(shape);
        Assert.That((bound.WantedTokens, bound.OpenEnded, bound.MustWriteLimit, bound.MostToWrite), Is.EqualTo((4096L, true, true, 4096L)));
        Assert.That(Bounds().Cheap(shape with { Lowerable = false }).Refusal, Is.EqualTo(BoundRefusal.UnboundedOutput));
    }

    [TestCase("gpt-4o", 0, 1000L, true, null, 0L, 64L)]
    [TestCase("gpt-4o", 2, 1000L, true, null, 0L, 256L)]
    [TestCase("o3", 0, 5000L, true, null, 0L, 1024L)]
    [TestCase("o3", 2, 5000L, true, null, 0L, 1024L)]
    [TestCase("o3", 0, 500L, true, null, 0L, 500L)]
    [TestCase("gpt-4o", 0, 10L, true, null, 0L, 10L)]
    [TestCase("gpt-4o", 0, 1000L, false, null, 0L, 1000L)]
    [TestCase("claude-opus-5", 0, 9000L, true, false, 0L, 64L)]
    [TestCase("claude-opus-5", 0, 9000L, true, true, 4000L, 5024L)]
    public void A_limit_is_lowered_no_further_than_its_floor(string model, int tools, long limit, bool lowerable, bool? reasoning, long thinking, long floor) =>
        Assert.That(
            Bounds().Cheap(new RequestShape { Price = Catalogue.Find(model)!, Tools = tools, OutputLimit = limit, Lowerable = lowerable, Reasoning = reasoning, ThinkingTokens = thinking }).FloorTokens,
            Is.EqualTo(floor));

    [Test]
    public void A_strict_request_is_never_tokenized()
    {
        var shape = Texts.Shape(Gpt4o, ["hello world"]) with { Strict = true };
        Assert.That(Bounds().Exact(shape), Is.EqualTo(Bounds().Cheap(shape)));
        Assert.That(((Texts)shape.Texts!).Asked, Is.Zero);
    }

    [Test]
    public void A_learned_margin_raises_both_bounds()
    {
        var margins = new Margins();
        margins.Observe("gpt-4o", 1000, 2000);
        margins.Observe("gpt-4o", 10, 20);
        var bound = Bounds(margins).Exact(Texts.Shape(Gpt4o, ["hello world"]));
        Assert.That((bound.UnscaledInputTokens, bound.InputTokens), Is.EqualTo((17L, 49L)), "17 × 2.2 rounded up, and 11");
        Assert.That(bound.Fixed.Value, Is.EqualTo(49 * 2_500_000));
    }

    [Test]
    public void A_learned_margin_goes_no_further_than_the_window()
    {
        var margins = new Margins();
        margins.Observe("gpt-4o", 10, 120_000);
        Assert.That(Bounds(margins).Exact(Texts.Shape(Gpt4o, ["hello world"])).InputTokens, Is.EqualTo(128_000));
        Assert.That(Bounds(margins).Cheap(new RequestShape { Price = Gpt4o, TextBytes = 200_000, OutputLimit = 1 }).InputTokens, Is.EqualTo(200_011));
    }

    [Test]
    public void A_worst_case_beyond_what_amounts_express_is_refused()
    {
        var shape = Texts.Shape(Gpt4o, ["x"]);
        Assert.Multiple(() =>
        {
            Assert.That(Bounds().Cheap(shape with { OutputLimit = long.MaxValue }).Refusal, Is.EqualTo(BoundRefusal.TooLarge));
            Assert.That(Bounds().Cheap(shape with { TextBytes = long.MaxValue }).Refusal, Is.EqualTo(BoundRefusal.TooLarge));
            Assert.That(Bounds().Cheap(shape with { OutputLimit = 900_000_000_000 }).Refusal, Is.EqualTo(BoundRefusal.None));
            Assert.That(Bounds().Cheap(shape with { OutputLimit = 900_000_000_000, Choices = 2 }).Refusal, Is.EqualTo(BoundRefusal.TooLarge));
        });
    }

    [Test]
    public void An_embedding_holds_its_input_alone()
    {
        var bound = Bounds().Cheap(new RequestShape { Price = Catalogue.Find("text-embedding-3-small")!, TextBytes = 89, OutputLimit = 0 });
        Assert.That(bound.ToDemand(Guid.Empty).Cost(bound.WantedTokens), Is.EqualTo(new Picodollars(100 * 20_000)));
        Assert.That((bound.OpenEnded, bound.FloorTokens), Is.EqualTo((false, 0L)));
    }

    [Test]
    public void Negative_counts_throw() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => Bounds().Cheap(new RequestShape { Price = Gpt4o, TextBytes = -1 }));

    [Test]
    public void Negative_hidden_tokens_throw() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => Bounds().Cheap(new RequestShape { Price = Gpt4o, HiddenTokens = -1 }));
}
