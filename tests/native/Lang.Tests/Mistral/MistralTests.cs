using System.Buffers;
using System.Text;
using IronCage.Lang.Hosts;
using IronCage.Lang.Tests.OpenAi;

namespace IronCage.Lang.Tests.Mistral;

/// <summary>What Mistral has beside chat completions and embeddings: filling in the middle, moderations, classifications.</summary>
public sealed class MistralTests
{
    private static Target Post(string path) => new HostTable().Resolve("POST"u8, Encoding.UTF8.GetBytes("https://api.mistral.ai" + path));

    private static LlmRequest Read(string path, string json)
    {
        Assert.That(Post(path).Wire!.TryReadRequest(Encoding.UTF8.GetBytes(json), null, out var request, out var problem), Is.True, problem);
        return request;
    }

    private static string[] Texts(LlmRequest request, string json)
    {
        byte[] scratch = [];
        return [.. request.Texts.Select(text => Encoding.UTF8.GetString(text.Read(Encoding.UTF8.GetBytes(json), ref scratch)))];
    }

    [Test]
    public void What_is_to_be_filled_in_is_found_before_and_behind()
    {
        const string Json = """{"model":"codestral-latest","prompt":"def f(","suffix":"return x","max_tokens":20,"stream":true}""";
        var request = Read("/v1/fim/completions", Json);
        Assert.That(Texts(request, Json), Is.EquivalentTo((string[])["def f(", "return x"]));
        Assert.That((request.Stream, request.AsksForUsage, request.OutputLimit, request.Choices), Is.EqualTo((true, true, 20L, 1)));
        var edits = new List<RawEdit>();
        request.LimitOutput(5, null, edits);
        Assert.That(Encoding.UTF8.GetString(RawEdits.Apply(Encoding.UTF8.GetBytes(Json), edits)), Is.EqualTo(Json.Replace(":20", ":5", StringComparison.Ordinal)));
    }

    [Test]
    public void What_was_filled_in_is_an_answer_of_a_chat_whole_and_streamed()
    {
        var wire = Post("/v1/fim/completions").Wire!;
        var request = Read("/v1/fim/completions", """{"model":"codestral-latest","prompt":"p","stream":true}""");
        Assert.That(wire.TryReadAnswer("""{"choices":[{"index":0,"message":{"role":"assistant","content":"x"},"finish_reason":"stop"}],"usage":{"prompt_tokens":3,"completion_tokens":1,"total_tokens":4}}"""u8, out var answer), Is.True);
        Assert.That((answer.Contents.Count, answer.Usage), Is.EqualTo((1, (WireUsage?)new WireUsage(3, 0, 0, 1, 0, 0, 0))));
        var text = "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"a SEC\"}}]}\n\ndata: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"RET\"},\"finish_reason\":\"stop\"}],\"usage\":{\"prompt_tokens\":3,\"completion_tokens\":2}}\n\ndata: [DONE]\n\n";
        for (var cut = 0; cut <= text.Length; cut++)
        {
            var stream = wire.OpenStream(request, _ => new WordScreen("SECRET"), hideUsage: false)!;
            var output = new ArrayBufferWriter<byte>();
            stream.Feed(Encoding.UTF8.GetBytes(text[..cut]), output);
            stream.Feed(Encoding.UTF8.GetBytes(text[cut..]), output);
            stream.Finish(output);
            Assert.That(Encoding.UTF8.GetString(output.WrittenSpan), Is.EqualTo(text.Replace("SEC\"", "[GONE]\"", StringComparison.Ordinal).Replace("RET", "", StringComparison.Ordinal)), $"cut at {cut}");
            Assert.That((stream.Usage, stream.HasFinished), Is.EqualTo(((WireUsage?)new WireUsage(3, 0, 0, 2, 0, 0, 0), true)));
        }
    }

    [TestCase("/v1/moderations", "{\"model\":\"mistral-moderation-latest\",\"input\":[\"a\",\"b\"]}", 2)]
    [TestCase("/v1/classifications", "{\"model\":\"m\",\"input\":\"a\"}", 1)]
    [TestCase("/v1/chat/moderations", "{\"model\":\"m\",\"input\":[[{\"role\":\"user\",\"content\":\"a\"},{\"role\":\"assistant\",\"content\":\"b\"}]]}", 2)]
    public void Moderations_cost_their_input(string path, string json, int atLeast)
    {
        var request = Read(path, json);
        Assert.That(Texts(request, json), Does.Contain("a"));
        Assert.That((Post(path).Endpoint, request.OutputLimit), Is.EqualTo((Endpoint.Generate, 0L)));
        Assert.That(request.Messages, Is.GreaterThanOrEqualTo(atLeast));
    }

    [Test]
    public void Agents_and_scans_of_documents_may_not_pass()
    {
        foreach (var path in (string[])["/v1/agents/completions", "/v1/conversations", "/v1/ocr", "/v1/agents", "/v1/libraries"])
            Assert.That(Post(path).Endpoint, Is.EqualTo(Endpoint.Unread), path);
    }
}
