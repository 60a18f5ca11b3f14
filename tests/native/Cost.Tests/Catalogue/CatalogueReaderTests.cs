using System.Text;

namespace IronCage.Cost.Tests.Catalogue;

public sealed class CatalogueReaderTests
{
    private static ProviderCatalogue Read(string prices) => ReadModel($$"""{"id": "m", "prices": [{{prices}}]}""");

    private static ProviderCatalogue ReadModel(string model) => CatalogueReader.Read(
        "x", Encoding.UTF8.GetBytes("""{"schema": 1, "provider": "x", "source": "s", "checked": "2026-08-31", "models": [""" + model + "]}"));

    private static ModelPrice Price(string prices, string at = "2026-08-31") =>
        Read(prices).Find("m"u8)!.Value.Entry.At(DateTime.Parse(at, System.Globalization.CultureInfo.InvariantCulture));

    [Test]
    public void A_whole_number_of_picodollars_is_read_exactly() =>
        Assert.That(Price("""{"input": "0.000001", "tiers": []}""").Buckets.Input.Value, Is.EqualTo(1));

    [Test]
    public void Amounts_may_be_numbers_and_charges_per_request_have_twelve_places()
    {
        var price = Price("""{"input": 0.15, "request": 0.012, "search": "0.000000000001"}""");
        Assert.That((price.Buckets.Input.Value, price.PerRequest?.Value, price.PerSearch?.Value), Is.EqualTo((150_000L, (long?)12_000_000_000, (long?)1)));
    }

    [Test]
    public void Prices_by_the_hour_hold_in_their_hours_and_the_first_hold_outside()
    {
        const string Prices = """{"input": "1"}, {"daily": ["00:30", "16:30"], "input": "2"}, {"from": "2027-01-01", "daily": ["22:00", "02:00"], "input": "3"}""";
        foreach (var (at, dollars) in new[]
        {
            ("2026-08-31T00:29:59.999", 1), ("2026-08-31T00:30:00", 2), ("2026-08-31T16:29:59.999", 2), ("2026-08-31T16:30:00", 1), ("2026-12-31T23:00:00", 1),
            ("2027-01-01T22:00:00", 3), ("2027-01-02T01:59:59", 3), ("2027-01-02T02:00:00", 2), ("2027-01-02T20:00:00", 1),
        })
            Assert.That(Price(Prices, at).Buckets.Input.Value, Is.EqualTo(dollars * 1_000_000L), at);
    }

    [TestCase("""{"input": "0.0000001"}""", "at most 6 decimal places", TestName = "A_fraction_of_a_picodollar_is_an_error_at_load")]
    [TestCase("""{"input": "-1"}""", "0 to 1,000,000", TestName = "A_negative_price_is_an_error")]
    [TestCase("""{"input": "1000000.000001"}""", "0 to 1,000,000", TestName = "A_price_above_a_dollar_a_token_is_an_error")]
    [TestCase("""{"input": "1x"}""", "0 to 1,000,000", TestName = "A_price_that_is_no_number_is_an_error")]
    [TestCase("""{"input": null}""", "0 to 1,000,000", TestName = "A_price_that_is_no_amount_is_an_error")]
    [TestCase("""{"input": "1e1"}""", "0 to 1,000,000", TestName = "A_price_with_an_exponent_is_an_error")]
    [TestCase("""{"input": "1", "request": "1001"}""", "0 to 1,000 with at most 12", TestName = "A_dear_request_is_an_error")]
    [TestCase("""{"input": "1", "input": "2"}""", "twice", TestName = "A_price_that_is_there_twice_is_an_error")]
    [TestCase("""{"output": "1"}""", "input is missing", TestName = "A_missing_input_price_is_an_error")]
    [TestCase("""{"input": "1", "surprise": "1"}""", "'surprise' is no price", TestName = "An_unknown_bucket_is_an_error")]
    [TestCase("""{"input": "1", "tiers": [{"input": "1"}]}""", "above_input_tokens", TestName = "A_tier_without_a_start_is_an_error")]
    [TestCase("""{"input": "1", "tiers": [{"above_input_tokens": 0, "input": "1"}]}""", "1 to 1,000,000,000", TestName = "A_tier_from_zero_is_an_error")]
    [TestCase("""{"input": "1", "tiers": [{"above_input_tokens": 9, "input": "1"}, {"above_input_tokens": 9, "input": "1"}]}""", "ascend", TestName = "Tiers_that_do_not_ascend_are_an_error")]
    [TestCase("""{"from": "2026-01-01", "input": "1"}""", "the first prices", TestName = "First_prices_that_begin_at_a_date_are_an_error")]
    [TestCase("""{"input": "1"}, {"input": "2"}""", "each that follows", TestName = "Second_prices_that_always_hold_are_an_error")]
    [TestCase("""{"input": "1"}, {"input": "2", "from": "2026-02-01"}, {"input": "3", "from": "2026-02-01"}""", "ascend", TestName = "Dates_that_do_not_ascend_are_an_error")]
    [TestCase("""{"input": "1"}, {"input": "2", "from": "2026-02-30"}""", "YYYY-MM-DD", TestName = "A_day_that_does_not_exist_is_an_error")]
    [TestCase("""{"input": "1"}, {"input": "2", "daily": ["09:00", "09:00"]}""", "another end", TestName = "Hours_of_no_length_are_an_error")]
    [TestCase("""{"input": "1"}, {"input": "2", "daily": ["09:00", "24:00"]}""", "HH:MM", TestName = "An_hour_that_does_not_exist_is_an_error")]
    [TestCase("""{"input": "1", "tiers": [""", "no JSON", TestName = "A_file_that_ends_early_is_an_error")]
    [TestCase("", "prices are missing", TestName = "A_model_without_prices_is_an_error")]
    public void Damage_is_an_error(string prices, string said) =>
        Assert.That(Assert.Throws<InvalidDataException>(() => Read(prices))!.Message, Does.Contain("line 1: ").And.Contain(said));

    [TestCase("""{"prices": {"input": "1"}}""", "needs an id")]
    [TestCase("""{"id": "a b", "prices": {"input": "1"}}""", "printable ASCII")]
    [TestCase("""{"id": "m", "surprise": 1, "prices": {"input": "1"}}""", "'surprise' is no field of a model")]
    [TestCase("""{"id": "m", "match": {"regex": ["m"]}, "prices": {"input": "1"}}""", "exact, prefixes, open")]
    [TestCase("""{"id": "m", "tokenizer": "p50k_base", "prices": {"input": "1"}}""", "o200k_base or cl100k_base")]
    [TestCase("""{"id": "m", "context_window": 0, "prices": {"input": "1"}}""", "1 to 1,000,000,000")]
    [TestCase("""{"id": "m", "output_limit_field": "limit", "prices": {"input": "1"}}""", "max_tokens")]
    [TestCase("""{"id": "m", "prices": {"input": "1"}}, {"id": "n", "match": {"exact": ["m"]}, "prices": {"input": "1"}}""", "another model's")]
    public void A_damaged_model_is_an_error(string model, string said) =>
        Assert.That(Assert.Throws<InvalidDataException>(() => ReadModel(model))!.Message, Does.Contain(said));

    [TestCase("""{"schema": 2, "provider": "x", "models": []}""", "schema is 1")]
    [TestCase("""{"provider": "x", "models": []}""", "schema is missing")]
    [TestCase("""{"schema": 1, "provider": "y", "models": []}""", "another provider")]
    [TestCase("""{"schema": 1, "models": [], "provider": "x"}""", "then models")]
    [TestCase("""{"schema": 1, "models": []} x""", "no JSON")]
    [TestCase("""{"schema": 1}""", "models are missing")]
    public void Another_schema_is_an_error(string file, string said) =>
        Assert.That(Assert.Throws<InvalidDataException>(() => CatalogueReader.Read("x", Encoding.UTF8.GetBytes(file)))!.Message, Does.Contain(said));
}
