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
    [TestCase("amazon.nova-pro-v1:0", """{"schemaVersion":"messages-v1","messages":[{"role":"user","content":[{"text":"hi"}]}]}""", false)]
    public void Bodies_of_Anthropics_models_are_read_and_others_are_sent_to_converse(string model, string body, bool read)
    {
        Assert.That(InvokeWire.Streamed.TryReadRequest(Encoding.UTF8.GetBytes(body), model, out var request, out var problem), Is.EqualTo(read));
        if (read)
            Assert.That((request.Model, request.Stream, request.OutputLimit, request.Reasoning), Is.EqualTo((model, true, (long?)10, model.StartsWith("arn", StringComparison.Ordinal) ? null : (bool?)false)));
        else
            Assert.That(problem, Does.EndWith("call other models by converse"));
    }

    [Test]
    public void A_stream_that_was_not_announced_is_known_by_its_first_message()
    {
        Assert.That(ConverseWire.Streamed.LooksStreamed(Frames.Event("messageStart", "{}")), Is.True);
        Assert.That(ConverseWire.Whole.LooksStreamed(Frames.Event("messageStart", "{}")), Is.False);
        Assert.That(ConverseWire.Streamed.LooksStreamed("data: x"u8), Is.False);
    }
}
