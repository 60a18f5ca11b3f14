using System.Text;
using IronCage.Lang.Bedrock;

namespace IronCage.Lang.Tests.Bedrock;

public sealed class ConverseAnswerTests
{
    private const string Answer = """
        {"metrics":{"latencyMs":10},"output":{"message":{"content":[{"reasoningContent":{"reasoningText":{"signature":"c2lnbmF0dXJl","text":"hm"}}},{"text":"hello"},
        {"toolUse":{"input":{"to":"x","deep":["y"],"signature":"z"},"name":"send","toolUseId":"tooluse_1"}},{"citationsContent":{"content":[{"text":"said"}],"citations":[{"title":"t","sourceContent":[{"text":"source"}]}]}}],
        "role":"assistant"}},"stopReason":"tool_use","trace":{"guardrail":{"modelOutput":["traced"]}},
        "usage":{"inputTokens":25,"outputTokens":15,"totalTokens":77,"cacheReadInputTokens":7,"cacheWriteInputTokens":30}}
        """;

    [Test]
    public void Texts_and_what_they_are_for_are_found()
    {
        var bytes = Encoding.UTF8.GetBytes(Answer);
        Assert.That(ConverseAnswerReader.TryRead(bytes, out var answer), Is.True);
        string Text(TextSpan place) => Encoding.UTF8.GetString(bytes[place.Start..place.End]);
        Assert.That(answer.Texts.Select(Text), Is.EqualTo(new[] { "hello", "x", "y", "z", "send", "said", "t", "source", "traced" }));
        Assert.That(answer.Signed.Select(Text), Is.EqualTo(new[] { "hm" }));
        Assert.That(answer.Contents.Select(Text), Is.EqualTo(new[] { "hm", "hello", "x", "y", "z", "send", "said" }));
        Assert.That(answer.Texts.Where(t => answer.Uses.ContainsKey(t.Start)).Select(t => (Text(t), answer.Uses[t.Start])), Is.EqualTo(new[]
        {
            ("hello", new TextUse(TextRole.Answer)), ("x", new TextUse(TextRole.ToolInput, "send")), ("y", new TextUse(TextRole.ToolInput, "send")),
            ("z", new TextUse(TextRole.ToolInput, "send")), ("said", new TextUse(TextRole.Answer)),
        }));
        Assert.That((answer.Usage, answer.HasExtraCharge), Is.EqualTo(((WireUsage?)new WireUsage(25, 7, 30, 15, 0, 0, 0), false)));
    }

    [TestCase("""{"output":{},"serviceTier":{"type":"priority"}}""", true)]
    [TestCase("""{"output":{},"performanceConfig":{"latency":"optimized"}}""", true)]
    [TestCase("""{"output":{},"serviceTier":{"type":"flex"}}""", false)]
    public void A_dearer_service_is_told(string body, bool extra)
    {
        Assert.That(ConverseAnswerReader.TryRead(Encoding.UTF8.GetBytes(body), out var answer), Is.True);
        Assert.That(answer.HasExtraCharge, Is.EqualTo(extra));
    }

    [TestCase(402, "AccessDeniedException")]
    [TestCase(403, "AccessDeniedException")]
    [TestCase(503, "ServiceUnavailableException")]
    public void Refusals_have_the_services_shape(int status, string type) =>
        Assert.That(RefusalBody.Write("m", "c", status), Is.EqualTo($$"""{"__type":"{{type}}","message":"m","reason":"c"}"""));
}
