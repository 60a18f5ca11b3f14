using System.Text.Json;

namespace IronCage.Cost.Tests.Catalogue;

/// <summary>Every file of the catalogue: it can be read, and each of its names finds its model.</summary>
public sealed class AllProvidersTests
{
    private static readonly PriceCatalogue Today = PriceCatalogue.Load(new FixedTime("2026-08-31"));

    private static IEnumerable<string> Ids() => PriceCatalogue.Providers.Select(provider => provider.Id);

    [Test]
    public void There_are_34_providers_and_1276_models()
    {
        Assert.That(PriceCatalogue.Providers, Has.Count.EqualTo(34));
        Assert.That(Today.All(), Has.Count.EqualTo(1276));
    }

    [TestCaseSource(nameof(Ids))]
    public void Every_name_of_a_provider_finds_its_model(string id)
    {
        using var file = JsonDocument.Parse(EmbeddedFiles.Read(id + ".json"));
        var models = 0;
        foreach (var model in file.RootElement.GetProperty("models").EnumerateArray())
        {
            models++;
            var own = model.GetProperty("id").GetString()!;
            string[] names = model.TryGetProperty("match", out var match)
                ? [.. match.EnumerateObject().Where(kind => kind.Name != "open").SelectMany(kind => kind.Value.EnumerateArray()).Select(name => name.GetString()!)]
                : [own];
            foreach (var name in names)
            {
                var price = Today.Find(id, name.Replace("*.", "eu.", StringComparison.Ordinal));
                Assert.That((price?.Id, price?.Provider, price?.IsVendorPrice), Is.EqualTo((own, id, false)), name);
            }
        }
        Assert.That(models, Is.EqualTo(Today.Of(id).Count).And.GreaterThan(0));
    }

    [TestCaseSource(nameof(Ids))]
    public void Every_price_has_its_page_and_the_day_of_the_snapshot(string id) =>
        Assert.That(Today.Of(id), Has.All.Matches<ModelPrice>(price => price.Source.StartsWith("https://", StringComparison.Ordinal) && price.Checked == new DateOnly(2026, 8, 31) && !price.IsAssumed));

    [Test]
    public void Only_the_files_that_are_needed_are_read_and_quickly()
    {
        var catalogue = PriceCatalogue.Load(new FixedTime("2026-08-31"));
        var started = System.Diagnostics.Stopwatch.GetTimestamp();
        Assert.That(catalogue.Find("openrouter", "openai/gpt-4o"), Is.Not.Null);
        Assert.That(catalogue.FilesRead, Is.EqualTo(1));
        Assert.That(System.Diagnostics.Stopwatch.GetElapsedTime(started).TotalMilliseconds, Is.LessThan(250), "the largest file, on a busy machine, not compiled ahead");
    }

    [Test]
    public void Figures_finer_than_a_picodollar_are_rounded_up_and_say_so()
    {
        var price = Today.Find("openrouter", "google/gemini-2.5-flash-lite")!;
        Assert.That((price.Buckets.CacheWrite?.Value, price.RoundedUp), Is.EqualTo(((long?)83_334, (IReadOnlyList<string>)["cache_write"])));
        Assert.That(Today.Find("huggingface_together", "Qwen/Qwen3-VL-8B-Instruct")!.Buckets.Input.Value, Is.EqualTo(180_000), "binary noise is no figure");
    }
}
