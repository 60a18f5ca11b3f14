using System.Text;

namespace IronCage.Cost.Tests.Catalogue;

public sealed class CatalogueReaderTests
{
    private const string Model = """{"id": "m", "match": {"exact": ["m"], "prefixes": []}, "tokenizer": null, "reasoning": false, "prices": [PRICES]}""";

    private static ProviderCatalogue Read(string prices) => CatalogueReader.Read(
        "x", Encoding.UTF8.GetBytes("""{"schema": 1, "provider": "x", "source": "s", "checked": "2026-08-31", "models": [""" + Model.Replace("PRICES", prices) + "]}"));

    [Test]
    public void A_whole_number_of_picodollars_is_read_exactly() =>
        Assert.That(Read("""{"input": "0.000001", "tiers": []}""").Find("m"u8)!.At(default).Buckets.Input.Value, Is.EqualTo(1));

    [TestCase("""{"input": "0.0000001", "tiers": []}""", TestName = "A_fraction_of_a_picodollar_is_an_error_at_load")]
    [TestCase("""{"input": "-1", "tiers": []}""", TestName = "A_negative_price_is_an_error")]
    [TestCase("""{"input": "1x", "tiers": []}""", TestName = "A_price_that_is_no_number_is_an_error")]
    [TestCase("""{"input": 1, "tiers": []}""", TestName = "A_price_that_is_no_text_is_an_error")]
    [TestCase("""{"output": "1", "tiers": []}""", TestName = "A_missing_input_price_is_an_error")]
    [TestCase("""{"input": "1", "surprise": "1", "tiers": []}""", TestName = "An_unknown_bucket_is_an_error")]
    [TestCase("""{"input": "1", "tiers": [{"above_input_tokens": 0, "input": "1"}]}""", TestName = "A_tier_from_zero_is_an_error")]
    [TestCase("""{"input": "1", "tiers": [{"above_input_tokens": 9, "input": "1"}, {"above_input_tokens": 9, "input": "1"}]}""", TestName = "Tiers_that_do_not_ascend_are_an_error")]
    [TestCase("""{"input": "1", "tiers": [""", TestName = "A_file_that_ends_early_is_an_error")]
    [TestCase("", TestName = "A_model_without_prices_is_an_error")]
    public void Damage_is_an_error(string prices) => Assert.Throws<InvalidDataException>(() => Read(prices));

    [Test]
    public void Another_schema_is_an_error() =>
        Assert.Throws<InvalidDataException>(() => CatalogueReader.Read("x", """{"schema": 2, "provider": "x", "models": []}"""u8));
}
