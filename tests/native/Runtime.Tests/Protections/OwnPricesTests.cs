using IronCage.Runtime.Calls;
using IronCage.Runtime.Protections;
using IronCage.Runtime.Standalone;
using IronCage.Runtime.Tests.Support;

namespace IronCage.Runtime.Tests.Protections;

/// <summary>Prices of the user's own, as an option of a protection and in explanations.</summary>
public class OwnPricesTests
{
    private Cage _cage = null!;

    [SetUp]
    public void Open() => _cage = new Cage();

    [TearDown]
    public void Close() => _cage.Dispose();

    private static string Option(params string[] files) =>
        $"\"prices\":[{string.Join(',', files.Select((text, at) => $"{{\"name\":\"p{at}.json\",\"text\":{Wire.Quote(text)}}}"))}]";

    private static string File(string id, string input, string output, string rest = "") =>
        $$$"""{"schema":1,"models":[{"id":"{{{id}}}","prices":{"input":"{{{input}}}","output":"{{{output}}}"}}]{{{rest}}}}""";

    private decimal Spent(string options, string model = "gpt-4o", Protection? outer = null)
    {
        var protection = _cage.Protect("\"budget_usd\":\"1\",\"circuit_breaker\":null," + options);
        var step = _cage.Whole(protection.OpenRun(outer?.OpenRun(null)), Wire.Request(model: model), Wire.Answer(usage: Wire.Usage(1_000, 100)));
        Assert.That(step.Kind, Is.EqualTo(VerdictKind.Send), step.Text);
        return Cage.Figures(protection).Spent;
    }

    [Test]
    public void A_price_of_ones_own_is_charged_and_others_stay()
    {
        Assert.That(Spent(Option(File("gpt-4o", "1", "2"))), Is.EqualTo((1_000 * 1m + 100 * 2m) / 1_000_000));
        Assert.That(Spent(Option(File("gpt-4o", "1", "2")), "gpt-4o-mini"), Is.EqualTo((1_000 * 0.15m + 100 * 0.6m) / 1_000_000));
    }

    [Test]
    public void A_model_that_the_catalogue_lacks_needs_nothing_else() => Assert.That(Spent(Option(File("house-model", "1", "2")), "house-model"), Is.EqualTo((1_000 * 1m + 100 * 2m) / 1_000_000));

    [Test]
    public void A_deployment_is_named_by_an_alias() =>
        Assert.That(Spent(Option("""{"schema":1,"aliases":{"prod-chat":"gpt-4o-mini"}}"""), "prod-chat"), Is.EqualTo((1_000 * 0.15m + 100 * 0.6m) / 1_000_000));

    [Test]
    public void Of_nested_protections_the_dearer_price_bounds_the_cheaper()
    {
        var outer = _cage.Protect(Option(File("gpt-4o", "5", "5")), agent: "outer");
        Assert.That(Spent(Option(File("gpt-4o", "1", "2")), outer: outer), Is.EqualTo((1_000 * 5m + 100 * 5m) / 1_000_000));
    }

    [Test]
    public void A_charge_for_each_call_is_held_and_charged()
    {
        const string Text = """{"schema":1,"models":[{"id":"m","prices":{"input":"1","output":"1","request":"0.4"}}]}""";
        Assert.That(Spent(Option(Text), "m"), Is.EqualTo(0.4m + 1_100 * 1m / 1_000_000));
        var tight = _cage.Protect("\"budget_usd\":\"0.3\",\"hold_wait\":0," + Option(Text));
        Assert.That(_cage.Begin(tight.OpenRun(null), Wire.Request(model: "m")).Error, Is.EqualTo("BudgetExceeded"));
    }

    [Test]
    public void An_alias_without_a_price_is_refused_and_says_what_it_stands_for()
    {
        var protection = _cage.Protect(Option("""{"schema":1,"aliases":{"prod":"gpt-4o-mimi"}}"""));
        var refused = _cage.Begin(protection.OpenRun(null), Wire.Request(model: "prod"));
        Assert.That(refused.Json.GetProperty("reason").GetString(), Does.Contain("'prod'").And.Contain("gpt-4o-mini"));
    }

    [TestCase("""{"schema":1,"models":[{"id":"m","prices":{"input":"-1"}}]}""", "prices: p0.json, line 1: model 'm': input is a price in dollars per million tokens, 0 to 1,000,000")]
    [TestCase("{\n\"schema\":2}", "prices: p0.json, line 2: schema is 1")]
    public void A_wrong_file_is_told_by_name_and_line_and_leaves_nothing(string text, string said)
    {
        var wrong = Assert.Throws<ConfigException>(() => _cage.Protect("\"budget_usd\":\"1\"," + Option(text)))!;
        Assert.That(wrong.Message, Does.StartWith(said));
        Assert.That(_cage.Engine.ActiveProtections(), Is.Empty);
    }

    [TestCase("\"prices\":{}", "prices: must be a list")]
    [TestCase("\"prices\":[{\"name\":\"a\"}]", "prices[0]: name and text")]
    [TestCase("\"prices\":[{\"name\":\"a\",\"text\":\"{}\",\"path\":\"b\"}]", "prices[0][path]: is not accepted")]
    public void The_option_is_checked(string option, string said) =>
        Assert.That(Assert.Throws<ConfigException>(() => _cage.Protect(option))!.Message, Does.StartWith(said));

    [TestCase("""{"model":"gpt-4o","usages":[{"input":-1}]}""", "usages[0][input]: must be a whole number from 0 to 1000000000")]
    [TestCase("""{"model":"gpt-4o","usages":[{"inputs":1}]}""", "usages[0][inputs]: is no bucket; there are input")]
    [TestCase("""{"model":"gpt-4o","usages":[{"output":1,"reasoning":2}]}""", "usages[0][reasoning]: is a part of output")]
    [TestCase("""{"model":"gpt-5.4-pro","usages":[{"input":1000000000,"output":1000000000,"cached_input":1000000000,"cache_write":1000000000,"cache_write_hour":1000000000,"audio_input":1000000000,"audio_output":1000000000,"image_input":1000000000,"image_output":1000000000}]}""", null)]
    [TestCase("""{"model":"m","usages":[{"input":1000000000}],"prices":[{"name":"p","text":"{\"schema\":1,\"models\":[{\"id\":\"m\",\"prices\":{\"input\":1000000}}]}"}]}""", "usages: the cost is beyond")]
    [TestCase("""{"usages":[{"input":1}]}""", "usages: need a model")]
    [TestCase("""{"provider":"acme"}""", "provider: must be one of anthropic, avian")]
    [TestCase("""{"model":"gpt-4o","provider":"openai","host":"api.openai.com"}""", "host: cannot be given together with provider")]
    [TestCase("""{"model":"gpt-4o","at":"yesterday"}""", "at: must be a date or a time in UTC")]
    [TestCase("""{"models":[]}""", "models: is not accepted")]
    public void A_question_that_is_wrong_says_what_is_accepted(string query, string? said)
    {
        if (said is null)
            Assert.That(PriceExplanation.Explain(_cage.Engine, Wire.Utf8(query)), Is.Not.Empty);
        else
            Assert.That(Assert.Throws<ConfigException>(() => PriceExplanation.Explain(_cage.Engine, Wire.Utf8(query)))!.Message, Does.StartWith(said));
    }
}
