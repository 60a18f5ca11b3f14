using System.Text;
using IronCage.Lang.Anthropic;

namespace IronCage.Lang.Tests.Anthropic;

public sealed class MessagesAnswerReaderTests
{
    private static string[] Texts(string body, Func<LlmAnswer, List<TextSpan>> which)
    {
        MessagesAnswerReader.TryRead(Encoding.UTF8.GetBytes(body), out var answer);
        return [.. which(answer).Select(t => Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(body)[t.Start..t.End]))];
    }

    private static string Message(string block) =>
        $$$"""{"id":"msg_1","type":"message","role":"assistant","model":"m","content":[{{{block}}}],"stop_reason":"end_turn","stop_sequence":null,"usage":{"input_tokens":1,"output_tokens":2}}""";

    [TestCase("""{"type":"text","text":"hello","citations":[{"type":"char_location","cited_text":"said","document_title":"titled"}]}""", "hello|said|titled", "hello", "")]
    [TestCase("""{"type":"thinking","thinking":"deep","signature":"sig"}""", "", "deep", "deep")]
    [TestCase("""{"thinking":"deep","signature":"sig","type":"thinking"}""", "", "deep", "deep")]
    [TestCase("""{"type":"redacted_thinking","data":"enc"}""", "", "", "")]
    [TestCase("""{"type":"tool_use","id":"toolu_1","name":"n","input":{"id":"a","type":"b","deep":[{"signature":"c","n":1}]}}""", "n|a|b|c", "n|a|b|c", "")]
    [TestCase("""{"type":"web_search_tool_result","tool_use_id":"t","content":[{"type":"web_search_result","url":"u","title":"ti","encrypted_content":"enc"}]}""", "u|ti", "", "")]
    public void Texts_are_the_models_the_signed_or_the_providers(string block, string texts, string written, string signed)
    {
        var body = Message(block);
        Assert.That(string.Join('|', Texts(body, a => a.Texts)), Is.EqualTo(texts));
        Assert.That(string.Join('|', Texts(body, a => a.Contents)), Is.EqualTo(written));
        Assert.That(string.Join('|', Texts(body, a => a.Signed)), Is.EqualTo(signed));
    }

    [TestCase("""{"service_tier":"priority"}""", true)]
    [TestCase("""{"service_tier":"standard","inference_geo":"global","speed":"standard"}""", false)]
    [TestCase("""{"speed":"fast"}""", true)]
    [TestCase("""{"inference_geo":"us"}""", true)]
    [TestCase("""{"server_tool_use":{"web_search_requests":0,"web_fetch_requests":3}}""", false)]
    [TestCase("""{"server_tool_use":{"web_search_requests":1}}""", false)]
    [TestCase("""{"server_tool_use":{"code_execution_requests":1}}""", true)]
    public void What_is_charged_beyond_the_tokens_is_seen(string usage, bool extra)
    {
        MessagesAnswerReader.TryRead(Encoding.UTF8.GetBytes($$"""{"content":[],"usage":{{usage}}}"""), out var answer);
        Assert.That(answer.HasExtraCharge, Is.EqualTo(extra));
    }

    // Without the details every write is of five minutes; what the sum says beyond them is, too.
    [TestCase("""{"input_tokens":1,"output_tokens":2,"cache_creation_input_tokens":30}""", 30, 0)]
    [TestCase("""{"input_tokens":1,"output_tokens":2,"cache_creation_input_tokens":30,"cache_creation":null}""", 30, 0)]
    [TestCase("""{"input_tokens":1,"output_tokens":2,"cache_creation_input_tokens":30,"cache_creation":{"ephemeral_1h_input_tokens":20}}""", 10, 20)]
    [TestCase("""{"input_tokens":1,"output_tokens":2,"cache_creation":{"ephemeral_5m_input_tokens":4,"ephemeral_1h_input_tokens":20}}""", 4, 20)]
    public void Cache_writes_are_split_by_their_lifetime(string usage, long usual, long hour)
    {
        MessagesAnswerReader.TryRead(Encoding.UTF8.GetBytes($$"""{"content":[],"usage":{{usage}}}"""), out var answer);
        Assert.That(answer.Usage, Is.EqualTo((WireUsage?)new WireUsage(1, 0, usual, 2, 0, 0, 0, hour)));
    }

    [Test]
    public void A_cut_body_gives_what_was_read_up_to_the_cut()
    {
        var body = Encoding.UTF8.GetBytes(Message("""{"type":"text","text":"hello"},{"type":"text","text":"wor"""));
        Assert.That(MessagesAnswerReader.TryRead(body.AsSpan(0, body.Length - 100), out var answer), Is.False);
        Assert.That((answer.Texts.Count, answer.Usage), Is.EqualTo((1, (WireUsage?)null)));
    }
}
