using System.Text;
using IronCage.Lang.OpenAi;

namespace IronCage.Lang.Tests.OpenAi;

public sealed class ChatResponseReaderTests
{
    private static LlmAnswer Read(string json)
    {
        Assert.That(ChatResponseReader.TryRead(Encoding.UTF8.GetBytes(json), out var response), Is.True);
        return response;
    }

    [TestCase("\"gpt-4o-2024-08-06\"", "gpt-4o-2024-08-06")]
    [TestCase("\"\"", null)]
    [TestCase("\"a b\"", null)]
    [TestCase("\"\\ud800\"", null)]
    [TestCase("7", null)]
    [TestCase("{\"model\":\"x\"}", null)]
    public void The_model_that_answered_is_told_where_it_is_a_name(string json, string? model) => Assert.That(Read($"{{\"model\":{json}}}").Model, Is.EqualTo(model));

    [Test]
    public void Usage_falls_into_disjoint_buckets()
    {
        var usage = Read("""{"usage":{"prompt_tokens":100,"completion_tokens":50,"total_tokens":150,"prompt_tokens_details":{"cached_tokens":30,"audio_tokens":5},"completion_tokens_details":{"reasoning_tokens":20,"audio_tokens":10,"rejected_prediction_tokens":3}}}""").Usage;
        Assert.That(usage, Is.EqualTo(new WireUsage(Input: 65, Cached: 30, CacheWrite: 0, Output: 40, Reasoning: 20, AudioInput: 5, AudioOutput: 10)));
    }

    [TestCase("""{"usage":{"prompt_tokens":-1,"completion_tokens":5}}""")]
    [TestCase("""{"usage":{"prompt_tokens":10,"completion_tokens":5,"prompt_tokens_details":{"cached_tokens":11}}}""")]
    [TestCase("""{"usage":{"prompt_tokens":1e30,"completion_tokens":5}}""")]
    [TestCase("""{"usage":{"prompt_tokens":"10","completion_tokens":5}}""")]
    [TestCase("""{"usage":{"completion_tokens":5}}""")]
    [TestCase("""{"usage":null}""")]
    [TestCase("""{"usage":[1,{"prompt_tokens":1}]}""")]
    [TestCase("{}")]
    public void Impossible_or_absent_usage_is_none(string json) => Assert.That(Read(json).Usage, Is.Null);

    [Test]
    public void Texts_of_all_choices_are_found_and_ids_are_not()
    {
        const string Json = """{"id":"chatcmpl-1","model":"gpt-4o","choices":[{"index":0,"message":{"role":"assistant","content":"one","refusal":null,"reasoning_content":"why","tool_calls":[{"id":"c","type":"function","function":{"name":"f","arguments":"{}"}}]},"logprobs":{"content":[{"token":"one"}]},"finish_reason":"stop"},{"index":1,"message":{"content":"two"}}]}""";
        var body = Encoding.UTF8.GetBytes(Json);
        byte[] scratch = [];
        var texts = new List<string>();
        foreach (var text in Read(Json).Contents)
            texts.Add(Encoding.UTF8.GetString(text.Read(body, ref scratch)));
        Assert.That(texts, Is.EqualTo(new[] { "one", "why", "{}", "two" }));
        Assert.That(Read(Json).LogProbabilities, Has.Count.EqualTo(1));
    }

    [TestCase("\uFEFF{\"choices\":[{\"message\":{\"content\":\"hello\"}}]}")]
    [TestCase("{\"x\":NaN,\"y\":[-Infinity,Infinity],\"choices\":[{\"message\":{\"content\":\"hello\"}}]}")]
    [TestCase("{\"result\":\"hello\"}")]
    [TestCase("{\"choices\":[],\"citations\":[\"hello\"]}")]
    public void An_answer_that_lenient_clients_read_is_read(string json)
    {
        var body = Encoding.UTF8.GetBytes(json);
        Assert.That(ChatResponseReader.TryRead(body, out var response), Is.True);
        byte[] scratch = [];
        Assert.That(Encoding.UTF8.GetString(response.Texts[^1].Read(body, ref scratch)), Is.EqualTo("hello"));
    }

    [Test]
    public void Two_objects_are_no_answer() =>
        Assert.That(ChatResponseReader.TryRead("{\"choices\":[]}\n{\"choices\":[]}"u8, out _), Is.False);

    [Test]
    public void A_cut_body_is_unreadable_but_gives_what_came()
    {
        var body = """{"choices":[{"message":{"content":"hello"}}],"usage":{"prompt"""u8;
        Assert.That(ChatResponseReader.TryRead(body, out var response), Is.False);
        Assert.That(response.Texts, Has.Count.EqualTo(1));
    }
}
