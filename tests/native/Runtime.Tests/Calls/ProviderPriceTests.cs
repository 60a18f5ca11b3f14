using IronCage.Runtime.Calls;
using IronCage.Runtime.Protections;
using IronCage.Runtime.Tests.Support;

namespace IronCage.Runtime.Tests.Calls;

/// <summary>A call is priced by the provider at its host, and on Azure settled by the model that answered.</summary>
public class ProviderPriceTests
{
    private const string Azure = "https://team.openai.azure.com/openai/deployments/gpt-4o/chat/completions?api-version=2024-10-21";

    private Cage _cage = null!;
    private Protection _protection = null!;

    [SetUp]
    public void Open()
    {
        _cage = new Cage();
        _cage.Engine.AddHosts("team.openai.azure.com=openai,openrouter.ai=openai,router.huggingface.co=openai");
        _protection = _cage.Protect("\"budget_usd\":\"1\",\"circuit_breaker\":null");
    }

    [TearDown]
    public void Close() => _cage.Dispose();

    private Step Ask(string url, string model) => _cage.Begin(_protection.OpenRun(null), Wire.Request(model: model), url: url);

    private decimal Spent(Step begun, string answer)
    {
        begun.Call.Respond(200, complete: true, Wire.Utf8(answer));
        begun.Call.End(CallEnding.Complete);
        return Cage.Figures(_protection).Spent;
    }

    private static string AnswerOf(string model) => Wire.Answer(usage: Wire.Usage(1_000, 100)).Replace("\"model\":\"gpt-4o\"", $"\"model\":\"{model}\"", StringComparison.Ordinal);

    [TestCase("gpt-4o-2024-08-06", 1_000 * 2.5 + 100 * 10)]
    [TestCase("gpt-4o-mini-2024-07-18", 1_000 * 0.15 + 100 * 0.6)]
    [TestCase("a-model-nobody-knows", 1_000 * 2.5 + 100 * 10)]
    public void A_deployment_is_settled_by_the_model_that_answered(string answered, double millionths)
    {
        Assert.That(Spent(Ask(Azure, "gpt-4o"), AnswerOf(answered)), Is.EqualTo((decimal)millionths / 1_000_000));
        Assert.That(Cage.Figures(_protection).Estimated, Is.EqualTo((decimal)millionths / 1_000_000), "the price of Azure itself is not known");
    }

    [Test]
    public void A_streamed_deployment_is_too()
    {
        var begun = _cage.Begin(_protection.OpenRun(null), Wire.Streamed(), url: Azure);
        begun.Call.OpenStream(200);
        begun.Call.Feed(Wire.Utf8((Wire.Chunk("") + Wire.Chunk("hi") + Wire.Stop + Wire.UsageChunk(1_000, 100) + Wire.Done).Replace("\"model\":\"gpt-4o\"", "\"model\":\"gpt-4o-mini\"", StringComparison.Ordinal)));
        begun.Call.FinishStream();
        begun.Call.End(CallEnding.Complete);
        Assert.That(Cage.Figures(_protection).Spent, Is.EqualTo((1_000 * 0.15m + 100 * 0.6m) / 1_000_000));
    }

    [Test]
    public void Elsewhere_the_model_of_the_request_counts() =>
        Assert.That(Spent(Ask(Cage.Url, "gpt-4o"), AnswerOf("gpt-4o-mini")), Is.EqualTo((1_000 * 2.5m + 100 * 10m) / 1_000_000));

    [Test]
    public void A_gateway_has_prices_of_its_own() =>
        Assert.That(Spent(Ask("https://openrouter.ai/api/v1/chat/completions", "openai/gpt-4o:extended"), AnswerOf("openai/gpt-4o")), Is.EqualTo((1_000 * 6m + 100 * 18m) / 1_000_000));

    [TestCase("https://router.huggingface.co/v1/chat/completions", "openai/gpt-oss-20b:groq")]
    [TestCase("https://router.huggingface.co/groq/openai/v1/chat/completions", "openai/gpt-oss-20b")]
    public void The_router_is_priced_by_the_provider_that_is_named(string url, string model) =>
        Assert.That(Spent(Ask(url, model), AnswerOf("openai/gpt-oss-20b")), Is.GreaterThan(0));

    [TestCase("https://team.openai.azure.com/openai/deployments/x/chat/completions", "our-gpt-5", "Microsoft Azure has no price")]
    [TestCase("https://openrouter.ai/api/v1/chat/completions", "openai/gpt-4o:nitro", "similar names with a price: openai/gpt-4o")]
    [TestCase("https://router.huggingface.co/v1/chat/completions", "openai/gpt-oss-20b", "name one as model:provider")]
    [TestCase(Cage.Url, "openai/gpt-oss-20b", "it has a price at")]
    public void What_has_no_price_is_refused_with_what_would_help(string url, string model, string said)
    {
        var refused = Ask(url, model);
        Assert.That((refused.Error, refused.Json.GetProperty("reason").GetString()), Is.EqualTo(("UnpricedModel", refused.Json.GetProperty("reason").GetString())));
        Assert.That(refused.Json.GetProperty("reason").GetString(), Does.Contain(said));
    }
}
