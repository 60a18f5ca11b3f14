using System.Text;
using NUnit.Framework;

namespace IronCage.Lang.Tests;

[TestFixture]
public sealed class AnswerFactsTests
{
    [TestCase("""{"id":"chatcmpl-1","choices":[{"finish_reason":"stop","message":{"content":"x","id":"no","tool_calls":[{"id":"no"}]}},{"finish_reason":"length"}]}""", "chatcmpl-1", "stop,length")]
    [TestCase("""{"id":"msg_1","content":[{"type":"tool_use","id":"no"}],"stop_reason":"tool_use","stop_sequence":null}""", "msg_1", "tool_use")]
    [TestCase("""{"type":"message_start","message":{"id":"msg_1","stop_reason":null}}""", "msg_1", "")]
    [TestCase("""{"type":"message_delta","delta":{"stop_reason":"end_turn"}}""", null, "end_turn")]
    [TestCase("""{"type":"response.created","response":{"id":"resp_1"}}""", "resp_1", "")]
    [TestCase("""[{"responseId":"r1","candidates":[{"content":{"parts":[{"text":"finishReason"}]}}]},{"responseId":"r1","candidates":[{"finishReason":"STOP"}]}]""", "r1", "STOP")]
    [TestCase("""{"output":{"message":{"content":[]}},"stopReason":"max_tokens"}""", null, "max_tokens")]
    [TestCase("""{"model":"llama3","done":true,"done_reason":"stop","message":{"role":"assistant"}}""", null, "stop")]
    [TestCase("""{"id":"c1","finish_reason":"COMPLETE","message":{"content":[]}}""", "c1", "COMPLETE")]
    [TestCase("""{"id":"a","choices":[{"finish_reason":"stop"},{"fin""", "a", "stop")]
    [TestCase("""{"id":7,"choices":[{"finish_reason":["stop"]}]}""", null, "")]
    [TestCase("""{"id":"two words","choices":[{"finish_reason":"my secret is here"},{"finish_reason":"st\\u006fp"}]}""", null, "")]
    [TestCase("no json", null, "")]
    [TestCase("", null, "")]
    public void Answer_says_how_it_is_called_and_why_it_ended(string json, string? id, string reasons)
    {
        var facts = new AnswerFacts();
        facts.Read(Encoding.UTF8.GetBytes(json));

        Assert.That((facts.Id, string.Join(',', facts.FinishReasons)), Is.EqualTo((id, reasons)));
    }

    [Test]
    public void The_first_id_stays_and_reasons_add_up()
    {
        var facts = new AnswerFacts();
        facts.Read("""{"id":"a","choices":[{"finish_reason":null}]}"""u8);
        facts.Read("""{"id":"b","choices":[{"finish_reason":"stop"}]}"""u8);

        Assert.That((facts.Id, facts.FinishReasons.Single()), Is.EqualTo(("a", "stop")));
    }
}
