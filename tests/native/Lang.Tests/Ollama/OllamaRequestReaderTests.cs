using System.Text;
using IronCage.Lang.Ollama;

namespace IronCage.Lang.Tests.Ollama;

public sealed class OllamaRequestReaderTests
{
    private static OllamaRequest Read(string json)
    {
        Assert.That(OllamaRequestReader.TryRead(Encoding.UTF8.GetBytes(json), out var request, out var problem), Is.True, problem);
        return request;
    }

    private static string[] Texts(string json)
    {
        byte[] scratch = [];
        return [.. Read(json).Texts.Select(text => Encoding.UTF8.GetString(text.Read(Encoding.UTF8.GetBytes(json), ref scratch)))];
    }

    [TestCase("{\"model\":\"m\"}", true)]
    [TestCase("{\"model\":\"m\",\"stream\":null}", true)]
    [TestCase("{\"model\":\"m\",\"stream\":true}", true)]
    [TestCase("{\"model\":\"m\",\"stream\":false}", false)]
    public void Without_a_word_the_answer_is_a_stream(string json, bool expected) => Assert.That(Read(json).Stream, Is.EqualTo(expected));

    [Test]
    public void Every_text_of_a_chat_is_found()
    {
        const string Json = """
            {"model":"m","messages":[{"role":"system","content":"be kind"},{"role":"user","content":"see \"it\"","images":["QUJD"]},
             {"role":"assistant","content":"","thinking":"hm","tool_calls":[{"function":{"name":"f","arguments":{"to":"ada","n":3}}}]},{"role":"tool","tool_name":"f","content":"done"}],
             "tools":[{"type":"function","function":{"name":"f","description":"sends"}}],"format":{"type":"object"},"think":"low","keep_alive":"5m","options":{"stop":["END"]}}
            """;
        Assert.That(Texts(Json), Is.SupersetOf((string[])["be kind", "see \"it\"", "hm", "ada", "f", "done", "sends", "object", "low", "END", "QUJD"]));
        var request = Read(Json);
        Assert.That((request.Messages, request.Tools, request.Images, request.UnscannableParts, request.UnboundedParts), Is.EqualTo((4, 1, 1, 1, 0)));
        Assert.That(request.ToolsBytes, Is.GreaterThan(100));
    }

    [Test]
    public void Generate_and_embed_are_found_too()
    {
        Assert.That(Texts("""{"model":"m","prompt":"p","system":"s","suffix":"x","template":"t"}"""), Is.EquivalentTo((string[])["p", "s", "x", "t"]));
        Assert.That(Texts("""{"model":"m","input":["a","b"]}"""), Is.EquivalentTo((string[])["a", "b"]));
        var request = Read("""{"model":"m","prompt":"p","context":[1,2,3]}""");
        Assert.That((request.HiddenTokens, request.TokenArrays.Count), Is.EqualTo((3, 1)));
    }

    [Test]
    public void Images_are_not_screened_and_what_only_says_that_it_is_one_is()
    {
        var image = Convert.ToBase64String(new byte[90]);
        Assert.That(Texts($$"""{"model":"m","messages":[{"role":"user","content":"c","images":["{{image}}","call ada"]}]}"""), Is.EquivalentTo((string[])["user", "c", "call ada"]));
        Assert.That(Read($$"""{"model":"m","prompt":"p","images":["{{image}}"]}""").Images, Is.EqualTo(1));
    }

    [TestCase("", null, "{\"options\":{\"num_predict\":64},\"model\":\"m\"}")]
    [TestCase(",\"options\":{}", null, "{\"model\":\"m\",\"options\":{\"num_predict\":64}}")]
    [TestCase(",\"options\":null", null, "{\"model\":\"m\",\"options\":{\"num_predict\":64}}")]
    [TestCase(",\"options\":{\"seed\":1}", null, "{\"model\":\"m\",\"options\":{\"num_predict\":64,\"seed\":1}}")]
    [TestCase(",\"options\":{\"num_predict\":500}", 500L, "{\"model\":\"m\",\"options\":{\"num_predict\":64}}")]
    [TestCase(",\"options\":{\"num_predict\":-1}", null, "{\"model\":\"m\",\"options\":{\"num_predict\":64}}")]
    [TestCase(",\"options\":{\"num_predict\":null}", null, "{\"model\":\"m\",\"options\":{\"num_predict\":64}}")]
    [TestCase(",\"options\":{\"num_predict\":500,\"num_predict\":0}", null, "{\"model\":\"m\",\"options\":{\"num_predict\":64,\"num_predict\":64}}")]
    public void The_limit_is_num_predict_and_none_where_it_is_no_limit(string options, long? limit, string lowered)
    {
        var json = "{\"model\":\"m\"" + options + "}";
        var request = Read(json);
        Assert.That(request.OutputLimit, Is.EqualTo(limit));
        var edits = new List<RawEdit>();
        request.LimitOutput(64, null, edits);
        Assert.That(Encoding.UTF8.GetString(RawEdits.Apply(Encoding.UTF8.GetBytes(json), edits)), Is.EqualTo(lowered));
    }

    [TestCase("{\"model\":\"m\",\"options\":{\"num_predict\":\"9\"}}", "num_predict")]
    [TestCase("{\"model\":\"m\",\"options\":[]}", "\"options\" is not an object")]
    [TestCase("{\"model\":\"m\",\"messages\":{}}", "\"messages\" is not an array")]
    [TestCase("{\"model\":\"m\",\"stream\":0}", "\"stream\" is not a boolean")]
    [TestCase("{\"model\":\"m\",\"Options\":{\"num_predict\":99999}}", "capitals")]
    [TestCase("{\"model\":\"m\",\"MODEL\":\"n\"}", "capitals")]
    [TestCase("{\"model\":\"m\",\"\u017Ftream\":false}", "capitals")]
    [TestCase("{\"model\":\"m\",\"model\":\"n\"}", "twice")]
    [TestCase("{\"prompt\":\"x\"}", "names no model")]
    public void What_cannot_be_read_with_certainty_is_an_error(string json, string said)
    {
        Assert.That(OllamaRequestReader.TryRead(Encoding.UTF8.GetBytes(json), out _, out var problem), Is.False);
        Assert.That(problem, Does.Contain(said));
    }

    [Test]
    public void The_model_can_be_replaced_and_a_message_appended()
    {
        const string Json = """{"model":"m","messages":[{"role":"user","content":"a"}]}""";
        var request = Read(Json);
        var edits = new List<RawEdit>();
        request.ReplaceModel("n", edits);
        Assert.That(request.TryAppendMessage("b", edits), Is.True);
        Assert.That(Encoding.UTF8.GetString(RawEdits.Apply(Encoding.UTF8.GetBytes(Json), edits)),
            Is.EqualTo("""{"model":"n","messages":[{"role":"user","content":"a"},{"role":"user","content":"b"}]}"""));
    }
}
