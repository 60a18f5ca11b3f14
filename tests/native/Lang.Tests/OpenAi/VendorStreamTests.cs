using System.Buffers;
using System.Text;
using IronCage.Core.Money;
using IronCage.Core.Text;
using IronCage.Lang.OpenAi;

namespace IronCage.Lang.Tests.OpenAi;

/// <summary>Streams as hosts write them that speak OpenAI's protocol in their own way.</summary>
public sealed class VendorStreamTests
{
    private static (string Output, ChatStream Stream) Run(string text, Func<TextUse, ITextScreen>? screen = null, int cut = 0)
    {
        var input = Encoding.UTF8.GetBytes(text);
        var stream = new ChatStream(screen ?? (_ => new WordScreen("SECRET")), hideUsage: false);
        var output = new ArrayBufferWriter<byte>();
        stream.Feed(input.AsSpan(0, cut), output);
        stream.Feed(input.AsSpan(cut), output);
        stream.Finish(output);
        return (Encoding.UTF8.GetString(output.WrittenSpan), stream);
    }

    private static string Event(string json) => $"data: {json}\n\n";

    private const string Done = "data: [DONE]\n\n";

    private static string Whole(params string[] events) => string.Concat(events.Select(Event)) + Done;

    private static IEnumerable<TestCaseData> Streams()
    {
        yield return new TestCaseData(Whole(
            """{"choices":[{"index":0,"delta":{"role":"assistant","content":"Grüße"}}]}""",
            """{"choices":[{"index":0,"delta":{},"finish_reason":"stop"}],"x_groq":{"id":"req_1","usage":{"queue_time":0.01,"prompt_tokens":9,"completion_tokens":4,"total_tokens":13}}}"""),
            new WireUsage(9, 0, 0, 4, 0, 0, 0)) { TestName = "Groq tells usage in x_groq" };
        yield return new TestCaseData(Whole(
            """{"choices":[{"index":0,"delta":{"content":"a"},"finish_reason":null}]}""",
            """{"choices":[{"index":0,"delta":{},"finish_reason":"stop","usage":{"prompt_tokens":9,"completion_tokens":4,"cached_tokens":3}}]}"""),
            new WireUsage(6, 3, 0, 4, 0, 0, 0)) { TestName = "Moonshot tells usage in the choice" };
        yield return new TestCaseData(Whole(
            """{"choices":[{"index":0,"delta":{"reasoning_content":"hm"}}]}""",
            """{"choices":[{"index":0,"delta":{"content":"a"}}]}""",
            """{"choices":[{"index":0,"delta":{},"finish_reason":"stop"}],"usage":{"prompt_tokens":10,"completion_tokens":4,"prompt_cache_hit_tokens":6,"prompt_cache_miss_tokens":4,"completion_tokens_details":{"reasoning_tokens":2}}}"""),
            new WireUsage(4, 6, 0, 4, 2, 0, 0)) { TestName = "DeepSeek tells hits of the cache" };
        yield return new TestCaseData(": OPENROUTER PROCESSING\n\n" + Whole(
            """{"provider":"P","choices":[{"index":0,"delta":{"content":"","reasoning":"hm","reasoning_details":[{"type":"reasoning.text","text":"hm","index":0}]}}]}""",
            """{"choices":[{"index":0,"delta":{"content":"a"},"finish_reason":"stop"}]}""",
            """{"choices":[{"index":0,"delta":{"role":"assistant","content":""}}],"usage":{"prompt_tokens":10,"completion_tokens":4,"cost":0.0000123,"cost_details":{"upstream_inference_cost":null}}}"""),
            new WireUsage(10, 0, 0, 4, 0, 0, 0) { Charge = new Picodollars(12_300_000) }) { TestName = "OpenRouter tells what it charges" };
        yield return new TestCaseData(Whole(
            """{"choices":[{"index":0,"delta":{"content":[{"type":"thinking","thinking":[{"type":"text","text":"hm "}]}]}}]}""",
            """{"choices":[{"index":0,"delta":{"content":[{"type":"thinking","thinking":[{"type":"text","text":"so"}]}]}}]}""",
            """{"choices":[{"index":0,"delta":{"content":"a"},"finish_reason":"stop"}],"usage":{"prompt_tokens":10,"completion_tokens":4}}"""),
            new WireUsage(10, 0, 0, 4, 0, 0, 0)) { TestName = "Mistral thinks in parts" };
        yield return new TestCaseData(Whole(
            """{"citations":["https://example.org/a"],"choices":[{"index":0,"message":{"role":"assistant","content":"a"},"delta":{"role":"assistant","content":"a"}}],"usage":{"prompt_tokens":10,"completion_tokens":1}}""",
            """{"citations":["https://example.org/a"],"choices":[{"index":0,"finish_reason":"stop","message":{"role":"assistant","content":"a b"},"delta":{"role":"assistant","content":" b"}}],"usage":{"prompt_tokens":10,"completion_tokens":4,"cost":{"request_cost":0.005,"total_cost":0.00501}}}"""),
            new WireUsage(10, 0, 0, 4, 0, 0, 0) { Charge = new Picodollars(5_010_000_000) }) { TestName = "Perplexity repeats" };
    }

    [TestCaseSource(nameof(Streams))]
    public void Usage_is_read_and_no_byte_is_changed_wherever_it_is_cut(string text, WireUsage usage)
    {
        for (var cut = 0; cut <= Encoding.UTF8.GetByteCount(text); cut++)
        {
            var (output, stream) = Run(text, cut: cut);
            Assert.That(output, Is.EqualTo(text), $"cut at {cut}");
            Assert.That((stream.Usage, stream.IsDone, stream.HasFinished), Is.EqualTo(((WireUsage?)usage, true, true)));
        }
    }

    [TestCase("{\"content\":[{\"type\":\"text\",\"text\":$}]}", TextRole.Answer)]
    [TestCase("{\"content\":[{\"type\":\"thinking\",\"thinking\":[{\"type\":\"text\",\"text\":$}]}]}", TextRole.Other)]
    [TestCase("{\"reasoning\":$}", TextRole.Other)]
    [TestCase("{\"reasoning_content\":$}", TextRole.Other)]
    [TestCase("{\"reasoning_details\":[{\"type\":\"reasoning.text\",\"text\":$,\"index\":0}]}", TextRole.Other)]
    [TestCase("{\"reasoning_details\":[{\"type\":\"reasoning.summary\",\"summary\":$,\"index\":0}]}", TextRole.Other)]
    public void A_match_over_several_deltas_is_replaced_in_reasoning_and_in_parts(string delta, TextRole role)
    {
        string Piece(string text) => Event("{\"choices\":[{\"index\":0,\"delta\":" + delta.Replace("$", $"\"{text}\"", StringComparison.Ordinal) + "}]}");
        var roles = new List<TextRole>();
        var text = Piece("a SE") + Piece("CR") + Piece("ET b") + Done;
        var whole = Run(text, use => { roles.Add(use.Role); return new WordScreen("SECRET"); }).Output;
        Assert.That(whole, Does.Contain("[GONE]").And.Not.Contain("SE\"").And.Not.Contain("CR\""));
        Assert.That(roles, Does.Contain(role));
        for (var cut = 1; cut < text.Length; cut++)
            Assert.That(Run(text, cut: cut).Output, Is.EqualTo(whole), $"cut at {cut}");
    }

    [Test]
    public void What_is_repeated_beside_a_piece_goes_once_the_piece_was_edited()
    {
        string Piece(string piece, string soFar) => Event($$$"""{"choices":[{"index":0,"message":{"role":"assistant","content":"{{{soFar}}}"},"delta":{"content":"{{{piece}}}"}}]}""");
        var uses = new List<TextUse>();
        var (output, stream) = Run(Piece("see ", "see ") + Piece("SEC", "see SEC") + Piece("RET", "see SECRET") + Piece(" end", "see SECRET end") + Done, use => { uses.Add(use); return new WordScreen("SECRET"); });
        Assert.That(output, Is.EqualTo(Piece("see ", "see ") + Piece("[GONE]", "").Replace("\"content\":\"\"", "\"content\":null", StringComparison.Ordinal)
            + Event("""{"choices":[{"index":0,"message":{"role":"assistant","content":null},"delta":{"content":""}}]}""")
            + Event("""{"choices":[{"index":0,"message":{"role":"assistant","content":null},"delta":{"content":" end"}}]}""") + Done));
        Assert.That(stream.TextBytes, Is.EqualTo("see SECRET end".Length), "what is repeated was written once");
        Assert.That(uses.Count(use => use.IsRepeat), Is.EqualTo(4));
    }

    [Test]
    public void A_choice_that_only_repeats_is_a_text_of_its_own()
    {
        var (output, _) = Run(Event("""{"choices":[{"index":0,"message":{"content":"a SE"}}]}""") + Event("""{"choices":[{"index":0,"message":{"content":"CRET"}}]}""") + Done);
        Assert.That(output, Does.Contain("[GONE]").And.Not.Contain("CRET"));
    }
}
