using System.Text;
using IronCage.Lang.Anthropic;

namespace IronCage.Lang.Tests.Anthropic;

public sealed class MessagesRequestReaderTests
{
    private static MessagesRequest Read(string body) =>
        MessagesRequestReader.TryRead(Encoding.UTF8.GetBytes(body), out var request, out var problem) ? request : throw new AssertionException(problem);

    private static string Body(string rest, string model = "claude-opus-4-5") => $$"""{"model":"{{model}}","max_tokens":100,"messages":[],{{rest}}}""";

    private static string Content(string block) => $$"""{"model":"m","max_tokens":1,"messages":[{"role":"user","content":[{{block}}]}]}""";

    private static string[] Texts(string body, Func<MessagesRequest, List<TextSpan>> which) =>
        [.. which(Read(body)).Select(t => Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(body)[t.Start..t.End]))];

    [TestCase("""{"type":"thinking","thinking":"deep","signature":"sig"}""", "", "deep|sig", "")]
    [TestCase("""{"signature":"sig","thinking":"deep","type":"thinking"}""", "", "sig|deep", "")]
    [TestCase("""{"type":"thinking","thinking":"deep"}""", "deep", "", "")]
    [TestCase("""{"type":"thinking","thinking":"deep","signature":""}""", "deep", "", "")]
    [TestCase("""{"type":"redacted_thinking","data":"no encoding"}""", "", "no encoding", "")]
    [TestCase("""{"type":"redacted_thinking","data":"QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVphYmNkZWZnaGlqa2xtbm9wcXJzdHV2d3h5eg=="}""", "", "",
        "QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVphYmNkZWZnaGlqa2xtbm9wcXJzdHV2d3h5eg==")]
    [TestCase("""{"type":"web_search_tool_result","content":[{"type":"web_search_result","title":"t","encrypted_content":"enc"}]}""", "t", "enc", "")]
    [TestCase("""{"type":"tool_use","input":{"thinking":"a","signature":"b","encrypted_x":"c"}}""", "a|b|c", "", "")]
    [TestCase("""{"type":"document","source":{"data":"plain","type":"text"}}""", "plain", "", "")]
    public void Texts_are_screened_signed_or_opaque(string block, string texts, string signed, string opaque)
    {
        var kinds = new[] { "user", "thinking", "redacted_thinking", "web_search_tool_result", "web_search_result", "tool_use", "document", "text" };
        Assert.That(string.Join('|', Texts(Content(block), r => r.Texts).Except(kinds)), Is.EqualTo(texts));
        Assert.That(string.Join('|', Texts(Content(block), r => r.Signed)), Is.EqualTo(signed));
        Assert.That(string.Join('|', Texts(Content(block), r => r.Opaque)), Is.EqualTo(opaque));
    }

    [TestCase("""{"type":"text","text":"t"}""", 0, 0, 0)]
    [TestCase("""{"type":"image","source":{"type":"url","url":"https://x"}}""", 1, 0, 1)]
    [TestCase("""{"type":"document","source":{"type":"base64","media_type":"application/pdf","data":"JVBERi0x"}}""", 0, 1, 1)]
    [TestCase("""{"type":"document","source":{"type":"file","file_id":"f"}}""", 0, 1, 1)]
    [TestCase("""{"type":"document","source":{"type":"content","content":[{"type":"image","source":{}}]}}""", 1, 0, 1)]
    [TestCase("""{"type":"container_upload","file_id":"f"}""", 0, 1, 1)]
    [TestCase("""{"type":"tool_result","tool_use_id":"x","content":[{"type":"image","source":{"type":"base64","data":"AA"}}]}""", 1, 0, 1)]
    [TestCase("""{"type":"something_new","payload":1}""", 0, 1, 1)]
    [TestCase("""{"type":"tool_use","name":"n","input":{"type":"image"}}""", 0, 0, 0)]
    [TestCase("""{"type":"web_fetch_tool_result","content":{"type":"web_fetch_result","content":{"type":"document","source":{"type":"text","data":"d"}}}}""", 0, 0, 0)]
    public void Media_count_as_images_or_have_no_bound(string block, int images, int unbounded, int unscannable)
    {
        var request = Read(Content(block));
        Assert.That((request.Images, request.UnboundedParts, request.UnscannableParts), Is.EqualTo((images, unbounded, unscannable)));
    }

    [TestCase("\"system\":\"s\"", PromptCaching.None)]
    [TestCase("\"cache_control\":null", PromptCaching.None)]
    [TestCase("\"cache_control\":{\"type\":\"ephemeral\"}", PromptCaching.Short)]
    [TestCase("\"system\":[{\"type\":\"text\",\"text\":\"s\",\"cache_control\":{\"type\":\"ephemeral\",\"ttl\":\"5m\"}}]", PromptCaching.Short)]
    [TestCase("\"cache_control\":{\"type\":\"ephemeral\",\"ttl\":\"1h\"}", PromptCaching.Hour)]
    [TestCase("\"tools\":[{\"name\":\"t\",\"input_schema\":{},\"cache_control\":{\"ttl\":\"1h\"}}],\"cache_control\":{\"type\":\"ephemeral\"}", PromptCaching.Hour)]
    [TestCase("\"tools\":[{\"name\":\"t\",\"input_schema\":{\"properties\":{\"cache_control\":{\"ttl\":\"1h\"}}}}]", PromptCaching.None)]
    public void Cache_writes_are_as_dear_as_the_dearest_marker(string rest, PromptCaching caching)
    {
        Assert.That(Read(Body(rest)).Caching, Is.EqualTo(caching));
        Assert.That(Read(Body(rest)).UnpricedFeature, Is.Null);
    }

    [TestCase("\"stream\":true", "claude-opus-4-5", false, 0)]
    [TestCase("\"stream\":true", "claude-fable-5", null, 0)]
    [TestCase("\"thinking\":{\"type\":\"enabled\",\"budget_tokens\":2000}", "claude-opus-4-5", true, 2000)]
    [TestCase("\"thinking\":{\"type\":\"adaptive\"}", "claude-opus-4-5", true, 0)]
    [TestCase("\"thinking\":{\"budget_tokens\":2000,\"type\":\"disabled\"}", "claude-opus-5", false, 0)]
    public void Thinking_is_as_asked_or_as_the_model_does(string rest, string model, bool? reasoning, long tokens)
    {
        var request = Read(Body(rest, model));
        Assert.That((request.Reasoning, request.ThinkingTokens), Is.EqualTo((reasoning, tokens)));
    }

    [TestCase("\"tools\":[{\"type\":\"web_search_20250305\",\"name\":\"web_search\",\"max_uses\":2}]", "the server tool web_search")]
    [TestCase("\"tools\":[{\"type\":\"bash_20250124\",\"name\":\"bash\"},{\"type\":\"custom\",\"name\":\"t\"},{\"name\":\"u\"}]", null)]
    [TestCase("\"service_tier\":\"auto\"", null)]
    [TestCase("\"service_tier\":\"express\"", "this service_tier")]
    [TestCase("\"speed\":\"fast\"", "this speed")]
    [TestCase("\"inference_geo\":\"global\"", null)]
    [TestCase("\"inference_geo\":\"us\"", "this inference_geo")]
    [TestCase("\"cache_control\":{\"ttl\":\"1d\"}", "this cache lifetime")]
    [TestCase("\"fallbacks\":[]", null)]
    [TestCase("\"fallbacks\":[{\"model\":\"m\"}]", "fallbacks to other models")]
    public void Features_without_a_price_are_named(string rest, string? feature) => Assert.That(Read(Body(rest)).UnpricedFeature, Is.EqualTo(feature));

    [TestCase("\"mcp_servers\":[]", null)]
    [TestCase("\"mcp_servers\":[{\"url\":\"u\"}]", "mcp_servers")]
    [TestCase("\"container\":\"c\"", "a container")]
    [TestCase("\"context_management\":{\"edits\":[{\"type\":\"clear_tool_uses_20250919\",\"trigger\":{\"type\":\"input_tokens\",\"value\":1}}]}", null)]
    [TestCase("\"context_management\":{\"edits\":[{\"type\":\"compact_20260112\"}]}", "context_management that does more than clear")]
    public void Features_without_a_bound_are_named(string rest, string? feature) => Assert.That(Read(Body(rest)).UnboundedFeature, Is.EqualTo(feature));

    [TestCase("[]", "the body is not a JSON object")]
    [TestCase("{\"max_tokens\":1}", "the body names no model")]
    [TestCase("{\"model\":\"m\",\"max_tokens\":1,\"max_tokens\":2}", "the body has the key \"max_tokens\" twice")]
    [TestCase("{\"model\":\"m\",\"max_tokens\":1,\"max_\\u0074okens\":2}", "the body has the key \"max_tokens\" twice")]
    [TestCase("{\"model\":\"m\",\"thinking\":{\"budget_tokens\":\"x\"}}", "\"thinking\" is not an object with a \"budget_tokens\" from 0 to 2147483647, if any")]
    [TestCase("{\"model\":\"m\",\"messages\":{}}", "\"messages\" is not an array")]
    [TestCase("{\"model\":\"m\"", "the body is not valid JSON, or is nested deeper than 256 levels")]
    public void What_cannot_be_read_with_certainty_is_said(string body, string said)
    {
        Assert.That(MessagesRequestReader.TryRead(Encoding.UTF8.GetBytes(body), out _, out var problem), Is.False);
        Assert.That(problem, Is.EqualTo(said));
    }

    [Test]
    public void The_input_of_a_tool_counts_with_its_structure()
    {
        var request = Read(Content("""{"type":"tool_use","name":"n","input":{"numbers":[1,2,3],"text":"abc"}}"""));
        Assert.That(request.ToolsBytes, Is.EqualTo("""{"numbers":[1,2,3],"text":"abc"}""".Length));
        Assert.That(request.TextBytes, Is.EqualTo("user".Length + "tool_use".Length + "n".Length));
    }

    [Test]
    public void The_limit_is_lowered_where_it_stands()
    {
        var body = Encoding.UTF8.GetBytes("""{ "max_tokens" : 4096 , "model":"m"}""");
        Assert.That(MessagesRequestReader.TryRead(body, out var request, out _), Is.True);
        var edits = new List<RawEdit>();
        request.LimitOutput(77, "max_completion_tokens", edits);
        Assert.That(Encoding.UTF8.GetString(RawEdits.Apply(body, edits)), Is.EqualTo("""{ "max_tokens" : 77 , "model":"m"}"""));
    }
}
