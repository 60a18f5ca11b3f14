using System.Buffers;
using System.Text;
using IronCage.Core.Text;
using IronCage.Lang.Cohere;
using IronCage.Lang.Hosts;
using IronCage.Lang.Tests.OpenAi;

namespace IronCage.Lang.Tests.Cohere;

public sealed class FirstChatTests
{
    private static readonly LlmWire Wire = new HostTable().Resolve("POST"u8, "https://api.cohere.com/v1/chat"u8).Wire!;

    private static LlmRequest Read(string json)
    {
        Assert.That(Wire.TryReadRequest(Encoding.UTF8.GetBytes(json), null, out var request, out var problem), Is.True, problem);
        return request;
    }

    private static string[] Texts(string json, IEnumerable<TextSpan> places)
    {
        byte[] scratch = [];
        return [.. places.Select(text => Encoding.UTF8.GetString(text.Read(Encoding.UTF8.GetBytes(json), ref scratch)))];
    }

    private static (string Output, FirstChatStream Stream) Run(string text, params int[] cuts)
    {
        var input = Encoding.UTF8.GetBytes(text);
        var stream = new FirstChatStream(_ => new WordScreen("SECRET"));
        var output = new ArrayBufferWriter<byte>();
        var at = 0;
        foreach (var cut in cuts.Append(input.Length))
        {
            stream.Feed(input.AsSpan(at, cut - at), output);
            at = cut;
        }
        stream.Finish(output);
        return (Encoding.UTF8.GetString(output.WrittenSpan), stream);
    }

    private const string Meta = "\"meta\":{\"api_version\":{\"version\":\"1\"},\"billed_units\":{\"input_tokens\":12,\"output_tokens\":4},\"tokens\":{\"input_tokens\":70,\"output_tokens\":8}}";

    private static string Line(string type, string more) => $$"""{"is_finished":{{(type == "stream-end" ? "true" : "false")}},"event_type":"{{type}}",{{more}}}""" + "\n";

    private static string Whole(string first, string second) =>
        Line("stream-start", "\"generation_id\":\"g\"")
        + Line("text-generation", $"\"text\":\"ä {first}\"")
        + Line("text-generation", $"\"text\":\"{second} end\"")
        + Line("citation-generation", $"\"citations\":[{{\"start\":2,\"end\":8,\"text\":\"{first}{second}\",\"document_ids\":[\"d\"]}}]")
        + Line("tool-calls-chunk", "\"tool_call_delta\":{\"text\":\"I will\"}")
        + Line("tool-calls-chunk", "\"tool_call_delta\":{\"index\":0,\"name\":\"mail\"}")
        + Line("tool-calls-chunk", $"\"tool_call_delta\":{{\"index\":0,\"parameters\":\"{{\\\"to\\\":\\\"{first}\"}}")
        + Line("tool-calls-chunk", $"\"tool_call_delta\":{{\"index\":0,\"parameters\":\"{second}\\\"}}\"}}")
        + Line("tool-calls-generation", $"\"text\":\"I will\",\"tool_calls\":[{{\"name\":\"mail\",\"parameters\":{{\"to\":\"{first}{second}\"}}}}]")
        + Line("stream-end", $"\"finish_reason\":\"COMPLETE\",\"response\":{{\"text\":\"ä {first}{second} end\",\"tool_calls\":[{{\"name\":\"mail\",\"parameters\":{{\"to\":\"{first}{second}\"}}}}],{Meta}}}");

    [Test]
    public void Every_text_is_found()
    {
        const string Json = """
            {"model":"command-a","message":"look","stream":true,"max_tokens":50,"preamble":"be kind","chat_history":[{"role":"USER","message":"earlier"},{"role":"CHATBOT","message":"yes","tool_calls":[{"name":"f","parameters":{"a":"given"}}]}],
             "documents":[{"title":"T","snippet":"found"}],"tools":[{"name":"f","description":"does","parameter_definitions":{"a":{"description":"what","type":"str"}}}],
             "tool_results":[{"call":{"name":"f","parameters":{"a":"given"}},"outputs":[{"b":"result"}]}]}
            """;
        var request = Read(Json);
        Assert.That(Texts(Json, request.Texts), Is.SupersetOf((string[])["look", "be kind", "earlier", "yes", "given", "T", "found", "does", "what", "result"]));
        Assert.That((request.Model, request.Stream, request.OutputLimit, request.Tools, request.AsksForUsage), Is.EqualTo(("command-a", true, 50L, 1, true)));
        Assert.That(request.Messages, Is.EqualTo(6), "preamble, message, two of the history, a document, a result");
    }

    [TestCase("{\"message\":\"x\"}", "names no model")]
    [TestCase("{\"model\":\"m\",\"message\":[\"x\"]}", "\"message\" is not a string")]
    [TestCase("{\"model\":\"m\",\"message\":\"x\",\"message\":\"y\"}", "twice")]
    [TestCase("{\"model\":\"m\",\"message\":\"x\",\"chat_history\":\"y\"}", "\"chat_history\" is not an array")]
    [TestCase("{\"model\":\"m\",\"message\":\"x\",\"max_tokens\":-1}", "\"max_tokens\" is not")]
    public void What_cannot_be_read_with_certainty_is_an_error(string json, string says)
    {
        Assert.That(Wire.TryReadRequest(Encoding.UTF8.GetBytes(json), null, out _, out var problem), Is.False);
        Assert.That(problem, Does.Contain(says));
    }

    [Test]
    public void What_the_provider_adds_is_not_bounded()
    {
        var request = Read("""{"model":"m","message":"x","connectors":[{"id":"web-search"}]}""");
        Assert.That((request.UnpricedFeature, request.UnboundedFeature), Is.EqualTo(("connectors, which search", "connectors, whose finds are input")));
        Assert.That(Read("""{"model":"m","message":"x","conversation_id":"c"}""").UnboundedParts, Is.EqualTo(1));
        Assert.That(Read("""{"model":"m","message":"x","connectors":[],"conversation_id":null}""").UnboundedFeature, Is.Null);
    }

    [Test]
    public void A_limit_is_lowered_where_it_stands()
    {
        var json = """{"model":"m","message":"x","max_tokens":99}"""u8.ToArray();
        Assert.That(Wire.TryReadRequest(json, null, out var request, out _), Is.True);
        var edits = new List<RawEdit>();
        request.LimitOutput(7, null, edits);
        Assert.That(Encoding.UTF8.GetString(RawEdits.Apply(json, edits)), Is.EqualTo("""{"model":"m","message":"x","max_tokens":7}"""));
    }

    [Test]
    public void A_whole_answer_is_read()
    {
        var json = "{\"response_id\":\"r\",\"text\":\"yes\",\"generation_id\":\"g\",\"chat_history\":[{\"role\":\"CHATBOT\",\"message\":\"yes\"}],\"finish_reason\":\"COMPLETE\",\"tool_calls\":[{\"name\":\"mail\",\"parameters\":{\"to\":\"ada\"}}]," + Meta + "}";
        Assert.That(Wire.TryReadAnswer(Encoding.UTF8.GetBytes(json), out var answer), Is.True);
        Assert.That((answer.Usage, answer.ToolCalls[0].Name, json[answer.ToolCalls[0].Arguments]), Is.EqualTo(((WireUsage?)new WireUsage(12, 0, 0, 4, 0, 0, 0), "mail", "{\"to\":\"ada\"}")));
        Assert.That(Texts(json, answer.Texts), Is.SupersetOf((string[])["yes", "ada"]));
        Assert.That(Texts(json, answer.Contents), Is.EquivalentTo((string[])["yes", "ada"]));
    }

    [Test]
    public void A_clean_stream_is_the_same_bytes_and_the_same_usage_wherever_it_is_cut()
    {
        var clean = Whole("SAC", "RAT");
        for (var cut = 0; cut <= Encoding.UTF8.GetByteCount(clean); cut++)
        {
            var (output, stream) = Run(clean, cut);
            Assert.That(output, Is.EqualTo(clean), $"cut at {cut}");
            Assert.That((stream.Usage, stream.IsDone, stream.HasFinished), Is.EqualTo(((WireUsage?)new WireUsage(12, 0, 0, 4, 0, 0, 0), true, true)), $"cut at {cut}");
        }
        var call = Run(clean).Stream.ToolCalls;
        Assert.That((call.Count, call[0].Names.Count, call[0].Name, Encoding.UTF8.GetString(call[0].Arguments)), Is.EqualTo((1, 1, "mail", "{\"to\":\"SACRAT\"}")));
    }

    [Test]
    public void A_match_over_several_events_is_replaced_wherever_the_stream_is_cut()
    {
        var text = Whole("SEC", "RET");
        var uncut = Run(text).Output;
        Assert.That(uncut, Does.Contain("\"text\":\"ä [GONE] end\"").And.Contain("{\\\"to\\\":\\\"[GONE]").And.Contain("\"to\":\"[GONE]\"").And.Not.Contain("SEC").And.Not.Contain("RET"));
        for (var cut = 1; cut < Encoding.UTF8.GetByteCount(text); cut++)
            Assert.That(Run(text, cut).Output, Is.EqualTo(uncut), $"cut at {cut}");
        Assert.That(Run(text, [.. Enumerable.Range(1, Encoding.UTF8.GetByteCount(text) - 1)]).Output, Is.EqualTo(uncut), "byte by byte");
    }

    [Test]
    public void A_cut_stream_has_no_end() => Assert.That(Run(Whole("SAC", "RAT")[..^30]).Stream.IsDone, Is.False);

    [Test]
    public void A_stream_that_was_not_announced_is_known()
    {
        Assert.That(Wire.LooksStreamed(Encoding.UTF8.GetBytes(Whole("SAC", "RAT"))), Is.True);
        Assert.That(Wire.LooksStreamed("{\"text\":\"yes\"}"u8), Is.False);
    }
}
