using System.Buffers;
using System.Text;
using IronCage.Core.Text;
using IronCage.Lang.Hosts;
using IronCage.Lang.Ollama;
using IronCage.Lang.Tests.OpenAi;

namespace IronCage.Lang.Tests.Ollama;

public sealed class OllamaStreamTests
{
    private static readonly LlmWire Chat = LlmWire.Of(LlmProtocol.Ollama)[0];

    private static (string Output, OllamaStream Stream) Run(byte[] input, Func<TextUse, ITextScreen>? screen, params int[] cuts)
    {
        var stream = new OllamaStream(screen);
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

    private static string Line(string message, string more = "\"done\":false") => $$"""{"model":"llama3.2","created_at":"2026-01-02T03:04:05Z","message":{"role":"assistant",{{message}}},{{more}}}""" + "\n";

    private const string Counts = "\"done_reason\":\"stop\",\"done\":true,\"total_duration\":5,\"prompt_eval_count\":26,\"prompt_eval_duration\":4,\"eval_count\":7";

    [Test]
    public void A_clean_stream_is_the_same_bytes_wherever_it_is_cut()
    {
        var input = Encoding.UTF8.GetBytes(Line("\"content\":\"\",\"thinking\":\"hm SEC\"") + Line("\"content\":\"Grüße 😀\"") + "\r\n\n" +
            Line("\"content\":\"\",\"tool_calls\":[{\"function\":{\"name\":\"f\",\"arguments\":{\"a\":\"SEC\"}}}]") + Line("\"content\":\"\"", Counts));
        for (var cut = 0; cut <= input.Length; cut++)
        {
            var (output, stream) = Run(input, _ => new WordScreen("SECRET"), cut);
            Assert.That(output, Is.EqualTo(Encoding.UTF8.GetString(input)), $"cut at {cut}");
            Assert.That((stream.Usage, stream.IsDone, stream.HasFinished, stream.Model), Is.EqualTo(((WireUsage?)new WireUsage(26, 0, 0, 7, 0, 0, 0), true, true, "llama3.2")));
        }
    }

    [TestCase("\"content\":$", TextRole.Answer)]
    [TestCase("\"content\":\"\",\"thinking\":$", TextRole.Other)]
    [TestCase("\"something_of_tomorrow\":$", TextRole.Other)]
    public void A_match_over_several_lines_is_replaced_wherever_it_is_cut(string message, TextRole role)
    {
        string Piece(string text) => Line(message.Replace("$", $"\"{text}\"", StringComparison.Ordinal));
        var input = Encoding.UTF8.GetBytes(Piece("a SE") + Piece("CR") + Piece("ET b") + Line("\"content\":\"\"", Counts));
        var uses = new List<TextUse>();
        var whole = Run(input, use => { uses.Add(use); return new WordScreen("SECRET"); }).Output;
        Assert.That(whole, Does.Contain("a [GONE]").And.Contain("\" b\"").And.Not.Contain("CR\""));
        Assert.That(uses.Select(use => use.Role), Has.All.EqualTo(role));
        for (var cut = 1; cut < input.Length; cut++)
            Assert.That(Run(input, _ => new WordScreen("SECRET"), cut).Output, Is.EqualTo(whole), $"cut at {cut}");
        Assert.That(Run(input, _ => new WordScreen("SECRET"), [.. Enumerable.Range(1, input.Length - 1)]).Output, Is.EqualTo(whole), "byte by byte");
    }

    [Test]
    public void Arguments_of_tools_are_screened_with_the_name_of_the_tool_and_names_of_any_kind()
    {
        var input = Line("\"content\":\"\",\"tool_calls\":[{\"function\":{\"name\":\"mail\",\"arguments\":{\"role\":\"SECRET\",\"to\":[\"SECRET\"]}}}]");
        var uses = new List<TextUse>();
        var output = Run(Encoding.UTF8.GetBytes(input), use => { uses.Add(use); return new WordScreen("SECRET"); }).Output;
        Assert.That(output, Is.EqualTo(input.Replace("SECRET", "[GONE]", StringComparison.Ordinal)));
        Assert.That(uses, Is.EqualTo((TextUse[])[default, new(TextRole.ToolInput, "mail"), new(TextRole.ToolInput, "mail")]));
    }

    [Test]
    public void What_is_generated_from_a_prompt_is_a_stream_too_and_what_repeats_it_goes_once_it_was_edited()
    {
        const string First = """{"model":"m","response":"the SEC","done":false,"logprobs":[{"token":"SEC"}]}""" + "\n", Last = """{"model":"m","response":"RET","done":true,"context":[1,2],"eval_count":3,"prompt_eval_count":2}""" + "\n";
        var (output, stream) = Run(Encoding.UTF8.GetBytes(First + Last), _ => new WordScreen("SECRET"));
        Assert.That(output, Is.EqualTo("""{"model":"m","response":"the [GONE]","done":false,"logprobs":[]}""" + "\n" + """{"model":"m","response":"","done":true,"context":[],"eval_count":3,"prompt_eval_count":2}""" + "\n"));
        Assert.That((stream.Usage, stream.TextBytes), Is.EqualTo(((WireUsage?)new WireUsage(2, 0, 0, 3, 0, 0, 0), 10L)));
    }

    [Test]
    public void Errors_and_foreign_lines_are_read_as_what_they_are()
    {
        var (output, stream) = Run("{\"error\":\"a SECRET ran out of memory\"}\nno json, a SECRET\n{\"done\":fal"u8.ToArray(), _ => new WordScreen("SECRET"));
        Assert.That(output, Is.EqualTo("{\"error\":\"a [GONE] ran out of memory\"}\nno json, a [GONE]\n{\"done\":fal"));
        Assert.That((stream.HasError, stream.IsDone, stream.HasFinished, stream.Usage), Is.EqualTo((true, false, false, (WireUsage?)null)));
    }

    [Test]
    public void A_cut_stream_is_no_end_and_tells_no_usage()
    {
        var stream = Run(Encoding.UTF8.GetBytes(Line("\"content\":\"abc\"")), null).Stream;
        Assert.That((stream.HasFinished, stream.Usage, stream.TextBytes), Is.EqualTo((false, (WireUsage?)null, 3L)));
    }

    [Test]
    public void A_whole_answer_is_read()
    {
        var body = Encoding.UTF8.GetBytes(Line("\"content\":\"hello\",\"thinking\":\"hm\",\"tool_calls\":[{\"function\":{\"name\":\"f\",\"arguments\":{\"a\":\"x\"}}}]", Counts));
        Assert.That(Chat.TryReadAnswer(body, out var answer), Is.True);
        byte[] scratch = [];
        Assert.That(answer.Texts.Select(text => Encoding.UTF8.GetString(text.Read(body, ref scratch))), Is.EqualTo((string[])["hello", "hm", "f", "x"]));
        Assert.That((answer.Usage, answer.Model, answer.Contents.Count), Is.EqualTo(((WireUsage?)new WireUsage(26, 0, 0, 7, 0, 0, 0), "llama3.2", 3)));
        Assert.That((answer.Uses[answer.Texts[0].Start], answer.Uses[answer.Texts[3].Start]), Is.EqualTo((new TextUse(TextRole.Answer), new TextUse(TextRole.ToolInput, "f"))));
        Assert.That(Chat.TryReadAnswer([.. body, .. body], out _), Is.False, "two lines are a stream");
        Assert.That((Chat.LooksStreamed(body), Chat.LooksStreamed("data: {}"u8)), Is.EqualTo((true, false)));
    }

    [Test]
    public void Vectors_tell_their_input()
    {
        Assert.That(Chat.TryReadAnswer("""{"model":"m","embeddings":[[0.1]],"prompt_eval_count":8}"""u8, out var answer), Is.True);
        Assert.That((answer.Usage, answer.Texts.Count), Is.EqualTo(((WireUsage?)new WireUsage(8, 0, 0, 0, 0, 0, 0), 0)));
    }

    [Test]
    public void A_refusal_has_the_shape_of_the_servers_errors() =>
        Assert.That(Chat.WriteRefusal("no", "budget_exceeded", 402), Is.EqualTo("""{"error":"no","code":"budget_exceeded"}"""));

    [TestCase("http://localhost:11434/api/chat", Endpoint.Generate)]
    [TestCase("http://127.0.0.1:11434/api/generate", Endpoint.Generate)]
    [TestCase("http://LOCALHOST:11434/api/embed", Endpoint.Generate)]
    [TestCase("http://[::1]:11434/api/embeddings", Endpoint.Generate)]
    [TestCase("http://localhost:11434/v1/chat/completions", Endpoint.Generate)]
    [TestCase("http://localhost:11434/v1/messages", Endpoint.Generate)]
    [TestCase("http://localhost:11434/api/pull", Endpoint.None)]
    [TestCase("http://localhost:11434/api/show", Endpoint.None)]
    [TestCase("http://localhost:11434/api/blobs/sha256:29fd", Endpoint.None)]
    [TestCase("http://localhost:11434/api/tomorrow", Endpoint.Unread)]
    [TestCase("http://localhost:11435/api/chat", Endpoint.None)]
    [TestCase("http://192.168.1.4:11434/api/chat", Endpoint.None)]
    [TestCase("https://ollama.com/api/chat", Endpoint.Generate)]
    [TestCase("https://ollama.com/api/web_search", Endpoint.Unread)]
    [TestCase("https://ollama.com/signin", Endpoint.None)]
    public void It_is_known_at_home(string url, Endpoint expected) => Assert.That(new HostTable().Resolve("POST"u8, Encoding.UTF8.GetBytes(url)).Endpoint, Is.EqualTo(expected));

    [Test]
    public void Elsewhere_it_is_named()
    {
        var table = new HostTable();
        table.Add("box:8080=ollama");
        Assert.That(table.Resolve("POST"u8, "http://box:8080/api/chat"u8).Wire, Is.SameAs(Chat));
    }
}
