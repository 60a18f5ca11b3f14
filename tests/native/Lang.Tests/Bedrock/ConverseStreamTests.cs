using System.Buffers;
using System.Text;
using IronCage.Lang.Bedrock;
using IronCage.Lang.Streams;
using IronCage.Lang.Tests.OpenAi;
using IronCage.Tests;

namespace IronCage.Lang.Tests.Bedrock;

public sealed class ConverseStreamTests
{
    private const string End = """{"metrics":{"latencyMs":12},"p":"abcdef","usage":{"inputTokens":25,"outputTokens":15,"totalTokens":40,"cacheReadInputTokens":7,"cacheWriteInputTokens":30,"cacheDetails":[{"ttl":"1h","inputTokens":20}]}}""";

    private static byte[] Delta(int index, string delta) => Frames.Event("contentBlockDelta", $$"""{"contentBlockIndex":{{index}},"delta":{{delta}},"p":"abcdefghijklm"}""");

    private static byte[] Closes(int index) => Frames.Event("contentBlockStop", $$"""{"contentBlockIndex":{{index}},"p":"ab"}""");

    private static byte[] Whole(string first = "SEC", string second = "RET") =>
    [
        .. Frames.Event("messageStart", """{"p":"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0","role":"assistant"}"""),
        .. Delta(0, $$$$"""{"reasoningContent":{"text":"hm {{{{first}}}}"}}"""), .. Delta(0, $$$$"""{"reasoningContent":{"text":"{{{{second}}}}"}}"""),
        .. Delta(0, """{"reasoningContent":{"signature":"U0VDUkVU"}}"""), .. Closes(0),
        .. Delta(1, $$"""{"text":"a {{first}}"}"""), .. Delta(1, $$"""{"text":"{{second}} and {{first}}"}"""), .. Closes(1),
        .. Frames.Event("contentBlockStart", """{"contentBlockIndex":2,"start":{"toolUse":{"name":"send","toolUseId":"tooluse_SECRET"}}}"""),
        .. Delta(2, $$$$"""{"toolUse":{"input":"{\"to\":\"{{{{first}}}}"}}"""), .. Delta(2, $$$$"""{"toolUse":{"input":"{{{{second}}}}\"}"}}"""), .. Closes(2),
        .. Frames.Event("messageStop", """{"p":"abc","stopReason":"tool_use"}"""), .. Frames.Event("metadata", End),
    ];

    private static (byte[] Output, LlmStream Stream, List<TextUse> Uses) Run(byte[] input, params int[] cuts)
    {
        var uses = new List<TextUse>();
        var stream = new ConverseStream(use =>
        {
            uses.Add(use);
            return new WordScreen(use.IsSigned ? "NOTHING" : "SECRET");
        });
        var output = new ArrayBufferWriter<byte>();
        var at = 0;
        foreach (var cut in cuts.Append(input.Length))
        {
            stream.Feed(input.AsSpan(at..cut), output);
            at = cut;
        }
        stream.Finish(output);
        return (output.WrittenSpan.ToArray(), stream, uses);
    }

    [Test]
    public void Wherever_it_is_cut_a_stream_is_screened_block_by_block_and_its_checksums_follow()
    {
        var uncut = Run(Whole()).Output;
        var payloads = Frames.Read(uncut);
        Assert.That(payloads, Has.Count.EqualTo(Frames.Read(Whole()).Count));
        Assert.That(string.Join('\n', payloads), Does.Contain("hm SEC").And.Contain("\"RET\"").And.Contain("a [GONE]").And.Contain("\" and SEC\"").And.Contain("U0VDUkVU").And.Contain("tooluse_SECRET").And.Contain("{\\\"to\\\":\\\"[GONE]"));
        var whole = Whole();
        for (var cut = 1; cut < whole.Length; cut++)
            Assert.That(Run(whole, cut).Output, Is.EqualTo(uncut), $"cut at {cut}");
        Assert.That(Run(whole, [.. Enumerable.Range(1, whole.Length - 1)]).Output, Is.EqualTo(uncut), "byte by byte");
    }

    [Test]
    public void A_clean_stream_is_the_same_bytes_wherever_it_is_cut()
    {
        var clean = Whole("SAC", "RAT");
        for (var cut = 0; cut <= clean.Length; cut++)
            Assert.That(Run(clean, cut).Output, Is.EqualTo(clean), $"cut at {cut}");
    }

    [Test]
    public void Texts_are_known_for_what_they_are_and_padding_is_none()
    {
        var (_, stream, uses) = Run(Whole());
        Assert.That(uses, Is.EqualTo(new[]
        {
            new TextUse(TextRole.Other, IsSigned: true), new TextUse(TextRole.Answer), default, new TextUse(TextRole.ToolArguments, "send"),
        }));
        Assert.That(Encoding.UTF8.GetString(stream.Text), Is.EqualTo("hm SECRETa SECRET and SEC{\"to\":\"SECRET\"}"));
    }

    [Test]
    public void Usage_comes_at_the_end_in_disjoint_buckets()
    {
        var stream = Run(Whole()).Stream;
        Assert.That((stream.Usage, stream.HasFinished, stream.IsDone, stream.HasError), Is.EqualTo(((WireUsage?)new WireUsage(25, 7, 10, 15, 0, 0, 0, 20), true, true, false)));
    }

    [TestCase("""{"serviceTier":{"type":"priority"},"usage":{"inputTokens":1,"outputTokens":1,"totalTokens":2}}""", true)]
    [TestCase("""{"performanceConfig":{"latency":"optimized"},"usage":{"inputTokens":1,"outputTokens":1,"totalTokens":2}}""", true)]
    [TestCase("""{"serviceTier":{"type":"default"},"performanceConfig":{"latency":"standard"},"usage":{"inputTokens":1,"outputTokens":1,"totalTokens":2}}""", false)]
    public void A_dearer_service_is_told(string metadata, bool extra) => Assert.That(Run(Frames.Event("metadata", metadata)).Stream.HasExtraCharge, Is.EqualTo(extra));

    [Test]
    public void An_exception_inside_the_stream_is_an_error_and_its_message_is_screened()
    {
        var (output, stream, _) = Run([.. Delta(0, """{"text":"a"}"""), .. Frames.Exception("throttlingException", """{"message":"too much SECRET"}""")]);
        Assert.That((stream.HasError, stream.HasFinished), Is.EqualTo((true, false)));
        Assert.That(Frames.Read(output)[1], Is.EqualTo("""{"message":"too much [GONE]"}"""));
    }

    [Test]
    public void An_error_without_model_is_one_too_and_its_header_stays_but_is_screened()
    {
        var raw = Frames.Of("", (":message-type", "error"), (":error-code", "InternalFailure"), (":error-message", "a SECRET"));
        var (output, stream, uses) = Run(raw);
        Assert.That((output, stream.HasError), Is.EqualTo((raw, true)));
        Assert.That(uses, Is.EqualTo(new[] { new TextUse(TextRole.Other, IsSigned: true) }));
    }

    [Test]
    public void Unknown_events_pass_screened()
    {
        var frame = Frames.Event("novelty", """{"deep":[{"x":"a SECRET"}]}""");
        Assert.That(Frames.Read(Run(frame).Output), Is.EqualTo(new[] { """{"deep":[{"x":"a [GONE]"}]}""" }));
        Assert.That(Frames.Read(Run(Frames.Event("novelty", "no JSON, SECRET")).Output), Is.EqualTo(new[] { "no JSON, [GONE]" }));
    }

    [Test]
    public void Behind_a_damaged_message_all_is_one_text_and_the_stream_says_so()
    {
        var good = Delta(0, """{"text":"a "}""");
        var bad = Delta(0, """{"text":"SECRET"}""");
        bad[20] ^= 1;
        byte[] input = [.. good, .. bad, .. Delta(0, """{"text":"SECRET"}""")];
        var (uncut, stream, _) = Run(input);
        Assert.That((stream.IsDamaged, stream.HasFinished), Is.EqualTo((true, false)));
        Assert.That(Encoding.Latin1.GetString(uncut), Does.StartWith(Encoding.Latin1.GetString(good)).And.Not.Contain("SECRET"));
        for (var cut = 1; cut < input.Length; cut++)
            Assert.That(Run(input, cut).Output, Is.EqualTo(uncut), $"cut at {cut}");
    }

    [Test]
    public void A_message_that_was_cut_is_counted_and_nobody_gets_it()
    {
        var first = Delta(0, """{"text":"a"}""");
        var (output, stream, _) = Run([.. first, .. Delta(0, """{"text":"lost words"}""")[..^5]]);
        Assert.That((output, stream.IsDamaged), Is.EqualTo((first, false)));
        Assert.That(Encoding.UTF8.GetString(stream.Text), Does.Contain("lost words"));
    }
}
