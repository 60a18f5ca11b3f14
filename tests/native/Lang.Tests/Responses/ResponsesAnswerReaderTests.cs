using System.Text;
using IronCage.Lang.Responses;

namespace IronCage.Lang.Tests.Responses;

public sealed class ResponsesAnswerReaderTests
{
    private const string Answer = """
        {"id":"resp_1","object":"response","model":"gpt-5-2025-08-07","instructions":"be kind","output":[
        {"id":"rs_1","type":"reasoning","summary":[{"type":"summary_text","text":"thought"}],"encrypted_content":"gAAA"},
        {"id":"msg_1","type":"message","role":"assistant","status":"completed","content":[{"type":"output_text","text":"hello","annotations":[{"type":"url_citation","url":"https://x","title":"T"}],"logprobs":[{"token":"hello"}]},{"type":"refusal","refusal":"no"}]},
        {"id":"fc_1","type":"function_call","call_id":"call_1","name":"send","arguments":"{\"to\":\"x\"}"},
        {"id":"ct_1","type":"custom_tool_call","name":"run","input":"ls"}],
        "usage":{"input_tokens":10,"output_tokens":5,"total_tokens":15},"service_tier":"default"}
        """;

    private static string Text(TextSpan place) => Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(Answer)[place.Start..place.End]);

    [Test]
    public void Texts_and_what_they_are_for_are_found()
    {
        Assert.That(ResponsesAnswerReader.TryRead(Encoding.UTF8.GetBytes(Answer), out var answer), Is.True);
        Assert.That(answer.Texts.Select(Text), Is.EqualTo(new[] { "be kind", "thought", "hello", "https://x", "T", "no", "send", "{\\\"to\\\":\\\"x\\\"}", "run", "ls", "default" }));
        Assert.That(answer.Contents.Select(Text), Is.EqualTo(new[] { "thought", "hello", "no", "{\\\"to\\\":\\\"x\\\"}", "ls" }));
        var uses = answer.Texts.Where(t => answer.Uses.ContainsKey(t.Start)).Select(t => (Text(t), answer.Uses[t.Start])).ToArray();
        Assert.That(uses, Is.EqualTo(new[]
        {
            ("hello", new TextUse(TextRole.Answer)), ("no", new TextUse(TextRole.Answer)), ("{\\\"to\\\":\\\"x\\\"}", new TextUse(TextRole.ToolArguments, "send")),
            ("ls", new TextUse(TextRole.ToolInput, "run")),
        }));
        Assert.That((answer.Model, answer.Usage, answer.HasExtraCharge), Is.EqualTo(("gpt-5-2025-08-07", (WireUsage?)new WireUsage(10, 0, 0, 5, 0, 0, 0), false)));
        Assert.That(answer.LogProbabilities, Has.Count.EqualTo(1));
    }

    [Test]
    public void Names_inside_attributes_are_the_callers_and_what_claims_to_be_encrypted_must_be()
    {
        var bytes = """{"output":[{"type":"file_search_call","results":[{"attributes":{"id":"a","model":"b"}}],"encrypted_content":"readable words of somebody"}],"metadata":{"id":"c"}}"""u8.ToArray();
        Assert.That(ResponsesAnswerReader.TryRead(bytes, out var answer), Is.True);
        Assert.That(answer.Texts.Select(t => Encoding.UTF8.GetString(bytes[t.Start..t.End])), Is.EqualTo(new[] { "a", "b", "readable words of somebody", "c" }));
    }

    [TestCase("""{"output":[{"type":"web_search_call"},{"type":"web_search_call"}],"usage":{"input_tokens":1,"output_tokens":1}}""", 2, false)]
    [TestCase("""{"usage":{"input_tokens":1,"output_tokens":1},"output":[{"type":"web_search_call"}]}""", 1, false)]
    [TestCase("""{"output":[{"type":"file_search_call"}],"usage":{"input_tokens":1,"output_tokens":1}}""", 0, true)]
    [TestCase("""{"service_tier":"priority","usage":{"input_tokens":1,"output_tokens":1}}""", 0, true)]
    public void What_is_charged_beside_the_tokens_is_told(string json, long searches, bool extra)
    {
        Assert.That(ResponsesAnswerReader.TryRead(Encoding.UTF8.GetBytes(json), out var answer), Is.True);
        Assert.That((answer.Usage!.Value.Searches, answer.HasExtraCharge), Is.EqualTo((searches, extra)));
    }
}
