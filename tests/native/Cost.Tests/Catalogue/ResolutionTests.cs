using System.Text;

namespace IronCage.Cost.Tests.Catalogue;

public sealed class ResolutionTests
{
    private static readonly PriceCatalogue Today = PriceCatalogue.Load(new FixedTime("2026-08-31"));

    [TestCase("api.openai.com", "openai")]
    [TestCase("eu.api.openai.com:443", "openai")]
    [TestCase("api.anthropic.com", "anthropic")]
    [TestCase("bedrock-runtime.us-east-1.amazonaws.com", "aws")]
    [TestCase("my-resource.openai.azure.com", "azure")]
    [TestCase("gateway.azure-api.net", "azure")]
    [TestCase("generativelanguage.googleapis.com", "google")]
    [TestCase("us-central1-aiplatform.googleapis.com", "google")]
    [TestCase("openrouter.ai", "openrouter")]
    [TestCase("api.moonshot.cn", "moonshotai")]
    [TestCase("api.minimaxi.com", "minimax")]
    [TestCase("oai.endpoints.kepler.ai.cloud.ovh.net", "ovhcloud")]
    [TestCase("router.huggingface.co", "huggingface")]
    [TestCase("api.openai.com.evil.example", null)]
    [TestCase("evilapi.openai.com", null)]
    [TestCase("openai.azure.com.evil.example", null)]
    [TestCase(".openai.azure.com", null)]
    [TestCase("amazonaws.com", null)]
    [TestCase("127.0.0.1:8000", null)]
    [TestCase("", null)]
    public void A_host_belongs_to_its_provider(string host, string? provider) => Assert.That(Today.ProviderAt(host), Is.EqualTo(provider));

    [TestCase("https://router.huggingface.co/groq/openai/v1/chat/completions", "huggingface_groq")]
    [TestCase("https://router.huggingface.co/fireworks-ai", "huggingface_fireworks-ai")]
    [TestCase("https://router.huggingface.co/groqs/v1", "huggingface")]
    [TestCase("https://router.huggingface.co/v1/chat/completions", "huggingface")]
    [TestCase("/together/v1/chat/completions", "huggingface_together")]
    public void On_the_router_the_path_may_name_the_provider(string url, string provider) =>
        Assert.That(Today.ProviderAt("router.huggingface.co", Encoding.ASCII.GetBytes(url)), Is.EqualTo(provider));

    [TestCase("aws", "anthropic.claude-sonnet-4-5-20250929-v1:0", "regional.anthropic.claude-sonnet-4-5-20250929-v1:0")]
    [TestCase("aws", "us.anthropic.claude-sonnet-4-5-20250929-v1:0", "regional.anthropic.claude-sonnet-4-5-20250929-v1:0")]
    [TestCase("aws", "global.anthropic.claude-sonnet-4-5-20250929-v1:0", "global.anthropic.claude-sonnet-4-5-20250929-v1:0")]
    [TestCase("aws", "eu.anthropic.claude-opus-4-6-v1", "regional.anthropic.claude-opus-4-6-v1:0")]
    [TestCase("aws", "anthropic.claude-3-haiku-20240307-v1:0:48k", "regional.anthropic.claude-3-haiku-20240307-v1:0")]
    [TestCase("aws", "apac.anthropic.claude-3-5-sonnet-20241022-v2:0", "regional.anthropic.claude-3-5-sonnet-20241022-v2:0")]
    [TestCase("aws", "eu.amazon.nova-lite-v1:0", "amazon.nova-lite-v1:0")]
    [TestCase("aws", "us.meta.llama3-3-70b-instruct-v1:0", "meta.llama3-3-70b-instruct-v1:0")]
    [TestCase("aws", "arn:aws:bedrock:us-east-1::foundation-model/amazon.nova-pro-v1:0", "amazon.nova-pro-v1:0")]
    [TestCase("aws", "arn:aws:bedrock:us-east-1:123456789012:inference-profile/us.anthropic.claude-opus-4-1-20250805-v1:0", "regional.anthropic.claude-opus-4-1-20250805-v1:0")]
    [TestCase("aws", "arn:aws-us-gov:bedrock:us-gov-west-1:1:inference-profile/us-gov.anthropic.claude-sonnet-4-5-20250929-v1:0", "regional.anthropic.claude-sonnet-4-5-20250929-v1:0")]
    [TestCase("google", "publishers/google/models/gemini-2.5-pro", "gemini-2.5-pro")]
    [TestCase("google", "projects/p/locations/us-central1/publishers/anthropic/models/claude-opus-4-6@20260205", "claude-opus-4-6")]
    [TestCase("google", "google/gemini-2.5-flash", "gemini-2.5-flash")]
    [TestCase("google", "models/gemini-2.5-pro", "gemini-2.5-pro")]
    [TestCase("google", "claude-opus-4-7@default", "claude-opus-4-7")]
    [TestCase("openrouter", "openai/gpt-4o:extended", "openai/gpt-4o:extended")]
    [TestCase("openrouter", "anthropic/claude-sonnet-4.5:beta", "anthropic/claude-sonnet-4.5")]
    [TestCase("openrouter", "x-ai/grok-4.3-20260601", "x-ai/grok-4.3")]
    [TestCase("openrouter", "~anthropic/claude-sonnet-latest", "~anthropic/claude-sonnet-latest")]
    [TestCase("huggingface", "meta-llama/Llama-3.3-70B-Instruct:groq", "meta-llama/Llama-3.3-70B-Instruct")]
    [TestCase("huggingface_groq", "meta-llama/llama-3.3-70b-instruct", "meta-llama/Llama-3.3-70B-Instruct")]
    [TestCase("mistral", "mistral-medium-2505", "mistral-medium-3")]
    [TestCase("deepseek", "deepseek-chat", "deepseek-chat")]
    [TestCase("fireworks", "accounts/fireworks/models/kimi-k2p5", "kimi-k2p5")]
    [TestCase(null, "mistral-large-latest", "mistral-large")]
    [TestCase(null, "grok-4-latest", "grok-4-0709")]
    [TestCase(null, "us.anthropic.claude-haiku-4-5-20251001-v1:0", "regional.anthropic.claude-haiku-4-5-20251001-v1:0")]
    [TestCase("nobody-we-know", "gpt-4o", "gpt-4o")]
    public void A_deployed_model_has_the_price_of_its_provider(string? provider, string model, string id)
    {
        var price = Today.Find(provider, model);
        Assert.That((price?.Id, price?.IsVendorPrice), Is.EqualTo((id, (bool?)false)));
        var resolved = Today.Resolve(provider, model);
        Assert.That((resolved.Price, resolved.Problem, resolved.Rule), Is.EqualTo((price, (string?)null, resolved.Rule)));
        Assert.That(resolved.Rule, Is.Not.Empty);
    }

    [TestCase("azure", "gpt-4o", "openai", "azure")]
    [TestCase("azure", "claude-sonnet-4-5", "anthropic", "azure")]
    [TestCase("google", "claude-sonnet-4-5@20250929", "anthropic", "google")]
    public void Where_a_provider_has_no_price_its_vendors_stands_in_and_says_so(string provider, string model, string vendor, string servedBy)
    {
        var price = Today.Find(provider, model)!;
        Assert.That((price.IsVendorPrice, price.Provider, price.Vendor), Is.EqualTo((true, servedBy, vendor)));
        Assert.That(Pricing.Cost(price, new TokenUsage(Input: 7, Output: 3), out var rules), Is.EqualTo(Pricing.Cost(Today.Find(vendor, model)!, new TokenUsage(Input: 7, Output: 3))));
        Assert.That(rules, Is.EqualTo(DerivedRules.VendorPrice));
        Assert.That(Today.Find(provider, model), Is.SameAs(price), "one instance for the hold and the settlement");
        Assert.That(Today.Resolve(provider, model).Rule, Does.Contain($"the price of {vendor}, where {servedBy} has none"));
    }

    [TestCase("azure", "o3-mini")]
    [TestCase("google", "claude-opus-4-6")]
    public void A_price_of_its_own_goes_before_the_vendors(string provider, string model) => Assert.That(Today.Find(provider, model)!.IsVendorPrice, Is.False);

    [TestCase("aws", "arn:aws:bedrock:us-east-1:1:application-inference-profile/abc", "an ARN of the kind application-inference-profile")]
    [TestCase("aws", "arn:aws:bedrock:us-east-1:1:provisioned-model/abc", "provisioned-model")]
    [TestCase("aws", "global.anthropic.claude-opus-4-1-20250805-v1:0", "AWS Bedrock has no price")]
    [TestCase("aws", "us.anthropic.claude-sonnet-4-5-20250929-v1:0-fast", "AWS Bedrock has no price")]
    [TestCase("google", "tunedModels/mine", "tuned model")]
    [TestCase("google", "projects/p/locations/l/endpoints/123", "endpoint")]
    [TestCase("google", "publishers/google/models/gemini-2.5-flash-image", "Google has no price")]
    [TestCase("huggingface", "meta-llama/Llama-3.3-70B-Instruct", "chooses a provider by itself")]
    [TestCase("huggingface", "meta-llama/Llama-3.3-70B-Instruct:fastest", "'fastest' is not in the catalogue")]
    [TestCase("openrouter", "openai/gpt-4o:nitro", "OpenRouter has no price")]
    [TestCase("openai", "claude-sonnet-4-5", "OpenAI has no price")]
    [TestCase("openai", "ft:gpt-4.1-2025-04-14:acme::id", "OpenAI has no price")]
    [TestCase("azure", "my-deployment", "Microsoft Azure has no price")]
    [TestCase(null, "openai/gpt-4o", "no provider has a price for it by this name alone")]
    [TestCase(null, "a b", "printable ASCII")]
    public void What_is_unknown_is_unpriced_and_says_why(string? provider, string model, string said)
    {
        Assert.That(Today.Find(provider, model), Is.Null);
        var resolved = Today.Resolve(provider, model);
        Assert.That((resolved.Price, resolved.Rule), Is.EqualTo(((ModelPrice?)null, (string?)null)));
        Assert.That(resolved.Problem, Does.Contain(said));
        Assert.That(resolved.Advice, Does.Contain(said));
    }

    [Test]
    public void Similar_names_and_other_providers_are_told()
    {
        Assert.That(Today.Resolve("openai", "gpt-4o-mimi").Nearest[0], Is.EqualTo("gpt-4o-mini"));
        Assert.That(Today.Resolve(null, "openai/gpt-4o").Elsewhere, Is.EqualTo(new[] { "openrouter" }));
        Assert.That(Today.Resolve("openrouter", "openai/gpt-4o:nitro").Nearest, Does.Contain("openai/gpt-4o"));
        Assert.That(Today.Resolve("openai", new string('z', 200)).Nearest, Is.Empty);
    }

    [Test]
    public void Bounds_and_derived_prices_go_by_the_vendor_wherever_its_model_is_served()
    {
        foreach (var (provider, model) in new[] { ("aws", "us.anthropic.claude-opus-4-5-20251101-v1:0"), ("openrouter", "anthropic/claude-opus-4.5"), ("azure", "claude-opus-4-5"), ("anthropic", "claude-opus-4-5") })
            Assert.That(Today.Find(provider, model)!.Vendor, Is.EqualTo("anthropic"), provider);
        Assert.That(Today.Find("openrouter", "google/gemini-2.5-pro")!.Vendor, Is.EqualTo("google"));
        Assert.That(Today.Find("openrouter", "qwen/qwen3-14b")!.Vendor, Is.EqualTo("openrouter"));
    }

    [Test]
    public void On_azure_the_model_of_the_answer_decides_elsewhere_that_of_the_request()
    {
        var requested = Today.Find("azure", "gpt-4o")!;
        Assert.That(Today.Served("azure", requested, "gpt-4o-mini-2024-07-18")!.Id, Is.EqualTo("gpt-4o-mini"));
        Assert.That(Today.Served("azure", requested, "gpt-4o-2024-08-06"), Is.SameAs(requested));
        Assert.That(Today.Served("azure", requested, "something-else"), Is.SameAs(requested));
        Assert.That(Today.Served("azure", requested, null), Is.SameAs(requested));
        Assert.That(Today.Served("azure", null, "gpt-4o"), Is.Null);
        Assert.That(Today.Served("openai", requested, "gpt-4o-mini"), Is.SameAs(requested));
        var own = ModelPrice.Assumed("own", PriceBuckets.FromDollarsPerMillion(1, 2));
        Assert.That(Today.Served("azure", own, "gpt-4o"), Is.SameAs(own));
    }
}
