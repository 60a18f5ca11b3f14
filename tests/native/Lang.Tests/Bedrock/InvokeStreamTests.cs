using System.Buffers;
using IronCage.Lang.Bedrock;
using IronCage.Lang.Tests.OpenAi;
using IronCage.Tests;

namespace IronCage.Lang.Tests.Bedrock;

public sealed class InvokeStreamTests
{
    private static byte[] Whole(string first = "SEC", string second = "RET") =>
    [
        .. Frames.Chunk("""{"type":"message_start","message":{"id":"msg_bdrk_1","type":"message","role":"assistant","model":"claude-sonnet-4-5-20250929","content":[],"usage":{"input_tokens":25,"output_tokens":1}}}"""),
        .. Frames.Chunk("""{"type":"content_block_start","index":0,"content_block":{"type":"text","text":""}}"""),
        .. Frames.Chunk($$$"""{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"ä {{{first}}}"}}"""),
        .. Frames.Chunk($$$"""{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"{{{second}}} end"}}"""),
        .. Frames.Chunk("""{"type":"content_block_stop","index":0}"""),
        .. Frames.Chunk("""{"type":"message_delta","delta":{"stop_reason":"end_turn","stop_sequence":null},"usage":{"output_tokens":15}}"""),
        .. Frames.Chunk("""{"type":"message_stop","amazon-bedrock-invocationMetrics":{"inputTokenCount":25,"outputTokenCount":15,"invocationLatency":9,"firstByteLatency":5}}"""),
    ];

    private static (byte[] Output, InvokeStream Stream) Run(byte[] input, int cut = 0)
    {
        var stream = new InvokeStream(_ => new WordScreen("SECRET"));
        var output = new ArrayBufferWriter<byte>();
        stream.Feed(input.AsSpan(..cut), output);
        stream.Feed(input.AsSpan(cut..), output);
        stream.Finish(output);
        return (output.WrittenSpan.ToArray(), stream);
    }

    [Test]
    public void What_stands_in_base64_is_screened_and_encoded_again_wherever_it_is_cut()
    {
        var whole = Whole();
        var uncut = Run(whole).Output;
        var events = Frames.Read(uncut).ConvertAll(Frames.Inside);
        Assert.That(events[2], Is.EqualTo("""{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"ä [GONE]"}}"""));
        Assert.That(events[3], Does.Contain("\"text\":\" end\""));
        for (var cut = 1; cut < whole.Length; cut++)
            Assert.That(Run(whole, cut).Output, Is.EqualTo(uncut), $"cut at {cut}");
    }

    [Test]
    public void A_clean_stream_is_the_same_bytes_and_its_usage_is_known()
    {
        var clean = Whole("SAC", "RAT");
        for (var cut = 0; cut <= clean.Length; cut++)
            Assert.That(Run(clean, cut).Output, Is.EqualTo(clean), $"cut at {cut}");
        var stream = Run(clean).Stream;
        Assert.That((stream.Usage, stream.HasFinished, stream.IsDone), Is.EqualTo(((WireUsage?)new WireUsage(25, 0, 0, 15, 0, 0, 0), true, true)));
    }

    [Test]
    public void What_stands_beside_the_bytes_is_screened_and_stays()
    {
        var seen = new List<TextUse>();
        var stream = new InvokeStream(use =>
        {
            seen.Add(use);
            return new WordScreen("NOTHING");
        });
        var output = new ArrayBufferWriter<byte>();
        var raw = Frames.Event("chunk", """{"aside":"a text","bytes":"e30="}""");
        stream.Feed(raw, output);
        stream.Finish(output);
        Assert.That(output.WrittenSpan.ToArray(), Is.EqualTo(raw));
        Assert.That(seen, Is.EqualTo(new[] { new TextUse(TextRole.Other, IsSigned: true) }));
    }

    [TestCase("""{"bytes":"e30*="}""")]
    [TestCase("""{"bytes":"e30=","bytes":"e30="}""")]
    [TestCase("""{"bytes":7}""")]
    [TestCase("""{"p":"abc"}""")]
    [TestCase("""["e30="]""")]
    [TestCase("""{"bytes":"e30=\u003d"}""")]
    [TestCase("no JSON")]
    public void Bytes_that_readers_may_decode_otherwise_damage_the_stream(string payload) => Assert.That(Run(Frames.Event("chunk", payload)).Stream.IsDamaged, Is.True);

    [Test]
    public void An_exception_is_an_error()
    {
        var raw = Frames.Exception("modelTimeoutException", """{"message":"late"}""");
        var (output, stream) = Run(raw);
        Assert.That((output, stream.HasError), Is.EqualTo((raw, true)));
    }
}
