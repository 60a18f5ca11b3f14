using System.Text;
using IronCage.Lang.Hosts;

namespace IronCage.Lang.Tests.Hosts;

public class ModelUrlsTests
{
    private static string? Text(byte[]? url) => url is null ? null : Encoding.UTF8.GetString(url);

    private static byte[] Utf8(string text) => Encoding.UTF8.GetBytes(text);

    [TestCase("https://a.openai.azure.com/openai/deployments/one/chat/completions?api-version=1", "two", "https://a.openai.azure.com/openai/deployments/two/chat/completions?api-version=1")]
    [TestCase("https://generativelanguage.googleapis.com/v1beta/models/one:streamGenerateContent?alt=sse&key=k", "two", "https://generativelanguage.googleapis.com/v1beta/models/two:streamGenerateContent?alt=sse&key=k")]
    [TestCase("https://us-central1-aiplatform.googleapis.com/v1/projects/p/locations/l/publishers/google/models/one:generateContent", "two", "https://us-central1-aiplatform.googleapis.com/v1/projects/p/locations/l/publishers/google/models/two:generateContent")]
    [TestCase("https://bedrock-runtime.us-east-1.amazonaws.com/model/amazon.one-v1%3A0/converse", "amazon.two-v1:0", "https://bedrock-runtime.us-east-1.amazonaws.com/model/amazon.two-v1%3A0/converse")]
    [TestCase("https://api.openai.com/v1/chat/completions", "two", null)]
    [TestCase("https://host/engines/one/completions", "two", null)]
    [TestCase("no url", "two", null)]
    public void The_model_of_a_path_is_replaced_where_it_is_known_to_stand(string url, string model, string? expected) =>
        Assert.That(Text(ModelUrls.WithModel(Utf8(url), model)), Is.EqualTo(expected));

    [TestCase("https://other/v1", "https://api.openai.com/v1/chat/completions", "https://other/v1/chat/completions")]
    [TestCase("https://other/openai/v1/", "https://api.openai.com/v1/chat/completions/?key=secret&x=y", "https://other/openai/v1/chat/completions")]
    [TestCase("https://other/v1", "https://api.openai.com/v1/completions", "https://other/v1/completions")]
    [TestCase("https://a.openai.azure.com/openai/deployments/m?api-version=1", "https://api.openai.com/v1/embeddings", "https://a.openai.azure.com/openai/deployments/m/embeddings?api-version=1")]
    [TestCase("https://other", "https://api.anthropic.com/v1/messages?beta=true", "https://other/v1/messages?beta=true")]
    [TestCase("https://other/api/v1", "https://api.anthropic.com/v1/messages", "https://other/api/v1/messages")]
    [TestCase("https://other/v1beta", "https://generativelanguage.googleapis.com/v1beta/models/one:streamGenerateContent?key=secret&alt=sse", "https://other/v1beta/models/m:streamGenerateContent?alt=sse")]
    [TestCase("https://other/v1", "https://api.openai.com/v1/threads", null)]
    public void Another_host_is_asked_the_same_without_what_may_be_a_credential(string at, string url, string? expected) =>
        Assert.That(Text(ModelUrls.At(at, Utf8(url), "m")), Is.EqualTo(expected));

    [TestCase("https://host/v1beta/models/m:streamGenerateContent?alt=sse", true)]
    [TestCase("https://host/model/m/converse-stream", true)]
    [TestCase("https://stream.host/stream/model/m/converse?stream=1", false)]
    public void A_path_may_ask_for_a_stream(string url, bool expected) => Assert.That(ModelUrls.AsksForStream(Utf8(url)), Is.EqualTo(expected));

    [TestCase("https://api.openai.com/v1/chat/completions", "authorization")]
    [TestCase("https://a.openai.azure.com/openai/deployments/m/chat/completions", "api-key")]
    [TestCase("https://api.anthropic.com/v1/messages", "x-api-key")]
    [TestCase("https://generativelanguage.googleapis.com/v1beta/models/m:generateContent", "x-goog-api-key")]
    [TestCase("https://us-central1-aiplatform.googleapis.com/v1/projects/p/locations/l/publishers/google/models/m:generateContent", "authorization")]
    [TestCase("https://openrouter.ai/api/v1/messages", "authorization")]
    public void A_key_goes_into_the_header_that_the_host_takes_it_in(string url, string header) =>
        Assert.That(ModelUrls.KeyHeader(new HostTable().Resolve("POST"u8, Utf8(url))), Is.EqualTo(header));
}
