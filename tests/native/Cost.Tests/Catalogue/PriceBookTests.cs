using System.Text;

namespace IronCage.Cost.Tests.Catalogue;

public sealed class PriceBookTests
{
    private static readonly FixedTime Time = new("2026-08-31");
    private static readonly PriceCatalogue Catalogue = PriceCatalogue.Load(Time);

    private static PriceBook Read(params string[] files) => PriceBook.Read([.. files.Select(Encoding.UTF8.GetBytes)], Catalogue, Time, out _);

    private const string Mine = """
        {
          "schema": 1,
          "models": [
            {"id": "gpt-4o", "prices": {"input": 2, "output": 8}},
            {"id": "house-model", "match": {"exact": ["house-model"], "prefixes": ["house"], "open": ["ft:house:"]}, "reasoning": true, "context_window": 32000,
             "prices": [{"input": "1", "output": "2", "request": "0.01", "tiers": [{"above_input_tokens": 1000, "input": "3", "output": "4"}]}, {"from": "2027-01-01", "input": "9", "output": "9"}]}
          ],
          "aliases": {"prod-chat": "gpt-4.1-mini", "prod-claude": "anthropic/claude-haiku-4-5", "prod-house": "house-model", "nowhere": "no-such-model"}
        }
        """;

    [Test]
    public void A_users_price_goes_before_the_catalogues_and_adds_to_it()
    {
        var book = Read(Mine);
        Assert.That(book.Find("openai", "gpt-4o")!.Buckets.Input.Value, Is.EqualTo(2_000_000));
        Assert.That(book.Find(null, "house-2026-01-01")!.Id, Is.EqualTo("house-model"));
        Assert.That(book.Find(null, "ft:house:acme")!.Id, Is.EqualTo("house-model"));
        Assert.That(book.Find("openai", "gpt-4o-mini"), Is.Null, "the catalogue's");
        var own = book.Find(null, "house-model")!;
        Assert.That((own.IsAssumed, own.Source, own.Checked, own.Reasoning, own.ContextWindow), Is.EqualTo((true, "own", (DateOnly?)null, true, (long?)32_000)));
        Assert.That(Pricing.Cost(own, new TokenUsage(Input: 1001, Output: 1)).Value, Is.EqualTo(1001 * 3_000_000L + 4_000_000 + 10_000_000_000));
        Assert.That(book.Resolve(null, "house-model", DateTimeOffset.Parse("2027-01-01T00:00:00Z", System.Globalization.CultureInfo.InvariantCulture))!.Price!.Buckets.Input.Value, Is.EqualTo(9_000_000));
    }

    [TestCase("openai", "prod-chat", "gpt-4.1-mini", "openai")]
    [TestCase("azure", "prod-chat", "gpt-4.1-mini", "azure")]
    [TestCase("azure", "prod-claude", "claude-haiku-4-5", "anthropic")]
    [TestCase(null, "prod-house", "house-model", "")]
    public void An_alias_has_the_price_of_the_model_it_names(string? provider, string name, string id, string served)
    {
        var found = Read(Mine).Resolve(provider, name, null)!;
        Assert.That((found.Price?.Id, found.Price?.Provider), Is.EqualTo((id, served)));
        Assert.That(found.Rule, Does.StartWith("an alias of "));
    }

    [Test]
    public void An_alias_of_what_has_no_price_says_so()
    {
        var found = Read(Mine).Resolve("openai", "nowhere", null)!;
        Assert.That((found.Price, found.Model), Is.EqualTo(((ModelPrice?)null, "nowhere")));
        Assert.That(found.Problem, Does.Contain("OpenAI has no price"));
    }

    [Test]
    public void A_file_of_a_provider_counts_there_alone_and_the_last_file_counts_first()
    {
        const string Azure = """{"schema": 1, "provider": "azure", "source": "https://example.com/contract", "checked": "2026-08-01", "models": [{"id": "gpt-4o", "prices": {"input": "1.1", "output": "4"}}]}""";
        var book = Read(Mine, Azure);
        Assert.That(book.Find("azure", "gpt-4o")!.Buckets.Input.Value, Is.EqualTo(1_100_000));
        Assert.That((book.Find("azure", "gpt-4o")!.Source, book.Find("azure", "gpt-4o")!.Checked), Is.EqualTo(("https://example.com/contract", (DateOnly?)new DateOnly(2026, 8, 1))));
        Assert.That(book.Find("openai", "gpt-4o")!.Buckets.Input.Value, Is.EqualTo(2_000_000));
        Assert.That(book.Find(null, "gpt-4o")!.Buckets.Input.Value, Is.EqualTo(2_000_000));
    }

    [Test]
    public void A_file_may_be_of_aliases_alone_and_begin_with_a_byte_order_mark() =>
        Assert.That(Read("\uFEFF{\"schema\": 1, \"aliases\": {\"mine\": \"gpt-4o\"}}").Find("openai", "mine")!.Id, Is.EqualTo("gpt-4o"));

    [TestCase("{\n\"schema\": 1,\n\"models\": [\n{\"id\": \"x\",\n\"prices\": {\"input\": \"1.0000001\"}}]}", 5, "model 'x': input is a price in dollars per million tokens, 0 to 1,000,000 with at most 6 decimal places")]
    [TestCase("{\n\"schema\": 1,\n\"models\": [\n{\"id\": \"x\",\n\"price\": 1}]}", 5, "model 'x': 'price' is no field of a model")]
    [TestCase("{\n\"schema\": 1,\n\"provider\": \"acme\"}", 3, "provider 'acme' is unknown; there are anthropic, avian, aws")]
    [TestCase("{\n\"schema\": 1,\n\"aliases\": {\"a\": \"b\",\n\"a\": \"c\"}}", 4, "'a' is there twice")]
    [TestCase("{\n\"schema\": 1,\n\n\"models\": [}", 4, "this is no JSON")]
    [TestCase("{\r\n\"schema\": 1\r\n}\r\n", 3, "models are missing")]
    [TestCase("[]", 1, "an object belongs here")]
    [TestCase("", 1, "this is no JSON")]
    public void A_file_that_is_wrong_says_where_and_what_is_accepted(string file, int line, string said)
    {
        var wrong = Assert.Throws<PriceFileException>(() => Read(file))!;
        Assert.That((wrong.Line, wrong.Message), Is.EqualTo(((long)line, wrong.Message)));
        Assert.That(wrong.Message, Does.StartWith($"line {line}: ").And.Contain(said));
    }

    [Test]
    public void The_file_that_failed_is_told_by_its_index()
    {
        var read = -1;
        Assert.Throws<PriceFileException>(() => PriceBook.Read([Encoding.UTF8.GetBytes(Mine), "{"u8.ToArray()], Catalogue, Time, out read));
        Assert.That(read, Is.EqualTo(1));
    }

    [Test]
    public void Any_bytes_are_a_book_or_an_error_with_a_line()
    {
        var random = new Random(20260831);
        var mine = Encoding.UTF8.GetBytes(Mine);
        for (var i = 0; i < 20_000; i++)
        {
            var bytes = mine.ToArray();
            for (var n = random.Next(1, 4); n > 0; n--)
                bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            if (random.Next(4) == 0)
                bytes = bytes[..random.Next(bytes.Length)];
            try
            {
                PriceBook.Read([bytes], Catalogue, Time, out _).Find("openai", "gpt-4o");
            }
            catch (PriceFileException e)
            {
                Assert.That(e.Line, Is.GreaterThan(0));
            }
        }
    }
}
