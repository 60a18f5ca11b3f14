using System.Buffers;
using System.Text;
using IronCage.Core.Text;
using IronCage.Lang.Cohere;
using IronCage.Lang.Hosts;
using IronCage.Lang.Tests.OpenAi;

namespace IronCage.Lang.Tests.Cohere;

public sealed class CohereTests
{
    private static Target Post(string path) => new HostTable().Resolve("POST"u8, Encoding.UTF8.GetBytes("https://api.cohere.com" + path));

    private static LlmRequest Read(string json, string path = "/v2/chat")
    {
        Assert.That(Post(path).Wire!.TryReadRequest(Encoding.UTF8.GetBytes(json), null, out var request, out var problem), Is.True, problem);
        return request;
    }

    private static string[] Texts(string json, IEnumerable<TextSpan> places)
    {
        byte[] scratch = [];
        return [.. places.Select(text => Encoding.UTF8.GetString(text.Read(Encoding.UTF8.GetBytes(json), ref scratch)))];
    }

    private static (string Output, CohereStream Stream) Run(string text, Func<TextUse, ITextScreen>? screen = null, params int[] cuts)
    {
        var input = Encoding.UTF8.GetBytes(text);
        var stream = new CohereStream(screen ?? (_ => new WordScreen("SECRET")));
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

    private static string Event(string type, string more = "") => $$"""event: {{type}}""" + "\n" + $$"""data: {"type":"{{type}}"{{(more.Length > 0 ? "," + more : "")}}}""" + "\n\n";

    private static string Delta(string type, string message, int index = 0) => Event(type, "\"index\":" + index + ",\"delta\":{\"message\":{" + message + "}}");

    private static readonly string Start = Event("message-start", "\"id\":\"c1\",\"delta\":{\"message\":{\"role\":\"assistant\",\"content\":[],\"tool_plan\":\"\",\"tool_calls\":[],\"citations\":[]}}");

    private static readonly string End = Event("message-end", "\"id\":\"c1\",\"delta\":{\"finish_reason\":\"COMPLETE\",\"usage\":{\"billed_units\":{\"input_tokens\":12,\"output_tokens\":4},\"tokens\":{\"input_tokens\":70,\"output_tokens\":8}}}");

    private static string Text(string piece, int index = 0) => Delta("content-delta", $"\"content\":{{\"text\":\"{piece}\"}}", index);

    [TestCase("/v2/chat", Endpoint.Generate)]
    [TestCase("/v2/embed", Endpoint.Generate)]
    [TestCase("/v1/embed", Endpoint.Generate)]
    [TestCase("/v2/rerank", Endpoint.Generate)]
    [TestCase("/v1/tokenize", Endpoint.Free)]
    [TestCase("/v1/check-api-key", Endpoint.None)]
    [TestCase("/v1/chat", Endpoint.Generate)]
    [TestCase("/v1/generate", Endpoint.Unread)]
    [TestCase("/v1/embed-jobs", Endpoint.Unread)]
    [TestCase("/v1/datasets", Endpoint.Unread)]
    public void A_path_is_recognised(string path, Endpoint expected) => Assert.That(Post(path).Endpoint, Is.EqualTo(expected));

    [Test]
    public void Every_text_of_a_chat_is_found()
    {
        const string Json = """
            {"model":"command-a","stream":true,"max_tokens":50,"messages":[{"role":"user","content":[{"type":"text","text":"look"},{"type":"image_url","image_url":{"url":"https://x/y.png"}}]},
             {"role":"assistant","tool_plan":"I will","tool_calls":[{"id":"1","type":"function","function":{"name":"f","arguments":"{\"a\":1}"}}]},
             {"role":"tool","tool_call_id":"1","content":[{"type":"document","document":{"data":"found"}}]}],
             "documents":["plain",{"id":"d","data":{"title":"T"}}],"tools":[{"type":"function","function":{"name":"f"}}],"thinking":{"type":"enabled","token_budget":300}}
            """;
        var request = Read(Json);
        Assert.That(Texts(Json, request.Texts), Is.SupersetOf((string[])["look", "I will", "{\"a\":1}", "found", "plain", "T"]));
        Assert.That((request.Stream, request.OutputLimit, request.Images, request.UnboundedParts, request.Tools, request.ThinkingTokens, request.JsonTexts.Count), Is.EqualTo((true, 50L, 1, 0, 1, 300L, 1)));
        Assert.That(request.Messages, Is.EqualTo(5), "a document has a frame, too");
        Assert.That(Read("""{"model":"m","messages":[{"role":"user","content":[{"type":"audio","audio":"x"}]}]}""").UnboundedParts, Is.EqualTo(1));
    }

    [TestCase("{\"messages\":[]}", "names no model")]
    [TestCase("{\"model\":\"m\",\"messages\":\"x\"}", "\"messages\" is not an array")]
    [TestCase("{\"model\":\"m\",\"max_tokens\":-1}", "max_tokens")]
    public void What_cannot_be_read_with_certainty_is_an_error(string json, string said)
    {
        Assert.That(Post("/v2/chat").Wire!.TryReadRequest(Encoding.UTF8.GetBytes(json), null, out _, out var problem), Is.False);
        Assert.That(problem, Does.Contain(said));
    }

    [TestCase("{\"model\":\"m\",\"query\":\"q\",\"documents\":[]}", 1)]
    [TestCase("{\"model\":\"m\",\"query\":\"q\",\"documents\":[\"a\",{\"text\":\"b\"}]}", 1)]
    public void A_search_is_billed_for_a_hundred_documents(string json, long searches) => Assert.That(Read(json, "/v2/rerank").Searches, Is.EqualTo(searches));

    [Test]
    public void Long_and_many_documents_are_more_searches()
    {
        var many = string.Join(",", Enumerable.Repeat("\"x\"", 101));
        Assert.That(Read($$"""{"model":"m","query":"q","documents":[{{many}}]}""", "/v2/rerank").Searches, Is.EqualTo(2));
        Assert.That(Read($$"""{"model":"m","query":"q","documents":["{{new string('x', 60_000)}}"]}""", "/v2/rerank").Searches, Is.EqualTo(2));
        Assert.That(Texts("""{"model":"m","query":"q","documents":["a",{"text":"b"}]}""", Read("""{"model":"m","query":"q","documents":["a",{"text":"b"}]}""", "/v2/rerank").Texts), Is.EqualTo((string[])["q", "a", "b"]));
    }

    [Test]
    public void Texts_and_images_to_embed_are_found()
    {
        var image = "data:image/png;base64," + Convert.ToBase64String(new byte[90]);
        var json = """{"model":"m","input_type":"search","texts":["a","b"],"images":["$"],"inputs":[{"content":[{"type":"image_url","image_url":{"url":"$"}},{"type":"text","text":"c"}]}]}""".Replace("$", image, StringComparison.Ordinal);
        var request = Read(json, "/v2/embed");
        Assert.That(Texts(json, request.Texts), Is.SupersetOf((string[])["a", "b", "c"]).And.None.Contains("base64"));
        Assert.That((request.Images, request.OutputLimit, request.Messages), Is.EqualTo((2, 0L, 4)));
    }

    [Test]
    public void A_clean_stream_is_the_same_bytes_wherever_it_is_cut()
    {
        var text = Start + Delta("tool-plan-delta", "\"tool_plan\":\"I look SEC\"") + Delta("tool-call-start", "\"tool_calls\":{\"id\":\"1\",\"type\":\"function\",\"function\":{\"name\":\"f\",\"arguments\":\"\"}}")
            + Delta("tool-call-delta", "\"tool_calls\":{\"function\":{\"arguments\":\"{\\\"a\\\":1}\"}}") + Event("tool-call-end", "\"index\":0")
            + Delta("content-start", "\"content\":{\"type\":\"text\",\"text\":\"\"}") + Text("Grüße 😀") + Text(" SECR") + Event("content-end", "\"index\":0")
            + Delta("citation-start", "\"citations\":{\"start\":0,\"end\":5,\"text\":\"Grüße\",\"sources\":[{\"type\":\"document\",\"id\":\"d\",\"document\":{\"id\":\"d\",\"text\":\"doc\"}}],\"type\":\"TEXT_CONTENT\"}")
            + Event("citation-end", "\"index\":0") + End + "data: [DONE]\n\n";
        for (var cut = 0; cut <= Encoding.UTF8.GetByteCount(text); cut++)
        {
            var (output, stream) = Run(text, null, cut);
            Assert.That(output, Is.EqualTo(text), $"cut at {cut}");
            Assert.That((stream.Usage, stream.IsDone, stream.HasFinished, stream.HasError), Is.EqualTo(((WireUsage?)new WireUsage(12, 0, 0, 4, 0, 0, 0), true, true, false)));
        }
    }

    [TestCase("content-delta", "\"content\":{\"text\":$}", TextRole.Answer)]
    [TestCase("content-delta", "\"content\":{\"thinking\":$}", TextRole.Other)]
    [TestCase("tool-plan-delta", "\"tool_plan\":$", TextRole.Other)]
    [TestCase("tool-call-delta", "\"tool_calls\":{\"function\":{\"arguments\":$}}", TextRole.ToolArguments)]
    [TestCase("tomorrow-delta", "\"tomorrow\":$", TextRole.Other)]
    public void A_match_over_several_events_is_replaced_wherever_it_is_cut(string type, string message, TextRole role)
    {
        string Piece(string piece, int index = 0) => Delta(type, message.Replace("$", $"\"{piece}\"", StringComparison.Ordinal), index);
        var text = Start + Piece("a SE") + Piece("CR") + Piece("ET b") + End;
        var roles = new List<TextRole>();
        var whole = Run(text, use => { roles.Add(use.Role); return new WordScreen("SECRET"); }).Output;
        Assert.That(whole, Does.Contain("a [GONE]").And.Contain("\" b\"").And.Not.Contain("CR\""));
        Assert.That(roles, Does.Contain(role));
        for (var cut = 1; cut < text.Length; cut++)
            Assert.That(Run(text, null, cut).Output, Is.EqualTo(whole), $"cut at {cut}");
        Assert.That(Run(text, null, [.. Enumerable.Range(1, text.Length - 1)]).Output, Is.EqualTo(whole), "byte by byte");
    }

    [Test]
    public void Blocks_and_calls_are_texts_of_their_own_that_end_with_them()
    {
        Assert.That(Run(Text("a SEC") + Text("RET", index: 1)).Output, Is.EqualTo(Text("a SEC") + Text("RET", index: 1)));
        var stream = new CohereStream(_ => new WordScreen("SECRET"));
        var output = new ArrayBufferWriter<byte>();
        stream.Feed(Encoding.UTF8.GetBytes(Text("a SEC")), output);
        Assert.That(output.WrittenCount, Is.Zero, "it may go on");
        stream.Feed(Encoding.UTF8.GetBytes(Event("content-end", "\"index\":0")), output);
        Assert.That(Encoding.UTF8.GetString(output.WrittenSpan), Is.EqualTo(Text("a SEC") + Event("content-end", "\"index\":0")));
    }

    [Test]
    public void Arguments_know_their_tool_and_citations_repeat()
    {
        var uses = new List<TextUse>();
        Run(Delta("tool-call-start", "\"tool_calls\":{\"function\":{\"name\":\"mail\",\"arguments\":\"\"}}", 1) + Delta("tool-call-delta", "\"tool_calls\":{\"function\":{\"arguments\":\"x\"}}", 1)
            + Delta("citation-start", "\"citations\":{\"text\":\"x\"}"), use => { uses.Add(use); return new WordScreen("SECRET"); });
        Assert.That(uses, Is.SupersetOf((TextUse[])[new(TextRole.ToolArguments, "mail"), new(TextRole.Other, IsRepeat: true)]));
    }

    [Test]
    public void A_whole_answer_is_read()
    {
        const string Json = """
            {"id":"c","finish_reason":"TOOL_CALL","message":{"role":"assistant","content":[{"type":"thinking","thinking":"hm"},{"type":"text","text":"hello"}],"tool_plan":"I will",
             "tool_calls":[{"id":"1","type":"function","function":{"name":"f","arguments":"{}"}},{"id":"2","type":"function","function":{"name":"g","arguments":"{\"a\":2}"}}],
             "citations":[{"start":0,"end":5,"text":"hello","sources":[{"document":{"text":"doc"}}]}]},"usage":{"billed_units":{"input_tokens":12,"output_tokens":4},"tokens":{"input_tokens":70,"output_tokens":8}}}
            """;
        Assert.That(Post("/v2/chat").Wire!.TryReadAnswer(Encoding.UTF8.GetBytes(Json), out var answer), Is.True);
        Assert.That(Texts(Json, answer.Contents), Is.EqualTo((string[])["hm", "hello", "I will", "{}", "{\"a\":2}"]));
        Assert.That(Texts(Json, answer.Texts), Is.SupersetOf((string[])["hello", "doc", "f", "g"]));
        Assert.That(answer.Usage, Is.EqualTo(new WireUsage(12, 0, 0, 4, 0, 0, 0)));
        Assert.That(answer.Uses.Values, Is.SupersetOf((TextUse[])[new(TextRole.Answer), new(TextRole.ToolArguments, "f"), new(TextRole.ToolArguments, "g")]));
    }

    [TestCase("{\"results\":[{\"index\":0,\"relevance_score\":0.9,\"document\":{\"text\":\"d\"}}],\"meta\":{\"billed_units\":{\"search_units\":2}}}", 0, 2, 1)]
    [TestCase("{\"id\":\"e\",\"texts\":[\"t\"],\"embeddings\":{\"float\":[[0.5]],\"base64\":[\"AACAPwAAgD8AAIA/AACAPwAAgD8AAIA/AACAPwAAgD8AAIA/AACAPwAAgD8AAIA/AACAPw==\"]},\"meta\":{\"billed_units\":{\"input_tokens\":7}}}", 7, 0, 1)]
    public void Ranks_and_vectors_are_read(string json, long input, long searches, int texts)
    {
        Assert.That(Post("/v2/embed").Wire!.TryReadAnswer(Encoding.UTF8.GetBytes(json), out var answer), Is.True);
        Assert.That((answer.Usage, answer.Texts.Count), Is.EqualTo(((WireUsage?)new WireUsage(input, 0, 0, 0, 0, 0, 0) { Searches = searches }, texts)));
    }

    [Test]
    public void An_error_is_no_good_end() => Assert.That(Run(Event("message-end", "\"delta\":{\"finish_reason\":\"ERROR\"}")).Stream.HasError, Is.True);

    [Test]
    public void A_refusal_has_the_shape_of_the_apis_errors() =>
        Assert.That(Post("/v2/chat").Wire!.WriteRefusal("no", "budget_exceeded", 402), Is.EqualTo("""{"message":"no","code":"budget_exceeded"}"""));
}
