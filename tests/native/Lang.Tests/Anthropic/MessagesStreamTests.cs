using System.Buffers;
using System.Text;
using IronCage.Lang.Anthropic;
using IronCage.Lang.Tests.OpenAi;

namespace IronCage.Lang.Tests.Anthropic;

public sealed class MessagesStreamTests
{
    private const string Start = """{"type":"message_start","message":{"id":"msg_1","type":"message","role":"assistant","model":"m","content":[],"usage":{"input_tokens":25,"cache_creation_input_tokens":30,"cache_read_input_tokens":7,"cache_creation":{"ephemeral_5m_input_tokens":10,"ephemeral_1h_input_tokens":20},"output_tokens":1}}}""";
    private const string End = """{"type":"message_delta","delta":{"stop_reason":"end_turn","stop_sequence":null},"usage":{"output_tokens":15}}""";

    private static string Event(string data)
    {
        var name = data.Split('"')[3];
        return $"event: {name}\ndata: {data}\n\n";
    }

    private static string Delta(int index, string kind, string field, string text) =>
        Event($$$"""{"type":"content_block_delta","index":{{{index}}},"delta":{"type":"{{{kind}}}","{{{field}}}":"{{{text}}}"}}""");

    private static string Opens(int index, string block) => Event($$"""{"type":"content_block_start","index":{{index}},"content_block":{{block}}}""");

    private static string Closes(int index) => Event($$"""{"type":"content_block_stop","index":{{index}}}""");

    private static string Whole() => Event(Start) + Opens(0, """{"type":"thinking","thinking":"","signature":""}""") + Event("""{"type":"ping"}""") + Delta(0, "thinking_delta", "thinking", "a SEC")
        + Delta(0, "thinking_delta", "thinking", "RET") + Delta(0, "signature_delta", "signature", "SECRET") + Closes(0) + Opens(1, """{"type":"text","text":"SE"}""")
        + Delta(1, "text_delta", "text", "CRET and SEC") + Closes(1) + Opens(2, """{"type":"tool_use","id":"SECRET","name":"n","input":{}}""")
        + Delta(2, "input_json_delta", "partial_json", "RET SECR") + Delta(2, "input_json_delta", "partial_json", "ET") + Closes(2) + Event(End) + Event("""{"type":"message_stop"}""");

    private static (string Output, MessagesStream Stream) Run(string text, int cut, bool screened = true)
    {
        var input = Encoding.UTF8.GetBytes(text);
        var stream = new MessagesStream(screened ? use => use.IsSigned ? new WordScreen("NOTHING") : new WordScreen("SECRET") : null);
        var output = new ArrayBufferWriter<byte>();
        stream.Feed(input.AsSpan(0, cut), output);
        stream.Feed(input.AsSpan(cut), output);
        stream.Finish(output);
        return (Encoding.UTF8.GetString(output.WrittenSpan), stream);
    }

    [Test]
    public void Wherever_it_is_cut_a_stream_is_screened_block_by_block_and_what_is_signed_stays()
    {
        var (uncut, _) = Run(Whole(), 0);
        Assert.That(uncut, Does.Contain("a SEC").And.Contain("\"signature\":\"SECRET\"").And.Contain("\"id\":\"SECRET\"").And.Contain(" and SEC\"").And.Contain("\"RET "));
        Assert.That(uncut, Does.Not.Contain("\"SE\"").And.Not.Contain("CRET and"));
        Assert.That(uncut.Split('\n').Where(l => l.StartsWith("event:", StringComparison.Ordinal)), Is.EqualTo(Whole().Split('\n').Where(l => l.StartsWith("event:", StringComparison.Ordinal))));
        for (var cut = 1; cut < Whole().Length; cut++)
            Assert.That(Run(Whole(), cut).Output, Is.EqualTo(uncut), $"cut at {cut}");
    }

    [Test]
    public void What_was_held_back_goes_out_before_its_block_stops()
    {
        var stream = new MessagesStream(_ => new WordScreen("SECRET"));
        var output = new ArrayBufferWriter<byte>();
        stream.Feed(Encoding.UTF8.GetBytes(Opens(0, """{"type":"text","text":""}""") + Delta(0, "text_delta", "text", "SEC")), output);
        Assert.That(Encoding.UTF8.GetString(output.WrittenSpan), Does.Not.Contain("SEC"));
        stream.Feed(Encoding.UTF8.GetBytes(Closes(0)), output);
        Assert.That(Encoding.UTF8.GetString(output.WrittenSpan), Does.EndWith(Delta(0, "text_delta", "text", "SEC") + Closes(0)));
    }

    [Test]
    public void A_clean_stream_is_the_same_bytes_wherever_it_is_cut()
    {
        var clean = Whole().Replace("SEC", "SAC", StringComparison.Ordinal).Replace("\"SE\"", "\"SA\"", StringComparison.Ordinal);
        for (var cut = 0; cut <= clean.Length; cut++)
            Assert.That(Run(clean, cut).Output, Is.EqualTo(clean), $"cut at {cut}");
    }

    [Test]
    public void Usage_begins_with_the_first_event_and_is_complete_with_the_reason_of_the_end()
    {
        var begun = Run(Event(Start) + Opens(0, """{"type":"text","text":""}"""), 9).Stream;
        Assert.That((begun.Usage, begun.HasFinished), Is.EqualTo(((WireUsage?)new WireUsage(25, 7, 10, 1, 0, 0, 0, 20), false)));
        var ended = Run(Event(Start) + Event(End), 9).Stream;
        Assert.That((ended.Usage, ended.HasFinished, ended.IsDone), Is.EqualTo(((WireUsage?)new WireUsage(25, 7, 10, 15, 0, 0, 0, 20), true, false)));
        Assert.That(Run(Whole(), 9).Stream.IsDone, Is.True);
    }

    [Test]
    public void Later_sums_take_the_place_of_earlier_ones_and_extra_charges_are_seen()
    {
        const string More = """{"type":"message_delta","delta":{"stop_reason":"end_turn"},"usage":{"input_tokens":100,"cache_creation_input_tokens":50,"output_tokens":15,"output_tokens_details":{"thinking_tokens":4},"server_tool_use":{"web_search_requests":1}}}""";
        var stream = Run(Event(Start) + Event(More), 0).Stream;
        Assert.That((stream.Usage, stream.HasExtraCharge), Is.EqualTo(((WireUsage?)new WireUsage(100, 7, 30, 15, 4, 0, 0, 20) { Searches = 1 }, false)));
    }

    [Test]
    public void An_error_inside_the_stream_is_an_error_and_no_end()
    {
        var stream = Run(Event(Start) + Event("""{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}"""), 0).Stream;
        Assert.That((stream.HasError, stream.HasFinished), Is.EqualTo((true, false)));
    }

    [TestCase("""{"input_tokens":-1,"output_tokens":1}""")]
    [TestCase("""{"output_tokens":1}""")]
    [TestCase("""{"input_tokens":1}""")]
    [TestCase("""{"input_tokens":1,"output_tokens":99999999999}""")]
    [TestCase("""{"input_tokens":"1","output_tokens":1}""")]
    public void Impossible_usage_is_none(string usage)
    {
        Assert.That(MessagesAnswerReader.TryRead(Encoding.UTF8.GetBytes($$"""{"type":"message","content":[{"type":"text","text":"t"}],"usage":{{usage}}}"""), out var answer), Is.True);
        Assert.That((answer.Usage, answer.Contents.Count), Is.EqualTo(((WireUsage?)null, 1)));
    }

    [Test]
    public void Compaction_is_billed_on_top_of_what_the_sums_say()
    {
        const string Body = """{"type":"message","content":[],"usage":{"input_tokens":10,"output_tokens":2,"iterations":[{"type":"compaction","input_tokens":1000,"output_tokens":50,"cache_read_input_tokens":3},{"type":"message","input_tokens":10,"output_tokens":2}]}}""";
        Assert.That(MessagesAnswerReader.TryRead(Encoding.UTF8.GetBytes(Body), out var answer), Is.True);
        Assert.That((answer.Usage, answer.HasExtraCharge), Is.EqualTo(((WireUsage?)new WireUsage(1010, 3, 0, 52, 0, 0, 0), false)));
    }

    [TestCase(402, "billing_error")]
    [TestCase(403, "permission_error")]
    [TestCase(503, "api_error")]
    public void Refusals_have_the_providers_shape(int status, string type) =>
        Assert.That(RefusalBody.Write("m", "c", status), Is.EqualTo($$$"""{"type":"error","error":{"type":"{{{type}}}","message":"m","code":"c"}}"""));
}
