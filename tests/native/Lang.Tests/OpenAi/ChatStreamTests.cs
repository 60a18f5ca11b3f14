using System.Buffers;
using System.Text;
using System.Text.Json;
using CsCheck;
using IronCage.Core.Text;
using IronCage.Lang.OpenAi;

namespace IronCage.Lang.Tests.OpenAi;

public sealed class ChatStreamTests
{
    private const string Tail = "data: {\"id\":\"1\",\"choices\":[],\"usage\":{\"prompt_tokens\":9,\"completion_tokens\":4}}\n\ndata: [DONE]\n\n";

    private static string Delta(string content, int choice = 0) =>
        "data: {\"id\":\"1\",\"model\":\"gpt-4o\",\"choices\":[{\"index\":" + choice + ",\"delta\":{\"content\":" + JsonSerializer.Serialize(content) + "}}]}\n\n";

    private static string Arguments(string arguments, int tool) =>
        "data: {\"choices\":[{\"index\":0,\"delta\":{\"tool_calls\":[{\"index\":" + tool + ",\"function\":{\"arguments\":" + JsonSerializer.Serialize(arguments) + "}}]}}]}\n\n";

    private static (string Output, ChatStream Stream) Run(byte[] input, Func<TextUse, ITextScreen>? screen, bool hideUsage, params int[] cuts)
    {
        var stream = new ChatStream(screen, hideUsage);
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

    private static string Content(string sse, int choice = 0)
    {
        var text = new StringBuilder();
        foreach (var line in sse.Split('\n').Where(l => l.StartsWith("data: {", StringComparison.Ordinal)))
        {
            using var json = JsonDocument.Parse(line[6..]);
            foreach (var c in json.RootElement.GetProperty("choices").EnumerateArray())
            {
                if (c.GetProperty("index").GetInt32() == choice && c.GetProperty("delta").TryGetProperty("content", out var content))
                    text.Append(content.GetString());
            }
        }
        return text.ToString();
    }

    [Test]
    public void A_clean_stream_is_the_same_bytes_wherever_it_is_cut()
    {
        var input = Encoding.UTF8.GetBytes(": hello\n\nevent: x\nid: 7\n" + Delta("Grüße 😀 SEC") + Delta("OND \"quoted\"\n", 1) + "data: {\"choices\":\n" +
            "data: [{\"index\":0,\"delta\":{\"content\":\"two lines\"}}]}\r\n\r\n" + Tail);
        for (var cut = 0; cut <= input.Length; cut++)
        {
            var (output, stream) = Run(input, _ => new WordScreen("SECRET"), hideUsage: false, cut);
            Assert.That(output, Is.EqualTo(Encoding.UTF8.GetString(input)), $"cut at {cut}");
            Assert.That(stream.Usage, Is.EqualTo(new WireUsage(9, 0, 0, 4, 0, 0, 0)));
            Assert.That(stream.IsDone, Is.True);
        }
    }

    /// <summary>Feeds in pieces of 64 KB; answers the output, and the most that was held back on the way.</summary>
    private static (string Output, long Lag, ChatStream Stream) RunInPieces(string text)
    {
        var input = Encoding.UTF8.GetBytes(text);
        var stream = new ChatStream(_ => new WordScreen("SECRET"), hideUsage: false);
        var output = new ArrayBufferWriter<byte>();
        long lag = 0;
        for (var at = 0; at < input.Length; at += 65536)
        {
            var piece = input.AsSpan(at, Math.Min(65536, input.Length - at));
            stream.Feed(piece, output);
            lag = Math.Max(lag, at + piece.Length - output.WrittenCount);
        }
        stream.Finish(output);
        return (Encoding.UTF8.GetString(output.WrittenSpan), lag, stream);
    }

    [Test]
    public void An_event_without_end_is_handed_on_screened_and_the_next_one_is_read()
    {
        var endless = "data: {\"choices\":[{\"delta\":{\"content\":\"" + string.Concat(Enumerable.Repeat("no end in sight, ", 1 << 20)) + "a SECRET" + new string('x', 1 << 20) + "\n\n";
        var (output, lag, stream) = RunInPieces(endless + Delta("SECRET too") + Tail);
        Assert.That(lag, Is.LessThan(9 << 20));
        Assert.That(output, Is.EqualTo(endless.Replace("SECRET", "[GONE]", StringComparison.Ordinal) + Delta("[GONE] too") + Tail));
        Assert.That(stream.Usage, Is.EqualTo(new WireUsage(9, 0, 0, 4, 0, 0, 0)));
        Assert.That(stream.TextBytes, Is.GreaterThan(17 << 20), "what nobody can read is text that was paid for");
    }

    [Test]
    public void Events_do_not_wait_without_end_behind_a_text_that_is_not_decided()
    {
        var others = string.Concat(Enumerable.Repeat(Delta("something else, " + new string('y', 60_000), 1), 160));
        var (output, lag, _) = RunInPieces(Delta("the SECR") + others + Delta("ET") + Delta(" is a SECR") + Delta("ET") + Tail);
        Assert.That(lag, Is.LessThan(9 << 20));
        Assert.That(output, Does.StartWith(Delta("the SECR") + others));
        Assert.That(Content(output), Is.EqualTo("the SECRET is a [GONE]"), "only what the bound cut is let through");
    }

    [Test]
    public void A_match_over_several_events_is_replaced_wherever_the_stream_is_cut()
    {
        var input = Encoding.UTF8.GetBytes(Delta("the S") + Delta("é😀", 1) + Delta("ECR") + Arguments("{\"a\":\"SEC", 0) + Arguments("RET\"}", 0) + Delta("ET is out, the SECRE") + Delta("cy too") + Tail);
        var uncut = Run(input, _ => new WordScreen("SECRET"), hideUsage: false).Output;
        Assert.That(Content(uncut), Is.EqualTo("the [GONE] is out, the SECREcy too"));
        Assert.That(Content(uncut, 1), Is.EqualTo("é😀"));
        Assert.That(uncut, Does.Contain("[GONE]").And.Not.Contain("SECRET").And.Contain("\\u0022a\\u0022:\\u0022[GONE]"));
        for (var cut = 1; cut < input.Length; cut++)
            Assert.That(Run(input, _ => new WordScreen("SECRET"), false, cut).Output, Is.EqualTo(uncut), $"cut at {cut}");
        Assert.That(Run(input, _ => new WordScreen("SECRET"), false, [.. Enumerable.Range(1, input.Length - 1)]).Output, Is.EqualTo(uncut), "byte by byte");
    }

    [TestCase("{\"tool_calls\":[{\"index\":0,\"custom\":{\"input\":$}}]}")]
    [TestCase("{\"tool_calls\":[{\"index\":0,\"function\":{\"arguments\":$}}]}")]
    [TestCase("{\"reasoning_content\":$}")]
    [TestCase("{\"reasoning_details\":[{\"type\":\"t\",\"text\":$}]}")]
    [TestCase("{\"something_of_tomorrow\":{\"body\":$}}")]
    public void A_match_over_several_deltas_is_replaced_in_a_field_of_any_name(string delta)
    {
        string Event(string text) => "data: {\"choices\":[{\"index\":0,\"delta\":" + delta.Replace("$", JsonSerializer.Serialize(text), StringComparison.Ordinal) + "}]}\n\n";
        var (output, stream) = Run(Encoding.UTF8.GetBytes(Event("a SE") + Event("CR") + Event("ET b") + Tail), _ => new WordScreen("SECRET"), hideUsage: false);
        Assert.That(output, Does.Contain("[GONE]").And.Not.Contain("SE\"").And.Not.Contain("CR\""));
        Assert.That(stream.TextBytes, Is.EqualTo(10));
    }

    [Test]
    public void Names_and_kinds_are_whole_where_they_stand_and_hold_nothing_back()
    {
        var stream = new ChatStream(_ => new WordScreen("SECRET"), hideUsage: false);
        var output = new ArrayBufferWriter<byte>();
        const string Event = "data: {\"provider\":\"S\",\"choices\":[{\"index\":0,\"delta\":{\"role\":\"S\",\"tool_calls\":[{\"index\":0,\"id\":\"S\",\"type\":\"SE\",\"function\":{\"name\":\"SECR\"}}]}}]}\n\n";
        stream.Feed(Encoding.UTF8.GetBytes(Event), output);
        Assert.That(Encoding.UTF8.GetString(output.WrittenSpan), Is.EqualTo(Event));
    }

    [Test]
    public void Usage_asked_for_on_the_callers_behalf_is_hidden()
    {
        var input = Encoding.UTF8.GetBytes(Delta("a") + Tail);
        var (output, stream) = Run(input, null, hideUsage: true);
        Assert.That(output, Is.EqualTo(Delta("a") + "data: [DONE]\n\n"));
        Assert.That(stream.Usage!.Value.Output, Is.EqualTo(4));
    }

    [Test]
    public void Nothing_is_held_back_once_it_is_decided()
    {
        var stream = new ChatStream(_ => new WordScreen("SECRET"), hideUsage: false);
        var output = new ArrayBufferWriter<byte>();
        stream.Feed(Encoding.UTF8.GetBytes(Delta("plain words ")), output);
        Assert.That(Encoding.UTF8.GetString(output.WrittenSpan), Is.EqualTo(Delta("plain words ")));
        stream.Feed(Encoding.UTF8.GetBytes(Delta("SEC")), output);
        Assert.That(output.WrittenCount, Is.EqualTo(Delta("plain words ").Length));
        stream.Feed(Encoding.UTF8.GetBytes(Delta("OND")), output);
        Assert.That(Encoding.UTF8.GetString(output.WrittenSpan), Is.EqualTo(Delta("plain words ") + Delta("SEC") + Delta("OND")));
    }

    [Test]
    public void A_stream_that_stops_in_an_event_gives_back_every_byte()
    {
        var whole = Delta("one") + Delta("two");
        for (var length = 0; length < whole.Length; length++)
        {
            var input = Encoding.UTF8.GetBytes(whole[..length]);
            var (output, stream) = Run(input, _ => new WordScreen("SECRET"), hideUsage: true);
            Assert.That(output, Is.EqualTo(whole[..length]));
            Assert.That(stream.IsDone, Is.False);
        }
    }

    [Test]
    public void Log_probabilities_of_an_edited_event_go_with_its_text()
    {
        var input = "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"SECRET\"},\"logprobs\":{\"content\":[{\"token\":\"SECRET\"}]}}]}\n\n"u8.ToArray();
        Assert.That(Run(input, _ => new WordScreen("SECRET"), false).Output, Does.Not.Contain("SECRET").And.Contain("\"logprobs\":null"));
    }

    [Test]
    public void Events_without_blank_lines_between_them_are_read_one_by_one()
    {
        var input = Encoding.UTF8.GetBytes((Delta("the SEC") + Delta("RET") + Tail).Replace("\n\n", "\n", StringComparison.Ordinal));
        var (output, stream) = Run(input, _ => new WordScreen("SECRET"), false);
        Assert.That(output, Does.Not.Contain("SECRET").And.Contain("[GONE]"));
        Assert.That(stream.Usage!.Value.Output, Is.EqualTo(4));
        Assert.That(stream.IsDone, Is.True);
    }

    [TestCase("data: {\"choices\":[]} {\"content\":\"SECRET\"}\n\n")]
    [TestCase("\uFEFFdata: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"SECRET\"}}]}\n\n")]
    [TestCase("data: {\"x\":-Infinity,\"choices\":[{\"index\":0,\"delta\":{\"content\":\"SECRET\"}}]}\n\n")]
    [TestCase("{\"choices\":[{\"message\":{\"content\":\"SECRET\"}}]}")]
    [TestCase("data: {\"choices\":[],\"citations\":[\"SECRET\"]}\n\n")]
    [TestCase("data: {\"choices\":[{\"index\":0,\"delta\":{\"role\":\"SECRET\"}}]}\n\n")]
    public void No_shape_of_a_stream_hides_a_text(string sse) =>
        Assert.That(Run(Encoding.UTF8.GetBytes(sse), _ => new WordScreen("SECRET"), false).Output, Does.Not.Contain("SECRET").And.Contain("[GONE]"));

    [Test]
    public void What_is_whole_where_it_stands_holds_nothing_back()
    {
        // The word could begin with what the name of the tool ends with; but a name does not go on with the next event.
        const string Sse = "data: {\"choices\":[{\"index\":0,\"delta\":{\"role\":\"SEC\",\"tool_calls\":[{\"index\":0,\"id\":\"SEC\",\"function\":{\"name\":\"SEC\"}}]}}]}\n\n";
        var stream = new ChatStream(_ => new WordScreen("SECRET"), hideUsage: false);
        var output = new ArrayBufferWriter<byte>();
        stream.Feed(Encoding.UTF8.GetBytes(Sse), output);
        Assert.That(Encoding.UTF8.GetString(output.WrittenSpan), Is.EqualTo(Sse));
    }

    [Test]
    public void A_stream_of_two_choices_has_finished_when_both_told_so()
    {
        const string Stop = "data: {\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}\n\n";
        var stream = new ChatStream(null, hideUsage: false, choices: 2);
        var output = new ArrayBufferWriter<byte>();
        stream.Feed(Encoding.UTF8.GetBytes(Stop), output);
        Assert.That(stream.HasFinished, Is.False);
        stream.Feed(Encoding.UTF8.GetBytes(Stop.Replace("\"index\":0", "\"index\":1", StringComparison.Ordinal)), output);
        Assert.That(stream.HasFinished, Is.True);
    }

    [Test]
    public void An_error_inside_the_stream_is_seen() =>
        Assert.That(Run("data: {\"error\":{\"message\":\"overloaded\"}}\n\n"u8.ToArray(), null, false).Stream.HasError, Is.True);

    [Test]
    public void Random_cuts_give_what_the_uncut_stream_gives()
    {
        var input = Encoding.UTF8.GetBytes(Delta("a SECRET and ano") + Delta("ther SE") + Delta("CRETSECRET", 1) + Delta("CRET") + Tail);
        var uncut = Run(input, _ => new WordScreen("SECRET"), true).Output;
        Gen.Int[0, input.Length].Array[0, 20].Sample(cuts =>
        {
            Array.Sort(cuts);
            return Run(input, _ => new WordScreen("SECRET"), true, cuts).Output == uncut;
        }, iter: 500);
    }
}
