using IronCage.Cost;
using IronCage.Lang.Hosts;
using IronCage.Runtime.Calls;
using IronCage.Runtime.Protections;
using IronCage.Runtime.Tests.Support;

namespace IronCage.Runtime.Tests.Calls;

/// <summary>Hosts that are known without being named: recognised by Lang, priced by Cost.</summary>
public class KnownHostsTests
{
    private Cage _cage = null!;
    private Protection _protection = null!;

    [SetUp]
    public void Open()
    {
        _cage = new Cage();
        _protection = _cage.Protect("\"budget_usd\":\"1\",\"circuit_breaker\":null");
    }

    [TearDown]
    public void Close() => _cage.Dispose();

    private static IEnumerable<TestCaseData> Hosts() =>
        PriceCatalogue.Providers.SelectMany(provider => provider.Hosts.Select(host => new TestCaseData(provider.Id, host) { TestName = $"{provider.Id}: {host}" }));

    /// <summary>Where a provider answers chats (or what else it sells) under another path than <c>/v1/chat/completions</c>.</summary>
    private static string PathOf(string provider) => provider switch
    {
        "anthropic" => "/v1/messages",
        "aws" => "/model/m/converse",
        "azure" => "/openai/deployments/d/chat/completions",
        "cohere" => "/v2/chat",
        "deepseek" or "perplexity" => "/chat/completions",
        "fireworks" => "/inference/v1/chat/completions",
        "google" => "/v1beta/models/m:generateContent",
        "groq" => "/openai/v1/chat/completions",
        "novita" => "/v3/openai/chat/completions",
        "openrouter" => "/api/v1/chat/completions",
        "voyageai" => "/v1/embeddings",
        "zhipuai" => "/api/paas/v4/chat/completions",
        _ => "/v1/chat/completions",
    };

    [TestCaseSource(nameof(Hosts))]
    public void Every_host_of_the_catalogue_is_recognised_and_priced_as_its_providers(string provider, string pattern)
    {
        var slash = pattern.IndexOf('/', StringComparison.Ordinal);
        var (host, prefix) = slash < 0 ? (pattern, "") : (pattern[..slash], pattern[slash..]);
        host = host.Replace("api.moonshot.*", "api.moonshot.ai", StringComparison.Ordinal).Replace("*.googleapis.com", "generativelanguage.googleapis.com", StringComparison.Ordinal)
            .Replace("*", "eu-west-1", StringComparison.Ordinal);
        var url = Wire.Utf8($"https://{host}{prefix}{PathOf(provider)}");
        var target = new HostTable().Resolve("POST"u8, url);
        Assert.That(target.Endpoint, Is.EqualTo(Endpoint.Generate));
        Assert.That(PriceCatalogue.Load(TimeProvider.System).ProviderAt(target.Host, url), Is.EqualTo(provider));
    }

    [TestCaseSource(typeof(HostTable), nameof(HostTable.Known))]
    public void Every_known_host_has_a_provider_in_the_catalogue(string name)
    {
        if (name == "ollama.com")
            Assert.Pass("nobody sells its models by the token");
        var host = name.StartsWith("api.", StringComparison.Ordinal) ? name : name.Contains("azure", StringComparison.Ordinal) ? "mine." + name : name;
        Assert.That(PriceCatalogue.Load(TimeProvider.System).ProviderAt(host), Is.Not.Null);
    }

    private Step Ask(string url, string body) => _cage.Begin(_protection.OpenRun(null), body, url: url);

    private decimal Spent(Step begun, string answer)
    {
        begun.Call.Respond(200, complete: true, Wire.Utf8(answer));
        begun.Call.End(CallEnding.Complete);
        return Cage.Figures(_protection).Spent;
    }

    private const string OpenRouter = "https://openrouter.ai/api/v1/chat/completions";

    [TestCase("0.5", 0.5)]
    [TestCase("0.0000001", (1_000 * 2.5 + 100 * 10) / 1_000_000)]
    [TestCase("-1", (1_000 * 2.5 + 100 * 10) / 1_000_000)]
    [TestCase("\"0.5\"", (1_000 * 2.5 + 100 * 10) / 1_000_000)]
    [TestCase("1e20", (1_000 * 2.5 + 100 * 10) / 1_000_000)]
    public void What_OpenRouter_says_that_it_charges_counts_where_it_is_more(string cost, double expected)
    {
        var begun = Ask(OpenRouter, Wire.Request(model: "openai/gpt-4o"));
        Assert.That(Spent(begun, Wire.Answer(usage: $$"""{"prompt_tokens":1000,"completion_tokens":100,"cost":{{cost}}}""")), Is.EqualTo((decimal)expected));
    }

    [TestCase(OpenRouter, "openai/gpt-4o", "\"max_tokens\":9,\"models\":[\"openai/o1-pro\"]")]
    [TestCase(OpenRouter, "openai/gpt-4o", "\"max_tokens\":9,\"plugins\":[{\"id\":\"web\"}]")]
    [TestCase(OpenRouter, "openai/gpt-4o:online", "\"max_tokens\":9")]
    [TestCase("https://api.x.ai/v1/chat/completions", "grok-3", "\"max_tokens\":9,\"search_parameters\":{\"mode\":\"auto\"}")]
    [TestCase("https://api.x.ai/v1/chat/completions", "grok-3", "\"max_tokens\":9,\"deferred\":true")]
    [TestCase("https://api.perplexity.ai/chat/completions", "sonar-deep-research", "\"max_tokens\":9")]
    [TestCase("https://api.perplexity.ai/chat/completions", "sonar-pro", "\"max_tokens\":9,\"web_search_options\":{\"search_type\":\"pro\"}")]
    public void What_moves_the_bill_is_refused(string url, string model, string extra) => Assert.That(Ask(url, Wire.Request(model: model, extra: extra)).Error, Is.EqualTo("UnpricedModel"));

    [Test]
    public void Perplexity_charges_its_search_with_every_request()
    {
        var begun = Ask("https://api.perplexity.ai/chat/completions", Wire.Request(model: "sonar-pro", extra: "\"max_tokens\":100,\"web_search_options\":{\"search_context_size\":\"low\"}"));
        Assert.That(Cage.Figures(_protection).Held, Is.GreaterThan(0.014m));
        Assert.That(Spent(begun, Wire.Answer(usage: Wire.Usage(1_000, 100))), Is.EqualTo(0.014m + (1_000 * 3m + 100 * 15m) / 1_000_000));
    }

    [TestCase("https://api.mistral.ai/v1/chat/completions", "mistral-large-2512", VerdictKind.Send)]
    [TestCase("https://api.groq.com/openai/v1/chat/completions", "llama-3.1-8b-instant", VerdictKind.Send)]
    [TestCase("https://api.deepseek.com/chat/completions", "deepseek-chat", VerdictKind.Rewrite)]
    public void Mistral_is_not_asked_for_usage_which_it_would_refuse(string url, string model, VerdictKind expected) =>
        Assert.That(Ask(url, Wire.Request(model: model, extra: "\"max_tokens\":100,\"stream\":true")).Kind, Is.EqualTo(expected));

    [Test]
    public void Usage_that_is_told_unasked_is_not_hidden()
    {
        var begun = Ask("https://api.groq.com/openai/v1/chat/completions", Wire.Request(model: "llama-3.1-8b-instant", extra: "\"max_tokens\":100,\"stream\":true"));
        var stream = Wire.Chunk("hi") + Wire.Stop.Replace("\"choices\"", "\"x_groq\":{\"usage\":" + Wire.Usage(1_000, 100) + "},\"choices\"", StringComparison.Ordinal) + Wire.UsageChunk(1_000, 100) + Wire.Done;
        Assert.That(Cage.Stream(begun.Call, [Wire.Utf8(stream)]).Output, Is.EqualTo(stream));
        begun.Call.End(CallEnding.Complete);
        Assert.That(Cage.Figures(_protection).Spent, Is.EqualTo((1_000 * 0.05m + 100 * 0.08m) / 1_000_000));
    }

    [TestCase("gpt-4o-mini", "gpt-4o", 10)]
    [TestCase("gpt-4o", "gpt-4o-mini", 10)]
    [TestCase("gpt-4o-mini", "an-alias", 0.6)]
    public void The_dearer_of_body_and_deployment_is_held(string inBody, string deployment, double output)
    {
        Ask($"https://mine.openai.azure.com/openai/deployments/{deployment}/chat/completions", Wire.Request(model: inBody, extra: "\"max_tokens\":10000"));
        Assert.That(Cage.Figures(_protection).Held, Is.InRange(10_000 * (decimal)output / 1_000_000, 10_100 * (decimal)output / 1_000_000));
    }

    [Test]
    public void A_deployment_whose_body_names_no_model_is_priced_by_its_name()
    {
        var begun = Ask("https://mine.openai.azure.com/openai/deployments/gpt-4o/chat/completions", """{"messages":[{"role":"user","content":"hello"}],"max_tokens":100}""");
        Assert.That(Spent(begun, Wire.Answer(usage: Wire.Usage(1_000, 100))), Is.EqualTo((1_000 * 2.5m + 100 * 10m) / 1_000_000));
    }
}
