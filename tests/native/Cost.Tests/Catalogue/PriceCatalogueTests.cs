using System.Text;
using IronCage.Core.Money;

namespace IronCage.Cost.Tests.Catalogue;

public sealed class PriceCatalogueTests
{
    private static readonly PriceCatalogue Today = PriceCatalogue.Load(new FixedTime("2026-08-31"));

    [TestCase("gpt-4o", "gpt-4o")]
    [TestCase("gpt-4o-2024-08-06", "gpt-4o")]
    [TestCase("gpt-4o-2027-01-31", "gpt-4o")]
    [TestCase("gpt-4o-mini", "gpt-4o-mini")]
    [TestCase("gpt-4o-mini-2024-07-18", "gpt-4o-mini")]
    [TestCase("gpt-4o-realtime-preview-2025-06-03", "gpt-4o-realtime-preview")]
    [TestCase("gpt-4o-mini-audio-preview-2024-12-17", "gpt-4o-mini-audio-preview")]
    [TestCase("gpt-5-nano-2025-08-07", "gpt-5-nano")]
    [TestCase("gpt-5-mini-2025-08-07", "gpt-5-mini")]
    [TestCase("gpt-5.6", "gpt-5.6-sol")]
    [TestCase("gpt-5.6-luna-2026-07-01", "gpt-5.6-luna")]
    [TestCase("gpt-3.5-turbo-instruct-0914", "gpt-3.5-turbo-instruct")]
    [TestCase("gpt-3.5-turbo-0125", "gpt-3.5-turbo")]
    [TestCase("gpt-4-0613", "gpt-4")]
    [TestCase("computer-use-preview-2025-03-11", "computer-use")]
    [TestCase("ft:gpt-4o-2024-08-06:acme:support:9xYz", "ft:gpt-4o")]
    [TestCase("ft:gpt-4o-mini-2024-07-18:acme::id", "ft:gpt-4o-mini")]
    [TestCase("ft:gpt-3.5-turbo-0125:acme::id", "ft:gpt-3.5-turbo-")]
    [TestCase("ft:gpt-4-0613:acme::id", "gpt-4")]
    [TestCase("o3-mini-2025-01-31", "o3-mini")]
    [TestCase("claude-sonnet-4-5", "claude-sonnet-4-5")]
    [TestCase("claude-sonnet-4-5-20250929", "claude-sonnet-4-5")]
    [TestCase("claude-sonnet-4-5@20250929", "claude-sonnet-4-5")]
    [TestCase("claude-sonnet-4-20250514", "claude-sonnet-4-0")]
    [TestCase("claude-sonnet-4@20250514", "claude-sonnet-4-0")]
    [TestCase("claude-opus-4-20250514", "claude-opus-4-0")]
    [TestCase("claude-opus-4-1-20250805", "claude-opus-4-1")]
    [TestCase("claude-3-5-haiku-latest", "claude-3-5-haiku-latest")]
    [TestCase("claude-3-5-haiku-20241022", "claude-3-5-haiku-latest")]
    [TestCase("claude-3-5-sonnet-v2@20241022", "claude-3-5-sonnet")]
    [TestCase("claude-2.1", "claude-2")]
    [TestCase("gemini-2.5-pro", "gemini-2.5-pro")]
    [TestCase("gemini-2.5-pro-preview-05-06", "gemini-2.5-pro")]
    [TestCase("gemini-2.5-pro-exp-03-25", "gemini-2.5-pro")]
    [TestCase("models/gemini-2.5-pro", "gemini-2.5-pro")]
    [TestCase("gemini-2.5-flash-lite-preview-06-17", "gemini-2.5-flash-lite")]
    [TestCase("gemini-2.5-flash-preview-09-2025", "gemini-2.5-flash")]
    [TestCase("gemini-2.5-flash-preview-05-20:thinking", "gemini-2.5-flash-preview")]
    [TestCase("gemini-2.0-flash-001", "gemini-2.0-flash")]
    [TestCase("gemini-2.0-flash-lite-001", "gemini-2.0-flash-lite")]
    [TestCase("gemini-2.0-flash-thinking-exp-1219", "gemini-2.0-flash")]
    [TestCase("gemini-1.5-flash-002", "gemini-1.5-flash")]
    [TestCase("gemini-3.5-flash-001", "gemini-3.5-flash")]
    [TestCase("gemini-3.5-flash-preview-05-2026", "gemini-3.5-flash")]
    [TestCase("gemini-3.1-pro-preview-customtools", "gemini-3.1-pro-preview")]
    public void A_name_of_the_wire_finds_its_model(string name, string id)
    {
        Assert.That(Today.Find(name)?.Id, Is.EqualTo(id));
        Assert.That(Today.Find(Encoding.UTF8.GetBytes(name)), Is.SameAs(Today.Find(name)), "bytes and text agree");
    }

    [TestCase("")]
    [TestCase(" gpt-4o")]
    [TestCase("gpt-4o ")]
    [TestCase("GPT-4o")]
    [TestCase("gpt")]
    [TestCase("gpt-4o-")]
    [TestCase("gpt-4o-large")]
    [TestCase("gpt-4o-x-realtime")]
    [TestCase("gpt-4o-realtime-x")]
    [TestCase("gpt-4o-20240806")]
    [TestCase("gpt-4o-2024-13-06")]
    [TestCase("gpt-4o-2024-08-32")]
    [TestCase("gpt-4o-2024-08-06-2024-08-06")]
    [TestCase("gpt-4o-2024-08-06-mini")]
    [TestCase("gpt-5.7")]
    [TestCase("gpt-5.7-2027-01-01")]
    [TestCase("gpt-50")]
    [TestCase("gpt-5-ultra")]
    [TestCase("gpt-5.6-nova")]
    [TestCase("gpt-image-1.5")]
    [TestCase("o5")]
    [TestCase("o3-max")]
    [TestCase("ft:gpt-4.1-2025-04-14:acme::id")]
    [TestCase("ft:gpt-5:acme::id")]
    [TestCase("models/gpt-4o/x")]
    [TestCase("openai/gpt-4o")]
    [TestCase("claude")]
    [TestCase("claude-opus-5-1")]
    [TestCase("claude-opus-5.1")]
    [TestCase("claude-opus-50")]
    [TestCase("claude-opus-4-9")]
    [TestCase("claude-opus-4-6-fast")]
    [TestCase("claude-sonnet-4-5-2025092")]
    [TestCase("claude-sonnet-4-5-20251329")]
    [TestCase("claude-sonnet-4-5-latest-20250929")]
    [TestCase("claude-instant-1.2")]
    [TestCase("gemini-2.5-pro-preview-tts")]
    [TestCase("gemini-2.5-flash-image")]
    [TestCase("gemini-2.5-flash-001x")]
    [TestCase("gemini-3.6-flash-image")]
    [TestCase("gemini-3.6-flash-lite")]
    [TestCase("gemini-3.5-flash-8b")]
    [TestCase("gemini-3.7-flash")]
    [TestCase("gpt-4o\0")]
    [TestCase("gpt-4ö")]
    public void A_name_that_is_not_in_the_catalogue_has_no_price(string name)
    {
        Assert.That(Today.Find(name), Is.Null);
        Assert.That(Today.Find(Encoding.UTF8.GetBytes(name)), Is.Null);
    }

    [Test]
    public void Bytes_that_are_no_text_and_endless_names_have_no_price()
    {
        Assert.That(Today.Find([0xff, 0xfe]), Is.Null);
        Assert.That(Today.Find(new string('a', 100_000)), Is.Null);
        Assert.That(Today.Find(Encoding.UTF8.GetBytes("ft:gpt-4o-2024-" + new string('a', 1000))), Is.Null);
        Assert.That(Today.Find((string)null!), Is.Null);
    }

    [Test]
    public void A_price_changes_at_midnight_UTC_of_its_date()
    {
        var time = new FixedTime("2026-08-31");
        var catalogue = PriceCatalogue.Load(time);
        var before = catalogue.Find("claude-sonnet-5")!;
        time.Now = new DateTimeOffset(2026, 8, 31, 23, 59, 59, 999, TimeSpan.Zero);
        Assert.That(catalogue.Find("claude-sonnet-5"), Is.SameAs(before));
        time.Now = new DateTimeOffset(2026, 9, 1, 0, 0, 0, TimeSpan.Zero);
        var after = catalogue.Find("claude-sonnet-5")!;
        Assert.That(before.Buckets.Input, Is.EqualTo(new Picodollars(2_000_000)));
        Assert.That(after.Buckets.Input, Is.EqualTo(new Picodollars(3_000_000)));
        time.Now = new DateTimeOffset(2026, 9, 1, 1, 0, 0, TimeSpan.FromHours(2));
        Assert.That(catalogue.Find("claude-sonnet-5"), Is.SameAs(before), "it is still August in UTC");
    }

    [Test]
    public void A_tier_can_end_at_a_date() =>
        Assert.Multiple(() =>
        {
            Assert.That(PriceCatalogue.Load(new FixedTime("2026-03-12")).Find("claude-opus-4-6")!.Tiers, Has.Count.EqualTo(1));
            Assert.That(PriceCatalogue.Load(new FixedTime("2026-03-13")).Find("claude-opus-4-6")!.Tiers, Is.Empty);
        });

    [Test]
    public void A_model_tells_what_the_catalogue_knows_of_it()
    {
        var model = Today.Find("gpt-5.4")!;
        Assert.Multiple(() =>
        {
            Assert.That(model.Provider, Is.EqualTo("openai"));
            Assert.That(model.ContextWindow, Is.EqualTo(1_050_000));
            Assert.That(model.Tokenizer, Is.EqualTo("o200k_base"));
            Assert.That(model.Reasoning, Is.True);
            Assert.That(model.OutputLimitField, Is.EqualTo("max_completion_tokens"));
            Assert.That(model.Source, Does.StartWith("https://"));
            Assert.That(model.Checked, Is.EqualTo(new DateOnly(2026, 8, 31)));
            Assert.That(model.IsAssumed, Is.False);
        });
    }

    [TestCase("gpt-4o", "o200k_base", false, "max_tokens")]
    [TestCase("gpt-4", "cl100k_base", false, "max_tokens")]
    [TestCase("gpt-3.5-turbo", "cl100k_base", false, "max_tokens")]
    [TestCase("text-embedding-3-small", "cl100k_base", false, "max_tokens")]
    [TestCase("davinci", null, false, "max_tokens")]
    [TestCase("o1", "o200k_base", true, "max_completion_tokens")]
    [TestCase("o4-mini", "o200k_base", true, "max_completion_tokens")]
    [TestCase("gpt-5", "o200k_base", true, "max_completion_tokens")]
    [TestCase("gpt-5.6-terra", "o200k_base", true, "max_completion_tokens")]
    [TestCase("ft:gpt-4o-2024-08-06:a::b", "o200k_base", false, "max_tokens")]
    [TestCase("claude-opus-5", null, true, null)]
    [TestCase("claude-3-haiku-20240307", null, false, null)]
    [TestCase("gemini-2.5-pro", null, true, null)]
    public void A_family_has_its_tokenizer_and_output_limit(string name, string? tokenizer, bool reasoning, string? field)
    {
        var model = Today.Find(name)!;
        Assert.That((model.Tokenizer, model.Reasoning, model.OutputLimitField), Is.EqualTo((tokenizer, reasoning, field)));
    }

    [Test]
    public void Finding_a_known_name_again_allocates_nothing()
    {
        var name = "gpt-4o-2024-08-06"u8.ToArray();
        for (var i = 0; i < 100; i++)
            Today.Find(name);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1000; i++)
        {
            Today.Find(name);
            Today.Find("claude-sonnet-4-5-20250929");
        }

        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.That(allocated, Is.LessThan(2000), "1,000 lookups of two names");
    }

    [Test]
    public void Names_beyond_the_cache_still_resolve()
    {
        var catalogue = PriceCatalogue.Load(new FixedTime("2026-08-31"));
        for (var i = 0; i < 3000; i++)
            Assert.That(catalogue.Find($"ft:gpt-4o-2024-08-06:acme::{i}")?.Id, Is.EqualTo("ft:gpt-4o"));
    }

    [Test]
    public void Many_threads_find_the_same_first_model()
    {
        for (var round = 0; round < 20; round++)
        {
            var catalogue = PriceCatalogue.Load(new FixedTime("2026-08-31"));
            var found = new ModelPrice?[8];
            Parallel.For(0, found.Length, i => found[i] = catalogue.Find("gpt-4o"));
            Assert.That(found, Has.All.SameAs(catalogue.Find("gpt-4o")));
        }
    }

    [Test]
    public void The_first_snapshot_of_gpt_4o_keeps_its_own_price_and_limit()
    {
        var catalogue = PriceCatalogue.Load(new FixedTime("2026-08-31"));
        var first = catalogue.Find("gpt-4o-2024-05-13")!;
        Assert.That((first.Buckets.Input, first.Buckets.Output, first.MaxOutput), Is.EqualTo((new Picodollars(5_000_000), (Picodollars?)new Picodollars(15_000_000), (long?)4096)));
        Assert.That(catalogue.Find("gpt-4o-2024-08-06")!.Buckets.Input, Is.EqualTo(new Picodollars(2_500_000)));
    }
}
