using System.Text;
using IronCage.Lang.Hosts;

namespace IronCage.Lang.Tests.Hosts;

/// <summary>The hosts that speak OpenAI's protocol under their own paths.</summary>
public sealed class KnownHostsTests
{
    private static Target Post(string url) => new HostTable().Resolve("POST"u8, Encoding.UTF8.GetBytes(url));

    [TestCase("https://api.groq.com/openai/v1/chat/completions", "chat completions")]
    [TestCase("https://api.groq.com/openai/v1/responses", "responses")]
    [TestCase("https://api.x.ai/v1/chat/completions", "chat completions")]
    [TestCase("https://us-east-1.api.x.ai/v1/chat/completions", "chat completions")]
    [TestCase("https://api.x.ai/v1/messages", "messages (and the counting of their tokens)")]
    [TestCase("https://api.deepseek.com/chat/completions", "chat completions")]
    [TestCase("https://api.deepseek.com/beta/completions", "legacy completions")]
    [TestCase("https://api.deepseek.com/anthropic/v1/messages", "messages (and the counting of their tokens)")]
    [TestCase("https://api.together.xyz/v1/chat/completions", "chat completions")]
    [TestCase("https://api.fireworks.ai/inference/v1/chat/completions", "chat completions")]
    [TestCase("https://openrouter.ai/api/v1/chat/completions", "chat completions")]
    [TestCase("https://OpenRouter.ai:443/api/v1/chat/completions", "chat completions")]
    [TestCase("https://api.mistral.ai/v1/chat/completions", "chat completions")]
    [TestCase("https://api.mistral.ai/v1/fim/completions", "legacy completions")]
    [TestCase("https://codestral.mistral.ai/v1/fim/completions", "legacy completions")]
    [TestCase("https://api.mistral.ai/v1/embeddings", "embeddings")]
    [TestCase("https://api.mistral.ai/v1/chat/moderations", "moderations and classifications")]
    [TestCase("https://api.cohere.ai/compatibility/v1/chat/completions", "chat completions")]
    [TestCase("https://api.perplexity.ai/chat/completions", "chat completions")]
    [TestCase("https://api.cerebras.ai/v1/chat/completions", "chat completions")]
    [TestCase("https://api.moonshot.cn/v1/chat/completions", "chat completions")]
    [TestCase("https://api.minimax.io/v1/chat/completions", "chat completions")]
    [TestCase("https://open.bigmodel.cn/api/paas/v4/chat/completions", "chat completions")]
    [TestCase("https://api.novita.ai/v3/openai/chat/completions", "chat completions")]
    [TestCase("https://router.huggingface.co/v1/chat/completions", "chat completions")]
    [TestCase("https://api.voyageai.com/v1/embeddings", "embeddings")]
    [TestCase("https://res.openai.azure.com/openai/deployments/d/chat/completions?api-version=2024-10-21", "chat completions")]
    [TestCase("https://res.openai.azure.com/openai/v1/responses", "responses")]
    [TestCase("https://res.cognitiveservices.azure.com/openai/deployments/d/embeddings", "embeddings")]
    [TestCase("https://res.services.ai.azure.com/models/chat/completions", "chat completions")]
    [TestCase("https://res.services.ai.azure.com/anthropic/v1/messages", "messages (and the counting of their tokens)")]
    [TestCase("https://apim.azure-api.net/any/prefix/openai/deployments/d/chat/completions", "chat completions")]
    public void A_host_is_read_under_its_own_paths(string url, string understands)
    {
        var target = Post(url);
        Assert.That((target.Endpoint, target.Wire!.Understands), Is.EqualTo((Endpoint.Generate, understands)));
    }

    [TestCase("https://api.mistral.ai/v1/ocr")]
    [TestCase("https://api.mistral.ai/v1/agents/completions")]
    [TestCase("https://api.mistral.ai/v1/conversations")]
    [TestCase("https://api.perplexity.ai/async/chat/completions")]
    [TestCase("https://api.perplexity.ai/search")]
    [TestCase("https://open.bigmodel.cn/api/paas/v4/async/chat/completions")]
    [TestCase("https://api.fireworks.ai/inference/v1/workflows/accounts/fireworks/models/flux/text_to_image")]
    [TestCase("https://router.huggingface.co/hf-inference/models/x")]
    [TestCase("https://api.together.xyz/v1/videos")]
    [TestCase("https://api.x.ai/v1/videos")]
    [TestCase("https://res.openai.azure.com/openai/deployments/d/videos")]
    [TestCase("https://res.openai.azure.com/openai/threads/t/messages")]
    [TestCase("https://api.openai.com/v1/threads/t/messages")]
    public void What_is_not_read_there_may_not_pass(string url) => Assert.That(Post(url).Endpoint, Is.EqualTo(Endpoint.Unread));

    [TestCase("https://res.cognitiveservices.azure.com/speechtotext/v3.2/transcriptions")]
    [TestCase("https://apim.azure-api.net/orders")]
    [TestCase("https://openai.azure.com.evil.example/openai/deployments/d/chat/completions")]
    [TestCase("https://api.groq.com.evil.example/openai/v1/chat/completions")]
    [TestCase("https://notapi.groq.com/openai/v1/chat/completions")]
    [TestCase("https://console.mistral.ai/v1/chat/completions")]
    [TestCase("https://evil.example/openrouter.ai/api/v1/chat/completions")]
    public void What_is_no_llm_passes(string url) => Assert.That(Post(url).Endpoint, Is.EqualTo(Endpoint.None));

    [Test]
    public void What_the_user_says_of_a_host_goes_before_what_is_known()
    {
        var table = new HostTable();
        table.Add("api.groq.com=anthropic");
        Assert.That(table.Protocol("https://api.groq.com/x"u8), Is.EqualTo(LlmProtocol.Anthropic));
    }

    [TestCase("https://eu.api.openai.com/v1/responses", "api.openai.com")]
    [TestCase("https://Res.OpenAI.Azure.com/openai/v1/responses", "res.openai.azure.com")]
    [TestCase("https://api.groq.com:443/openai/v1/responses", "api.groq.com")]
    public void Regions_share_a_name_and_customers_do_not(string url, string host) => Assert.That(Post(url).Host, Is.EqualTo(host));

    [TestCase("https://res.openai.azure.com/openai/deployments/our-gpt/chat/completions", "our-gpt")]
    [TestCase("https://res.openai.azure.com/openai/deployments/our-gpt/embeddings", "our-gpt")]
    [TestCase("https://res.openai.azure.com/openai/v1/chat/completions", null)]
    public void A_deployment_in_the_path_is_the_model_of_a_body_that_names_none(string url, string? model)
    {
        var target = Post(url);
        Assert.That(target.Model, Is.EqualTo(model));
        Assert.That(target.Wire!.TryReadRequest("""{"input":"x","messages":[]}"""u8, target.Model, out var request, out _), Is.EqualTo(model is not null));
        Assert.That(request.Model, Is.EqualTo(model ?? ""));
        Assert.That(target.Wire.TryReadRequest("""{"model":"gpt-4o","input":"x"}"""u8, target.Model, out request, out _), Is.True);
        Assert.That(request.Model, Is.EqualTo("gpt-4o"));
    }
}
