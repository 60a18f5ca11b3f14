using System.Text;
using IronCage.Lang.Hosts;

namespace IronCage.Lang.Tests.Hosts;

public sealed class HostTableTests
{
    private static byte[] Utf8(string text) => Encoding.UTF8.GetBytes(text);

    private static Target Resolve(HostTable table, string method, string url) => table.Resolve(Utf8(method), Utf8(url));

    [TestCase("POST", "https://api.openai.com/v1/chat/completions", Endpoint.Generate)]
    [TestCase("post", "https://API.OpenAI.com/v1/chat/completions", Endpoint.Generate)]
    [TestCase("POST", "https://api.openai.com:443/v1/chat/completions", Endpoint.Generate)]
    [TestCase("POST", "https://api.openai.com/v1/chat/completions?x=1", Endpoint.Generate)]
    [TestCase("POST", "https://api.openai.com/v1/chat/completions/", Endpoint.Generate)]
    [TestCase("POST", "https://eu.api.openai.com/v1/chat/completions", Endpoint.Generate)]
    [TestCase("POST", "https://api.openai.com./v1/chat/completions", Endpoint.Generate)]
    [TestCase("POST", "https://notapi.openai.com/v1/chat/completions", Endpoint.None)]
    [TestCase("GET", "https://api.openai.com/v1/models", Endpoint.None)]
    [TestCase("POST", "https://api.openai.com/v1/responses", Endpoint.Generate)]
    [TestCase("POST", "https://api.openai.com/v1/responses/input_tokens", Endpoint.Free)]
    [TestCase("POST", "https://api.openai.com/v1/responses/resp_1/cancel", Endpoint.None)]
    [TestCase("POST", "https://api.openai.com/v1/batches/b/cancel", Endpoint.Unread)]
    [TestCase("POST", "https://api.openai.com/cancel", Endpoint.Unread)]
    [TestCase("POST", "https://api.openai.com/v1/responses/compact", Endpoint.Unread)]
    [TestCase("GET", "https://api.openai.com/v1/responses/resp_1", Endpoint.Stored)]
    [TestCase("POST", "https://api.openai.com/v1/embeddings", Endpoint.Generate)]
    [TestCase("POST", "https://api.openai.com/v1/completions", Endpoint.Generate)]
    [TestCase("POST", "https://api.openai.com/v1/moderations", Endpoint.Free)]
    [TestCase("POST", "https://api.openai.com/v1/images/generations", Endpoint.Generate)]
    [TestCase("POST", "https://api.openai.com/v1/files", Endpoint.Unread)]
    [TestCase("POST", "https://api.anthropic.com/v1/messages", Endpoint.Generate)]
    [TestCase("POST", "https://api.anthropic.com/v1/messages?beta=true", Endpoint.Generate)]
    [TestCase("POST", "https://api.anthropic.com/v1/messages/count_tokens", Endpoint.Free)]
    [TestCase("POST", "https://api.anthropic.com/v1/messages/batches", Endpoint.Unread)]
    [TestCase("POST", "https://api.anthropic.com/v1/complete", Endpoint.Unread)]
    [TestCase("GET", "https://api.anthropic.com/v1/messages/batches", Endpoint.None)]
    [TestCase("POST", "https://generativelanguage.googleapis.com/v1beta/models/m:generateContent", Endpoint.Generate)]
    [TestCase("POST", "https://generativelanguage.googleapis.com/v1beta/models/m:streamGenerateContent?alt=sse", Endpoint.Generate)]
    [TestCase("POST", "https://generativelanguage.googleapis.com/v1beta/models/m:countTokens", Endpoint.Free)]
    [TestCase("POST", "https://generativelanguage.googleapis.com/v1beta/models/m:batchEmbedContents", Endpoint.Generate)]
    [TestCase("POST", "https://generativelanguage.googleapis.com/v1beta/openai/chat/completions", Endpoint.Generate)]
    [TestCase("POST", "https://generativelanguage.googleapis.com/v1beta/models/m:predictLongRunning", Endpoint.Unread)]
    [TestCase("POST", "https://generativelanguage.googleapis.com/v1beta/cachedContents", Endpoint.Unread)]
    [TestCase("POST", "https://europe-west4-aiplatform.googleapis.com/v1/projects/p/locations/l/publishers/google/models/m:generateContent", Endpoint.Generate)]
    [TestCase("POST", "https://aiplatform.googleapis.com/v1/projects/p/locations/global/publishers/anthropic/models/claude-sonnet-4-5@20250929:streamRawPredict", Endpoint.Generate)]
    [TestCase("POST", "https://aiplatform.us.rep.googleapis.com/v1/projects/p/locations/us/publishers/google/models/m:generateContent", Endpoint.Generate)]
    [TestCase("POST", "https://us-central1-aiplatform.mtls.googleapis.com/v1/projects/p/locations/l/publishers/google/models/m:generateContent", Endpoint.Generate)]
    [TestCase("POST", "https://generativelanguage.mtls.googleapis.com/v1beta/models/m:generateContent", Endpoint.Generate)]
    [TestCase("POST", "https://notaiplatform.googleapis.com/v1/projects/p/locations/l/publishers/google/models/m:generateContent", Endpoint.None)]
    [TestCase("POST", "https://bedrock-runtime.us-east-1.amazonaws.com/model/m/converse", Endpoint.Generate)]
    [TestCase("POST", "https://BEDROCK-runtime-fips.us-east-1.amazonaws.com/model/m/converse-stream", Endpoint.Generate)]
    [TestCase("POST", "https://bedrock-runtime.us-east-1.api.aws/model/arn%3Aaws%3Abedrock%3Aus-east-1%3A%3Afoundation-model%2Fm/invoke", Endpoint.Generate)]
    [TestCase("POST", "https://bedrock-runtime.cn-north-1.amazonaws.com.cn/model/arn:aws:bedrock:x::inference-profile/m/invoke-with-response-stream", Endpoint.Generate)]
    [TestCase("POST", "https://vpce-0a-1b.bedrock-runtime.us-east-1.vpce.amazonaws.com/model/m/count-tokens", Endpoint.Free)]
    [TestCase("POST", "https://bedrock-runtime.us-west-2.amazonaws.com/openai/v1/chat/completions", Endpoint.Generate)]
    [TestCase("POST", "https://bedrock-runtime.us-east-1.amazonaws.com/model/m/invoke-with-bidirectional-stream", Endpoint.Unread)]
    [TestCase("POST", "https://bedrock-runtime.us-east-1.amazonaws.com/model/converse", Endpoint.Unread)]
    [TestCase("POST", "https://bedrock-runtime.us-east-1.amazonaws.com/guardrail/g/version/1/apply", Endpoint.Unread)]
    [TestCase("POST", "https://bedrock-runtime.us-east-1.amazonaws.com/async-invoke", Endpoint.Unread)]
    [TestCase("GET", "https://bedrock-runtime.us-east-1.amazonaws.com/async-invoke", Endpoint.None)]
    [TestCase("POST", "https://bedrock-runtime.us-east-1.amazonaws.com.evil.example/model/m/converse", Endpoint.None)]
    [TestCase("POST", "https://bedrock-agent-runtime.us-east-1.amazonaws.com/model/m/converse", Endpoint.None)]
    [TestCase("POST", "https://s3.us-east-1.amazonaws.com/bucket", Endpoint.None)]
    [TestCase("POST", "https://storage.googleapis.com/v1/models/m:generateContent", Endpoint.None)]
    [TestCase("POST", "https://example.com/v1/chat/completions", Endpoint.None)]
    [TestCase("POST", "https://api.openai.com.evil.example/v1/chat/completions", Endpoint.None)]
    [TestCase("POST", "https://evil.example/?https://api.openai.com/v1/chat/completions", Endpoint.None)]
    [TestCase("POST", "https://user:pass@api.openai.com/v1/chat/completions", Endpoint.Generate)]
    [TestCase("POST", "https://api.openai.com@evil.example/v1/chat/completions", Endpoint.None)]
    [TestCase("POST", "ftp://api.openai.com/v1/chat/completions", Endpoint.None)]
    [TestCase("POST", "", Endpoint.None)]
    [TestCase("POST", "https://", Endpoint.None)]
    public void A_request_is_recognised_by_host_and_path(string method, string url, Endpoint expected) =>
        Assert.That(Resolve(new HostTable(), method, url).Endpoint, Is.EqualTo(expected));

    [TestCase("m", "m")]
    [TestCase("us.anthropic.claude-sonnet-4-5-20250929-v1%3A0", "us.anthropic.claude-sonnet-4-5-20250929-v1:0")]
    [TestCase("arn%3Aaws%3abedrock%3Aus-east-1%3A1%3Ainference-profile%2Fus.m", "arn:aws:bedrock:us-east-1:1:inference-profile/us.m")]
    [TestCase("arn:aws:bedrock:us-east-1:1:inference-profile/us.m", "arn:aws:bedrock:us-east-1:1:inference-profile/us.m")]
    [TestCase("m%253A", "m%3A")]
    [TestCase("m%3", null)]
    [TestCase("m%zz", null)]
    [TestCase("m%00", null)]
    [TestCase("m%C3%A9", null)]
    public void At_Bedrock_the_path_names_the_model(string encoded, string? model) =>
        Assert.That(Resolve(new HostTable(), "POST", $"https://bedrock-runtime.us-east-1.amazonaws.com/model/{encoded}/converse").Model, Is.EqualTo(model));

    [TestCase("/v1/chat/completions", "chat completions")]
    [TestCase("/v1/completions", "legacy completions")]
    [TestCase("/v1/responses", "responses")]
    [TestCase("/v1/embeddings", "embeddings")]
    [TestCase("/openai/deployments/d/embeddings", "embeddings")]
    [TestCase("/v1/moderations", "moderations")]
    [TestCase("/v1/files", "chat completions")]
    public void A_path_has_the_wire_that_reads_it(string path, string understands) =>
        Assert.That(Resolve(new HostTable(), "POST", "https://api.openai.com" + path).Wire!.Understands, Is.EqualTo(understands));

    [TestCase("127.0.0.1:8080=openai", "http://127.0.0.1:8080/v1/chat/completions", true)]
    [TestCase("127.0.0.1:8080=openai", "http://127.0.0.1:8081/v1/chat/completions", false)]
    [TestCase("localhost=openai", "http://localhost:9999/v1/chat/completions", true)]
    [TestCase("gateway:443=openai", "https://gateway/v1/chat/completions", true)]
    [TestCase("gateway:443=openai", "http://gateway/v1/chat/completions", false)]
    [TestCase("[::1]:8080=openai", "http://[::1]:8080/v1/chat/completions", true)]
    [TestCase(" a=openai , b=openai ", "http://b/v1/chat/completions", true)]
    public void Added_hosts_hold_for_their_port_or_for_all(string specification, string url, bool expected)
    {
        var table = new HostTable();
        table.Add(specification);
        Assert.That(table.Protocol(Utf8(url)), Is.EqualTo(expected ? LlmProtocol.OpenAi : LlmProtocol.None));
    }

    [Test]
    public void The_newest_entry_for_a_host_wins()
    {
        var table = new HostTable();
        table.Add("gateway=openai");
        table.Add("gateway=anthropic");
        Assert.That(table.Protocol("http://gateway/"u8), Is.EqualTo(LlmProtocol.Anthropic));
    }

    [TestCase("http://gateway/v1/chat/completions", false)]
    [TestCase("http://gateway/openai/v1/chat/completions?deployments=x", false)]
    [TestCase("http://gateway/openai/deployments/gpt-5/chat/completions?api-version=1", true)]
    [TestCase("http://gateway/OpenAI/Deployments/gpt-5/chat/completions", true)]
    [TestCase("http://gateway/models/gpt-5/v1/chat/completions", true)]
    [TestCase("http://gateway/v1/acme/azure-openai/res/gpt-5/chat/completions", true)]
    [TestCase("http://gateway/openai/%64eployments/gpt-5/chat/completions", true)]
    public void A_url_that_names_the_model_says_so(string url, bool expected)
    {
        var table = new HostTable();
        table.Add("gateway=openai");
        var target = table.Resolve("POST"u8, Utf8(url));
        Assert.That((target.Endpoint, target.NamesModel), Is.EqualTo((Endpoint.Generate, expected)));
    }

    [TestCase("gateway")]
    [TestCase("=openai")]
    [TestCase("gateway=opnai")]
    [TestCase("http://gateway=openai")]
    [TestCase("good=openai,bad")]
    public void A_malformed_specification_adds_nothing(string specification)
    {
        var table = new HostTable();
        Assert.That(() => table.Add(specification), Throws.InstanceOf<FormatException>());
        Assert.That(table.Protocol("http://good/"u8), Is.EqualTo(LlmProtocol.None));
    }
}
