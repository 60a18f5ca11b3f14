using System.Text;
using IronCage.Lang.Responses;

namespace IronCage.Lang.Tests.Responses;

/// <summary>A message behind the input of a request to the responses API, and another model in its place.</summary>
public class ResponsesNoteTests
{
    [TestCase("""{"model":"gpt\u002d5","input":"a \"b\"]"}""", """{"model":"m","input":[{"role":"user","content":"a \"b\"]"},{"role":"user","content":"end\n"}]}""")]
    [TestCase("""{"input" : "a" , "model":"gpt-5"}""", """{"input" : [{"role":"user","content":"a"},{"role":"user","content":"end\n"}] , "model":"m"}""")]
    [TestCase("""{"model":"gpt-5","input":[{"role":"user","content":[{"type":"input_text","text":"]"}]} ]}""", """{"model":"m","input":[{"role":"user","content":[{"type":"input_text","text":"]"}]} ,{"role":"user","content":"end\n"}]}""")]
    [TestCase("""{"model":"gpt-5","input":[ ]}""", """{"model":"m","input":[ {"role":"user","content":"end\n"}]}""")]
    [TestCase("""{"model":"gpt-5","input":null}""", null)]
    [TestCase("""{"model":"gpt-5","input":{}}""", null)]
    [TestCase("""{"model":"gpt-5"}""", null)]
    public void A_message_is_appended_to_texts_and_items(string json, string? expected)
    {
        var body = Encoding.UTF8.GetBytes(json);
        Assert.That(ResponsesRequestReader.TryRead(body, out var request, out var problem), Is.True, problem);
        var edits = new List<RawEdit>();
        Assert.That(request.TryAppendMessage("end\n", edits), Is.EqualTo(expected is not null));
        request.ReplaceModel("m", edits);
        Assert.That(Encoding.UTF8.GetString(RawEdits.Apply(body, edits)), Is.EqualTo(expected ?? json.Replace("gpt-5", "m", StringComparison.Ordinal)));
    }
}
