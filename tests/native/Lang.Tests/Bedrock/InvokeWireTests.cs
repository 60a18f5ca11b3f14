using System.Text;
using IronCage.Lang.Bedrock;
using IronCage.Tests;

namespace IronCage.Lang.Tests.Bedrock;

public sealed class InvokeWireTests
{
    private const string Messages = """{"anthropic_version":"bedrock-2023-05-31","max_tokens":10,"messages":[{"role":"user","content":"hi"}]}""";

    [TestCase("us.anthropic.claude-sonnet-4-5-20250929-v1:0", Messages, true)]
    [TestCase("arn:aws:bedrock:us-east-1:1:application-inference-profile/abc", Messages, true)]
    [TestCase("meta.llama3-3-70b-instruct-v1:0", Messages, false)]
    [TestCase("us.anthropic.claude-sonnet-4-5-20250929-v1:0", """{"max_tokens":10,"messages":[]}""", false)]
    [TestCase("meta.llama3-3-70b-instruct-v1:0", """{"prompt":"hi","max_gen_len":10}""", false)]
    [TestCase("arn:aws:bedrock:us-east-1:1:application-inference-profile/abc", """{"messages":[{"role":"user","content":[{"text":"hi"}]}]}""", false)]
    [TestCase("amazon.nova-canvas-v1:0", """{"taskType":"TEXT_IMAGE","textToImageParams":{"text":"a cat"}}""", false)]
    [TestCase("amazon.titan-text-express-v1", """{"schemaVersion":"messages-v1","messages":[{"role":"user","content":[{"text":"hi"}]}]}""", false)]
    public void Bodies_of_Anthropics_models_are_read_and_others_are_sent_to_converse(string model, string body, bool read)
    {
        Assert.That(InvokeWire.Streamed.TryReadRequest(Encoding.UTF8.GetBytes(body), model, out var request, out var problem), Is.EqualTo(read));
        if (read)
            Assert.That((request.Model, request.Stream, request.OutputLimit, request.Reasoning), Is.EqualTo((model, true, (long?)10, model.StartsWith("arn", StringComparison.Ordinal) ? null : (bool?)false)));
        else
            Assert.That(problem, Does.EndWith("call other models by converse"));
    }

    [TestCase("us.amazon.nova-lite-v1:0", """{"messages":[{"role":"user","content":[{"text":"hi"}]}],"inferenceConfig":{"maxTokens":10}}""")]
    [TestCase("amazon.nova-pro-v1:0", """{"schemaVersion":"messages-v1","messages":[{"role":"user","content":[{"text":"hi"}]}],"inferenceConfig":{"max_new_tokens":10}}""")]
    [TestCase("arn:aws:bedrock:us-east-1:1:application-inference-profile/abc", """{"schemaVersion":"messages-v1","messages":[{"role":"user","content":[{"text":"hi"}]}],"inferenceConfig":{"maxTokens":10}}""")]
    public void Bodies_of_Amazons_Nova_are_those_of_converse(string model, string body)
    {
        var utf8 = Encoding.UTF8.GetBytes(body);
        Assert.That(InvokeWire.Streamed.TryReadRequest(utf8, model, out var request, out _), Is.True);
        Assert.That((request.Model, request.Stream, request.OutputLimit, request.AsksForUsage), Is.EqualTo((model, true, (long?)10, true)));
        Assert.That(request.Texts.ConvertAll(text => Encoding.UTF8.GetString(utf8[text.Start..text.End])), Does.Contain("hi"));
        Assert.That(InvokeWire.Streamed.OpenStream(request, null, false), Is.InstanceOf<NovaStream>());
    }

    [TestCase("""{"messages":[],"inferenceConfig":{"maxTokens":99,"topK":5}}""", """{"messages":[],"inferenceConfig":{"maxTokens":7,"topK":5}}""")]
    [TestCase("""{"messages":[],"inferenceConfig":{"max_new_tokens":99}}""", """{"messages":[],"inferenceConfig":{"max_new_tokens":7}}""")]
    [TestCase("""{"messages":[],"inferenceConfig":{"max_new_tokens":9,"maxTokens":99}}""", """{"messages":[],"inferenceConfig":{"max_new_tokens":7,"maxTokens":7}}""")]
    [TestCase("""{"messages":[],"inferenceConfig":{"max_new_tokens":null}}""", """{"messages":[],"inferenceConfig":{"max_new_tokens":7}}""")]
    [TestCase("""{"messages":[],"inferenceConfig":{"topK":5}}""", """{"messages":[],"inferenceConfig":{"maxTokens":7,"topK":5}}""")]
    [TestCase("""{"messages":[]}""", """{"inferenceConfig":{"maxTokens":7},"messages":[]}""")]
    public void Novas_limit_is_lowered_where_the_body_has_it(string body, string lowered)
    {
        var utf8 = Encoding.UTF8.GetBytes(body);
        Assert.That(InvokeWire.Whole.TryReadRequest(utf8, "amazon.nova-pro-v1:0", out var request, out _), Is.True);
        var edits = new List<RawEdit>();
        request.LimitOutput(7, null, edits);
        Assert.That(Encoding.UTF8.GetString(RawEdits.Apply(utf8, edits)), Is.EqualTo(lowered));
    }

    [TestCase("""{"messages":[],"inferenceConfig":{"reasoningConfig":{"type":"enabled","maxReasoningEffort":"low"}}}""", true)]
    [TestCase("""{"messages":[],"inferenceConfig":{"reasoningConfig":{"type":"disabled"}}}""", false)]
    [TestCase("""{"messages":[]}""", null)]
    public void Nova_thinks_where_it_is_asked_to(string body, bool? thinks)
    {
        Assert.That(InvokeWire.Whole.TryReadRequest(Encoding.UTF8.GetBytes(body), "amazon.nova-2-lite-v1:0", out var request, out _), Is.True);
        Assert.That(request.Reasoning, Is.EqualTo(thinks));
    }

    [TestCase("""{"toolConfig":{"tools":[{"systemTool":{"name":"nova_grounding"}}]},"messages":[]}""")]
    public void Tools_that_the_service_runs_for_Nova_have_no_price(string body)
    {
        Assert.That(InvokeWire.Whole.TryReadRequest(Encoding.UTF8.GetBytes(body), "amazon.nova-premier-v1:0", out var request, out _), Is.True);
        Assert.That((request.UnpricedFeature, request.UnboundedFeature), Is.EqualTo(("tools that the service runs", "tools that the service runs")));
    }

    [TestCase("""{"messages":[],"messages":[]}""", "twice")]
    [TestCase("""{"messages":[],"inferenceConfig":{"maxTokens":"9"}}""", "maxTokens")]
    [TestCase("""{"messages":[],"inferenceConfig":7}""", "inferenceConfig")]
    public void What_of_Nova_cannot_be_read_with_certainty_is_an_error(string body, string says)
    {
        Assert.That(InvokeWire.Whole.TryReadRequest(Encoding.UTF8.GetBytes(body), "amazon.nova-pro-v1:0", out _, out var problem), Is.False);
        Assert.That(problem, Does.Contain(says));
    }

    [Test]
    public void An_answer_is_read_by_what_it_is()
    {
        var nova = """{"output":{"message":{"role":"assistant","content":[{"text":"yes"},{"toolUse":{"toolUseId":"t","name":"mail","input":{"to":"ada"}}}]}},"stopReason":"tool_use","usage":{"inputTokens":10,"outputTokens":5,"totalTokens":22,"cacheReadInputTokenCount":4,"cacheWriteInputTokenCount":3}}"""u8;
        Assert.That(InvokeWire.Whole.TryReadAnswer(nova, out var answer), Is.True);
        Assert.That((answer.Usage, answer.ToolCalls[0].Name), Is.EqualTo(((WireUsage?)new WireUsage(10, 4, 3, 5, 0, 0, 0), "mail")));
        var message = """{"type":"message","content":[{"type":"text","text":"yes"}],"usage":{"input_tokens":10,"output_tokens":5}}"""u8;
        Assert.That(InvokeWire.Whole.TryReadAnswer(message, out answer), Is.True);
        Assert.That(answer.Usage, Is.EqualTo((WireUsage?)new WireUsage(10, 0, 0, 5, 0, 0, 0)));
    }

    [Test]
    public void A_stream_that_was_not_announced_is_known_by_its_first_message()
    {
        Assert.That(ConverseWire.Streamed.LooksStreamed(Frames.Event("messageStart", "{}")), Is.True);
        Assert.That(ConverseWire.Whole.LooksStreamed(Frames.Event("messageStart", "{}")), Is.False);
        Assert.That(ConverseWire.Streamed.LooksStreamed("data: x"u8), Is.False);
    }
}
