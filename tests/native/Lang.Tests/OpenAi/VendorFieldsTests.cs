using System.Text;
using IronCage.Lang.OpenAi;

namespace IronCage.Lang.Tests.OpenAi;

/// <summary>Fields that hosts have put into OpenAI's protocol.</summary>
public sealed class VendorFieldsTests
{
    private static ChatRequest Read(string fields, string model = "m")
    {
        Assert.That(ChatRequestReader.TryRead(Encoding.UTF8.GetBytes($$"""{"model":"{{model}}","messages":[],{{fields}}}"""), out var request, out var problem), Is.True, problem);
        return request;
    }

    [TestCase("\"models\":[\"gpt-4o\"]", "fallback models")]
    [TestCase("\"mod\\u0065ls\":[\"gpt-4o\"]", "fallback models")]
    [TestCase("\"models\":[],\"models\":[\"gpt-4o\"]", "fallback models")]
    [TestCase("\"plugins\":[{\"id\":\"web\"}]", "plugins")]
    [TestCase("\"search_parameters\":{}", "live search")]
    [TestCase("\"search_parameters\":{\"mode\":\"auto\"}", "live search")]
    [TestCase("\"search_parameters\":{\"mode\":\"off\",\"mode\":\"on\"}", "live search")]
    [TestCase("\"deferred\":true", "deferred")]
    [TestCase("\"preset\":\"mine\"", "stored preset")]
    [TestCase("\"enable_search\":true", "web search")]
    [TestCase("\"modalities\":[\"text\",\"image\"]", "images")]
    [TestCase("\"tools\":[{\"type\":\"web_search\",\"web_search\":{}}]", "a tool that the provider runs")]
    [TestCase("\"tools\":[{\"type\":\"builtin_function\",\"function\":{\"name\":\"$web_search\"}}]", "a tool that the provider runs")]
    [TestCase("\"service_tier\":\"performance\"", "service_tier")]
    public void What_moves_the_bill_has_no_price(string fields, string feature) => Assert.That(Read(fields).UnpricedFeature, Does.Contain(feature));

    [TestCase("x-ai/grok-4:online")]
    [TestCase("gpt-4o-search-preview")]
    [TestCase("sonar-deep-research")]
    [TestCase("openai/gpt-4o@preset/mine")]
    public void Names_of_models_may_say_that_they_search(string model) => Assert.That(Read("\"n\":1", model).UnpricedFeature, Is.Not.Null);

    [TestCase("\"models\":null,\"plugins\":[],\"deferred\":false,\"preset\":null")]
    [TestCase("\"search_parameters\":{\"mode\":\"off\"}")]
    [TestCase("\"modalities\":[\"text\"]")]
    [TestCase("\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"f\"}},{\"type\":\"custom\",\"custom\":{\"name\":\"c\"}},{\"function\":{\"name\":\"g\"}}]")]
    public void What_asks_for_nothing_has_a_price(string fields)
    {
        var request = Read(fields);
        Assert.That((request.UnpricedFeature, request.UnboundedFeature, request.UnboundedParts), Is.EqualTo(((string?)null, (string?)null, 0)));
    }

    [Test]
    public void What_hosts_add_to_the_input_is_counted()
    {
        Assert.That(Read("\"safe_prompt\":true").HiddenTokens, Is.GreaterThan(60));
        Assert.That(Read("\"data_sources\":[{\"type\":\"azure_search\"}]").UnboundedParts, Is.EqualTo(1));
        Assert.That(Read("\"reasoning\":{\"effort\":\"high\",\"max_tokens\":2000}").ThinkingTokens, Is.EqualTo(2000));
    }

    [Test]
    public void Thoughts_in_the_history_are_texts()
    {
        Assert.That(ChatRequestReader.TryRead("""{"model":"m","messages":[{"role":"assistant","content":[{"type":"thinking","thinking":[{"type":"text","text":"hm"}]},{"type":"text","text":"yes"},{"type":"reference","reference_ids":[1]}]}]}"""u8,
            out var request, out _), Is.True);
        Assert.That((request.UnboundedParts, request.UnscannableParts, request.Texts.Count), Is.EqualTo((0, 0, 7)));
        Assert.That(ChatRequestReader.TryRead("""{"model":"m","messages":[{"role":"user","content":[{"type":"thinking","thinking":[{"type":"document_url","document_url":"u"}]}]}]}"""u8, out request, out _), Is.True);
        Assert.That(request.UnboundedParts, Is.EqualTo(1), "what hides in a thought");
    }

    [Test]
    public void Only_hosts_that_do_not_tell_usage_are_asked_for_it()
    {
        var request = Read("\"stream\":true");
        ChatDialect.Usual.Amend(request);
        Assert.That(request.AsksForUsage, Is.False);
        ChatDialect.TellsUsage.Amend(request);
        Assert.That(request.AsksForUsage, Is.True);
    }

    [TestCase("\"web_search_options\":{\"search_context_size\":\"high\"}", true)]
    [TestCase("\"web_search_options\":{\"search_type\":\"pro\"}", false)]
    [TestCase("\"web_search_options\":{},\"models\":[\"x\"]", false)]
    public void At_Perplexity_the_price_of_a_request_covers_the_usual_search(string fields, bool isPriced)
    {
        var request = Read(fields);
        Assert.That(request.UnpricedFeature, Is.Not.Null);
        ChatDialect.Perplexity.Amend(request);
        Assert.That(request.UnpricedFeature is null, Is.EqualTo(isPriced));
    }
}
