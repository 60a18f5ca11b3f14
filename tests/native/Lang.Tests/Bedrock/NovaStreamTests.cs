using System.Buffers;
using System.Text;
using IronCage.Lang.Bedrock;
using IronCage.Lang.Tests.OpenAi;
using IronCage.Tests;

namespace IronCage.Lang.Tests.Bedrock;

public sealed class NovaStreamTests
{
    private const string Metrics = "\"amazon-bedrock-invocationMetrics\":{\"inputTokenCount\":25,\"outputTokenCount\":15,\"invocationLatency\":9,\"firstByteLatency\":5}";

    private static byte[] Whole(string first = "SEC", string second = "RET", string end = "{\"metadata\":{\"usage\":{\"inputTokens\":25,\"outputTokens\":15,\"cacheReadInputTokenCount\":7},\"metrics\":{},\"trace\":{}}," + Metrics + "}") =>
    [
        .. Frames.Chunk("""{"messageStart":{"role":"assistant"}}"""),
        .. Frames.Chunk($$$"""{"contentBlockDelta":{"delta":{"text":"ä {{{first}}}"},"contentBlockIndex":0}}"""),
        .. Frames.Chunk($$$"""{"contentBlockDelta":{"delta":{"text":"{{{second}}} end"},"contentBlockIndex":0}}"""),
        .. Frames.Chunk("""{"contentBlockStop":{"contentBlockIndex":0}}"""),
        .. Frames.Chunk("""{"contentBlockStart":{"start":{"toolUse":{"toolUseId":"t","name":"mail"}},"contentBlockIndex":1}}"""),
        .. Frames.Chunk($$$"""{"contentBlockDelta":{"delta":{"toolUse":{"input":"{\"to\":\"{{{first}}}"}},"contentBlockIndex":1}}"""),
        .. Frames.Chunk($$$"""{"contentBlockDelta":{"delta":{"toolUse":{"input":"{{{second}}}\"}"}},"contentBlockIndex":1}}"""),
        .. Frames.Chunk("""{"contentBlockStop":{"contentBlockIndex":1}}"""),
        .. Frames.Chunk("""{"messageStop":{"stopReason":"tool_use"}}"""),
        .. Frames.Chunk(end),
    ];

    private static (byte[] Output, NovaStream Stream) Run(byte[] input, int cut = 0)
    {
        var stream = new NovaStream(_ => new WordScreen("SECRET"));
        var output = new ArrayBufferWriter<byte>();
        stream.Feed(input.AsSpan(..cut), output);
        stream.Feed(input.AsSpan(cut..), output);
        stream.Finish(output);
        return (output.WrittenSpan.ToArray(), stream);
    }

    [Test]
    public void A_match_over_several_events_is_replaced_wherever_the_stream_is_cut()
    {
        var whole = Whole();
        var uncut = Run(whole).Output;
        var events = Frames.Read(uncut).ConvertAll(Frames.Inside);
        Assert.That(events[1], Is.EqualTo("""{"contentBlockDelta":{"delta":{"text":"ä [GONE]"},"contentBlockIndex":0}}"""));
        Assert.That(events[2], Does.Contain("\"text\":\" end\""));
        Assert.That(string.Concat(events[5], events[6]), Does.Contain("[GONE]").And.Not.Contain("SEC"));
        for (var cut = 1; cut < whole.Length; cut++)
            Assert.That(Run(whole, cut).Output, Is.EqualTo(uncut), $"cut at {cut}");
    }

    [Test]
    public void A_clean_stream_is_the_same_bytes_and_its_usage_and_tools_are_known()
    {
        var clean = Whole("SAC", "RAT");
        for (var cut = 0; cut <= clean.Length; cut++)
            Assert.That(Run(clean, cut).Output, Is.EqualTo(clean), $"cut at {cut}");
        var stream = Run(clean).Stream;
        Assert.That((stream.Usage, stream.HasFinished, stream.IsDone), Is.EqualTo(((WireUsage?)new WireUsage(25, 7, 0, 15, 0, 0, 0), true, true)));
        Assert.That((stream.ToolCalls[0].Name, Encoding.UTF8.GetString(stream.ToolCalls[0].Arguments)), Is.EqualTo(("mail", "{\"to\":\"SACRAT\"}")));
    }

    [Test]
    public void What_the_service_counted_is_the_usage_where_the_model_tells_none()
    {
        var stream = Run(Whole("SAC", "RAT", "{\"metadata\":{}," + Metrics + "}")).Stream;
        Assert.That((stream.Usage, stream.IsDone), Is.EqualTo(((WireUsage?)new WireUsage(25, 0, 0, 15, 0, 0, 0), true)));
    }

    [Test]
    public void A_cut_stream_has_no_end()
    {
        var whole = Whole("SAC", "RAT");
        Assert.That(Run(whole[..^20]).Stream.IsDone, Is.False);
    }

    [Test]
    public void Members_that_are_not_known_are_screened()
    {
        var (output, _) = Run(Frames.Chunk("""{"aside":"a SECRET","contentBlockDelta":{"delta":{"text":"x"},"contentBlockIndex":0},"later":{"deep":["SECRET"]}}"""));
        Assert.That(Frames.Inside(Frames.Read(output)[0]), Is.EqualTo("""{"aside":"a [GONE]","contentBlockDelta":{"delta":{"text":"x"},"contentBlockIndex":0},"later":{"deep":["[GONE]"]}}"""));
    }
}
