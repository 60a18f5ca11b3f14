using System.Buffers;
using System.Globalization;
using System.Text;
using IronCage.Core.Text;
using IronCage.Lang.Responses;
using IronCage.Lang.Tests.OpenAi;

namespace IronCage.Lang.Tests.Responses;

public sealed class ResponsesStreamTests
{
    private static string Event(string type, string rest) => $$"""
        event: {{type}}
        data: {"type":"{{type}}",{{rest}}}


        """.ReplaceLineEndings("\n");

    private static string Delta(int item, string text, string kind = "output_text", int part = 0) =>
        Event($"response.{kind}.delta", $$"""
            "item_id":"SECRET","output_index":{{item}},"content_index":{{part}},"delta":"{{text}}","logprobs":[{"token":"{{text}}"}],"obfuscation":"SECRET"
            """);

    private static string Done(int item, string text) => Event("response.output_text.done", $$"""
        "output_index":{{item}},"content_index":0,"text":"{{text}}","logprobs":[]
        """);

    private static string Message(string text) => $$"""{"id":"msg_1","type":"message","role":"assistant","content":[{"type":"output_text","text":"{{text}}","annotations":[]}]}""";

    private static string Call(string arguments) => $$"""{"id":"fc_1","type":"function_call","call_id":"SECRET","name":"send","arguments":"{{arguments}}"}""";

    private static string Response(string status, string output, string usage = "null") =>
        Event($"response.{status}", $$"""
            "response":{"id":"resp_1","object":"response","model":"gpt-5-2025-08-07","status":"{{status}}","instructions":"SECRET","output":[{{output}}],"usage":{{usage}}}
            """);

    private static readonly string Whole = Response("created", "") + Event("response.output_item.added", $"\"output_index\":0,\"item\":{Message("")}")
        + Delta(0, "a SEC") + Delta(0, "RET and SEC") + Done(0, "a SECRET and SEC") + Event("response.output_item.done", $"\"output_index\":0,\"item\":{Message("a SECRET and SEC")}")
        + Event("response.output_item.added", $"\"output_index\":1,\"item\":{Call("")}") + Delta(1, "RET SECR", "function_call_arguments") + Delta(1, "ET", "function_call_arguments")
        + Event("response.function_call_arguments.done", "\"output_index\":1,\"arguments\":\"RET SECRET\"")
        + Event("response.output_item.done", $"\"output_index\":1,\"item\":{Call("RET SECRET")}")
        + Response("completed", Message("a SECRET and SEC") + "," + Call("RET SECRET"), """{"input_tokens":10,"output_tokens":5,"total_tokens":15}""");

    private static (string Output, ResponsesStream Stream) Run(string text, int cut, Func<TextUse, ITextScreen>? screen)
    {
        var input = Encoding.UTF8.GetBytes(text);
        var stream = new ResponsesStream(screen);
        var output = new ArrayBufferWriter<byte>();
        stream.Feed(input.AsSpan(0, cut), output);
        stream.Feed(input.AsSpan(cut), output);
        stream.Finish(output);
        return (Encoding.UTF8.GetString(output.WrittenSpan), stream);
    }

    [Test]
    public void Wherever_it_is_cut_a_stream_is_screened_in_its_pieces_and_where_it_is_repeated()
    {
        var (uncut, _) = Run(Whole, 0, _ => new WordScreen("SECRET"));
        Assert.That(uncut, Does.Contain("\"text\":\"a [GONE] and SEC\"").And.Contain("\"arguments\":\"RET [GONE]\"").And.Contain("\"item_id\":\"SECRET\"").And.Contain("\"call_id\":\"SECRET\"")
            .And.Contain("\"obfuscation\":\"SECRET\"").And.Contain("\"instructions\":\"[GONE]\""));
        Assert.That(uncut, Does.Not.Contain("a SECRET").And.Not.Contain("RET SECRET").And.Not.Contain("\"delta\":\"RET and"));
        Assert.That(uncut, Does.Contain("\"delta\":\"a [GONE]\"").And.Contain("\"delta\":\" and SEC\""));
        for (var cut = 1; cut < Whole.Length; cut++)
            Assert.That(Run(Whole, cut, _ => new WordScreen("SECRET")).Output, Is.EqualTo(uncut), string.Create(CultureInfo.InvariantCulture, $"cut at {cut}"));
    }

    [Test]
    public void A_clean_stream_is_the_same_bytes_wherever_it_is_cut()
    {
        for (var cut = 0; cut <= Whole.Length; cut++)
            Assert.That(Run(Whole, cut, _ => new WordScreen("NOTHING")).Output, Is.EqualTo(Whole), string.Create(CultureInfo.InvariantCulture, $"cut at {cut}"));
    }

    [Test]
    public void What_is_told_again_is_known_as_a_repeat_and_what_is_new_is_not()
    {
        var uses = new List<TextUse>();
        Run(Whole, 0, use =>
        {
            uses.Add(use);
            return new WordScreen("SECRET");
        });
        var expected = new[]
        {
            new TextUse(TextRole.Other, IsRepeat: true), // the instructions
            new TextUse(TextRole.Answer), new TextUse(TextRole.Answer, IsRepeat: true), new TextUse(TextRole.Answer, IsRepeat: true),
            new TextUse(TextRole.Other, "send"), new TextUse(TextRole.ToolArguments, "send"), new TextUse(TextRole.ToolArguments, "send", IsRepeat: true),
            new TextUse(TextRole.Other, "send", IsRepeat: true), new TextUse(TextRole.ToolArguments, "send", IsRepeat: true),
            new TextUse(TextRole.Other, IsRepeat: true), new TextUse(TextRole.Answer, IsRepeat: true), new TextUse(TextRole.Other, "send", IsRepeat: true), new TextUse(TextRole.ToolArguments, "send", IsRepeat: true),
        };
        Assert.That(uses.Select(use => use with { Tool = use.Role == TextRole.Answer ? null : use.Tool }), Is.EqualTo(expected));
    }

    [Test]
    public void A_response_without_pieces_is_told_first_where_it_is_complete()
    {
        var uses = new List<TextUse>();
        Run(Response("completed", Message("SECRET")), 0, use =>
        {
            uses.Add(use);
            return new WordScreen("SECRET");
        });
        Assert.That(uses.Where(use => use.Role == TextRole.Answer), Is.All.Matches<TextUse>(use => !use.IsRepeat));
    }

    [TestCase("completed", false)]
    [TestCase("incomplete", false)]
    [TestCase("failed", true)]
    public void The_response_that_is_told_last_has_the_usage(string status, bool failed)
    {
        var (_, stream) = Run(Response("created", "") + Delta(0, "hi") + Response(status, Message("hi"), """{"input_tokens":10,"input_tokens_details":{"cached_tokens":4},"output_tokens":5}"""), 0, null);
        Assert.That((stream.Usage, stream.HasFinished, stream.IsDone, stream.HasError, stream.Model), Is.EqualTo(((WireUsage?)new WireUsage(6, 4, 0, 5, 0, 0, 0), true, true, failed, "gpt-5-2025-08-07")));
        Assert.That(Encoding.UTF8.GetString(stream.Text), Is.EqualTo("hi"));
    }

    [Test]
    public void Pieces_that_are_objects_grow_and_an_item_is_the_tool_that_it_names()
    {
        var uses = new List<TextUse>();
        ITextScreen Screen(TextUse use)
        {
            uses.Add(use);
            return new WordScreen("SECRET");
        }

        var text = Event("response.reasoning.delta", "\"output_index\":0,\"delta\":{\"text\":\"a SEC\"}") + Event("response.reasoning.delta", "\"output_index\":0,\"delta\":{\"text\":\"RET b\"}");
        Assert.That(Run(text, 0, Screen).Output, Does.Contain("\"a [GONE]\"").And.Contain("\" b\""));
        uses.Clear();
        string Other(string arguments) => Call(arguments).Replace("send", "post", StringComparison.Ordinal);
        Run(Event("response.output_item.added", $"\"output_index\":0,\"item\":{Call("")}") + Delta(0, "x", "function_call_arguments")
            + Event("response.output_item.added", $"\"output_index\":0,\"item\":{Other("")}") + Delta(0, "y", "function_call_arguments")
            + Response("completed", Other("z")), 0, Screen);
        Assert.That(uses.Where(use => use.Role == TextRole.ToolArguments).Select(use => use.Tool), Is.EqualTo(new[] { "send", "post", "post" }));
    }

    [Test]
    public void A_stream_that_is_cut_has_not_finished()
    {
        var (_, stream) = Run(Response("created", "") + Delta(0, "hi"), 0, null);
        Assert.That((stream.Usage, stream.HasFinished, stream.IsDone), Is.EqualTo(((WireUsage?)null, false, false)));
    }

    [Test]
    public void An_error_in_the_stream_is_one()
    {
        var (_, stream) = Run(Event("error", "\"code\":\"server_error\",\"message\":\"m\""), 0, null);
        Assert.That(stream.HasError, Is.True);
    }
}
