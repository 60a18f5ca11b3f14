using System.Globalization;
using System.Text.Json;

namespace IronCage.Cost.Tests.Catalogue;

/// <summary>The models of OpenAI, Anthropic and Gemini against tests/vectors/prices.json, a second reading of the source figures (build/prices --golden).</summary>
public sealed class GoldenPricesTests
{
    private static readonly JsonElement Golden =
        JsonDocument.Parse(File.ReadAllBytes(Path.Combine(TestContext.CurrentContext.TestDirectory, "prices.json"))).RootElement;

    private static readonly TokenUsage[] Usages = [.. Golden.GetProperty("usages").EnumerateArray().Select(u => new TokenUsage(
        Input: u.GetProperty("input").GetInt64(),
        Cached: u.GetProperty("cached").GetInt64(),
        CacheWrite: u.GetProperty("cache_write").GetInt64(),
        Output: u.GetProperty("output").GetInt64(),
        AudioInput: u.GetProperty("audio_input").GetInt64(),
        AudioOutput: u.GetProperty("audio_output").GetInt64()))];

    private static IEnumerable<TestCaseData> Rows() => Golden.GetProperty("rows").EnumerateArray()
        .Select(row => new TestCaseData(row).SetArgDisplayNames($"{row.GetProperty("model")}", $"{row.GetProperty("date")}"));

    [TestCaseSource(nameof(Rows))]
    public void A_model_costs_what_the_source_says(JsonElement row)
    {
        var price = PriceCatalogue.Load(new FixedTime(row.GetProperty("date").GetString()!)).Find(row.GetProperty("name").GetString()!);
        Assert.That(price?.Id, Is.EqualTo(row.GetProperty("model").GetString()));
        Assert.That(price!.Provider, Is.EqualTo(row.GetProperty("provider").GetString()));
        var expected = row.GetProperty("usd").EnumerateArray().Select(usd => decimal.Parse(usd.GetString()!, CultureInfo.InvariantCulture));
        Assert.That(Usages.Select(usage => Pricing.Cost(price, usage).ToDollars()), Is.EqualTo(expected));
    }

    [TestCaseSource(nameof(Rows))]
    public void Every_name_the_source_spells_out_finds_the_model(JsonElement row)
    {
        var catalogue = PriceCatalogue.Load(new FixedTime(row.GetProperty("date").GetString()!));
        foreach (var alias in row.GetProperty("aliases").EnumerateArray())
            Assert.That(catalogue.Find(alias.GetString()!)?.Id, Is.EqualTo(row.GetProperty("model").GetString()), alias.GetString());
    }

    [Test]
    public void The_vectors_cover_the_vendors_own_models()
    {
        var covered = Golden.GetProperty("rows").EnumerateArray().Select(row => row.GetProperty("model").GetString()).Distinct();
        var catalogue = PriceCatalogue.Load(new FixedTime("2026-08-31"));
        var own = catalogue.Of("openai").Concat(catalogue.Of("anthropic")).Concat(catalogue.Of("google").Where(model => model.Id.StartsWith("gemini-", StringComparison.Ordinal)));
        Assert.That(own.Select(model => model.Id), Is.EquivalentTo(covered));
    }
}
