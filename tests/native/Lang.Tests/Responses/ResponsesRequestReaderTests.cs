using System.Text;
using IronCage.Lang.Responses;

namespace IronCage.Lang.Tests.Responses;

public sealed class ResponsesRequestReaderTests
{
    private static ResponsesRequest Read(string body) =>
        ResponsesRequestReader.TryRead(Encoding.UTF8.GetBytes(body), out var request, out var problem) ? request : throw new AssertionException(problem);

    private static string Body(string rest) => $$"""{"model":"gpt-5","input":"hi",{{rest}}}""";

    private static string Item(string item) => $$"""{"model":"gpt-5","input":[{{item}}]}""";

    private static string[] Texts(string body, Func<ResponsesRequest, List<TextSpan>> which) =>
        [.. which(Read(body)).Select(t => Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(body)[t.Start..t.End]))];

    [TestCase("""{"model":"gpt-5","input":"hello"}""", "hello", 1)]
    [TestCase("""{"model":"gpt-5","instructions":"be","input":"hello"}""", "be|hello", 3)]
    [TestCase("""{"model":"gpt-5","input":[{"role":"user","content":"a"},{"type":"message","role":"user","content":[{"type":"input_text","text":"b"}]}]}""", "user|a|message|user|input_text|b", 2)]
    [TestCase("""{"model":"gpt-5","input":[{"type":"function_call","call_id":"c","name":"n","arguments":"{}"},{"type":"function_call_output","call_id":"c","output":"sunny"}]}""",
        "function_call|c|n|{}|function_call_output|c|sunny", 2)]
    [TestCase("""{"model":"gpt-5","input":[{"type":"function_call_output","call_id":"c","output":[{"type":"input_text","text":"sunny"}]}]}""", "function_call_output|c|input_text|sunny", 1)]
    [TestCase("""{"model":"gpt-5","input":"x","metadata":{"mail@x.org":"v"}}""", "x|mail@x.org|v", 1)]
    public void Every_text_is_found_and_messages_are_counted(string body, string texts, int messages)
    {
        Assert.That(string.Join('|', Texts(body, r => r.Texts)), Is.EqualTo(texts));
        Assert.That(Read(body).Messages, Is.EqualTo(messages));
    }

    [Test]
    public void What_the_provider_reasoned_stays_and_what_it_encrypted_is_opaque()
    {
        var sealed64 = Convert.ToBase64String(Encoding.UTF8.GetBytes(new string('x', 60)));
        var body = Item($$"""{"type":"reasoning","id":"rs","summary":[{"type":"summary_text","text":"thought"}],"encrypted_content":"{{sealed64}}"}""");
        Assert.That(Texts(body, r => r.Texts), Is.Empty);
        Assert.That(Texts(body, r => r.Signed), Is.EqualTo(new[] { "reasoning", "rs", "summary_text", "thought" }));
        Assert.That(Texts(body, r => r.Opaque), Is.EqualTo(new[] { sealed64 }));
        Assert.That(Texts(Item("""{"type":"reasoning","encrypted_content":"jane@example.org"}"""), r => r.Signed), Does.Contain("jane@example.org"), "what is no encoding is readable");
    }

    [TestCase("""{"role":"user","content":[{"type":"input_image","image_url":"https://x"}]}""", 1, 0, 1)]
    [TestCase("""{"role":"user","content":[{"type":"input_image","file_id":"f"}]}""", 1, 0, 1)]
    [TestCase("""{"role":"user","content":[{"type":"input_file","file_id":"f"}]}""", 0, 1, 1)]
    [TestCase("""{"role":"user","content":[{"type":"something_new"}]}""", 0, 1, 1)]
    [TestCase("""{"type":"item_reference","id":"msg_1"}""", 0, 1, 0)]
    [TestCase("""{"type":"image_generation_call","result":"iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk"}""", 1, 0, 1)]
    [TestCase("""{"type":"computer_call_output","output":{"type":"computer_screenshot","image_url":"https://x"}}""", 1, 0, 1)]
    [TestCase("""{"type":"shell_call_output","output":[{"stdout":"x","stderr":"","outcome":{"type":"exit","exit_code":0}}]}""", 0, 0, 0)]
    [TestCase("""{"type":"something_new"}""", 0, 1, 1)]
    [TestCase("""{"role":"user","content":"text"}""", 0, 0, 0)]
    public void Media_count_as_images_or_have_no_bound(string item, int images, int unbounded, int unscannable)
    {
        var request = Read(Item(item));
        Assert.That((request.Images, request.UnboundedParts, request.UnscannableParts), Is.EqualTo((images, unbounded, unscannable)));
    }

    [TestCase("""{"role":"user","content":[{"type":"input_audio","input_audio":{"data":"UklGRg==","format":"wav"}}]}""")]
    public void Audio_has_a_price_of_its_own(string item) => Assert.That(Read(Item(item)).SendsAudio, Is.True);

    [TestCase("""{"type":"function","name":"f","parameters":{"type":"object"}}""", null, false, 0)]
    [TestCase("""{"type":"custom","name":"f"}""", null, false, 0)]
    [TestCase("""{"type":"local_shell"}""", null, false, 2048)]
    [TestCase("""{"type":"shell","environment":{"type":"local"}}""", null, false, 2048)]
    [TestCase("""{"type":"shell","environment":{"type":"container_auto"}}""", "the provider's tool shell", true, 0)]
    [TestCase("""{"type":"shell"}""", "the provider's tool shell", true, 0)]
    [TestCase("""{"type":"web_search_preview_2025_03_11"}""", "the provider's tool web_search", true, 0)]
    [TestCase("""{"type":"file_search","vector_store_ids":["v"]}""", "the provider's tool file_search", true, 0)]
    [TestCase("""{"type":"mcp","server_url":"https://x"}""", "the provider's tool mcp", true, 0)]
    [TestCase("""{"type":"brand_new"}""", "a tool of a kind that is not known here", true, 0)]
    [TestCase("""{"type":"function","type":"web_search"}""", "a tool of a kind that is not known here", true, 0)]
    [TestCase("""{"name":"f"}""", "a tool of a kind that is not known here", true, 0)]
    [TestCase("""{"type":"namespace","name":"n","tools":[{"type":"function","name":"f"}]}""", null, false, 0)]
    [TestCase("""{"type":"namespace","name":"n","tools":[{"type":"web_search"}]}""", "the provider's tool web_search", true, 0)]
    public void Tools_that_the_provider_runs_have_no_price_and_no_bound(string tool, string? unpriced, bool unbounded, long hidden)
    {
        var request = Read(Body($"\"tools\":[{tool}]"));
        Assert.That((request.UnpricedFeature, request.UnboundedFeature is not null, request.HiddenTokens), Is.EqualTo((unpriced, unbounded, hidden)));
        Assert.That(request.Tools, Is.GreaterThanOrEqualTo(1));
        Assert.That(request.TextBytes, Is.EqualTo(2), "definitions count as a whole");
        Assert.That(request.ToolsBytes, Is.EqualTo(tool.Length + 2));
    }

    [Test]
    public void What_tools_found_counts_with_its_structure()
    {
        const string Found = """{"type":"mcp_list_tools","tools":[{"name":"a","input_schema":{"properties":{"x":{"minimum":1}}}}]}""";
        var request = Read(Item(Found));
        Assert.That((request.ToolsBytes, request.TextBytes), Is.EqualTo(((long)Found.Length, 0L)));
    }

    [TestCase("\"previous_response_id\":\"resp_1\"", 1)]
    [TestCase("\"previous_response_id\":null", 0)]
    [TestCase("\"conversation\":{\"id\":\"conv_1\"}", 1)]
    [TestCase("\"prompt\":{\"id\":\"pmpt_1\"}", 1)]
    public void Input_that_is_not_in_the_body_has_no_bound(string field, int unbounded) => Assert.That(Read(Body(field)).UnboundedParts, Is.EqualTo(unbounded));

    [TestCase("\"background\":true", true, false)]
    [TestCase("\"background\":false", false, false)]
    [TestCase("\"service_tier\":\"priority\"", true, false)]
    [TestCase("\"service_tier\":\"flex\"", false, false)]
    [TestCase("\"prompt\":{\"id\":\"p\"}", false, true)]
    [TestCase("\"context_management\":[{\"type\":\"compaction\"}]", false, true)]
    [TestCase("\"context_management\":[]", false, false)]
    public void What_cannot_be_priced_or_bounded_says_so(string field, bool unpriced, bool unbounded)
    {
        var request = Read(Body(field));
        Assert.That((request.UnpricedFeature is not null, request.UnboundedFeature is not null), Is.EqualTo((unpriced, unbounded)));
    }

    [TestCase("\"reasoning\":{\"effort\":\"none\"}", false)]
    [TestCase("\"reasoning\":{\"effort\":\"high\"}", true)]
    [TestCase("\"reasoning\":{\"summary\":\"auto\"}", null)]
    [TestCase("\"reasoning\":null", null)]
    public void Reasoning_is_as_asked_or_as_the_model_does(string field, bool? reasoning) => Assert.That(Read(Body(field)).Reasoning, Is.EqualTo(reasoning));

    [TestCase("\"max_output_tokens\":500", "\"max_output_tokens\":70")]
    [TestCase("\"max_output_tokens\":null", "\"max_output_tokens\":70")]
    public void The_limit_is_lowered_where_it_stands(string field, string expected)
    {
        var body = Body(field);
        var edits = new List<RawEdit>();
        Read(body).LimitOutput(70, "max_completion_tokens", edits);
        Assert.That(Encoding.UTF8.GetString(RawEdits.Apply(Encoding.UTF8.GetBytes(body), edits)), Is.EqualTo(body.Replace(field, expected, StringComparison.Ordinal)));
    }

    [Test]
    public void A_limit_is_written_into_a_body_without_one()
    {
        var edits = new List<RawEdit>();
        Read("{\"model\":\"m\",\"input\":\"x\"}").LimitOutput(70, "max_completion_tokens", edits);
        Assert.That(Encoding.UTF8.GetString(RawEdits.Apply("{\"model\":\"m\",\"input\":\"x\"}"u8, edits)), Is.EqualTo("{\"max_output_tokens\":70,\"model\":\"m\",\"input\":\"x\"}"));
    }

    [TestCase("""{"input":"x"}""", "the body names no model")]
    [TestCase("""{"model":7}""", "\"model\" is not a string of at most 256 bytes")]
    [TestCase("""{"model":"m","model":"n"}""", "the body has the key \"model\" twice")]
    [TestCase("""{"model":"m","max_output_tokens":"5"}""", "\"max_output_tokens\" is not an integer from 0 to 2147483647")]
    [TestCase("""{"model":"m","max_output_tokens":5,"max_output_tokens":6}""", "the body has the key \"max_output_tokens\" twice")]
    [TestCase("""{"model":"m","stream":1}""", "\"stream\" is not a boolean")]
    [TestCase("""{"model":"m","background":"yes"}""", "\"background\" is not a boolean")]
    [TestCase("[]", "the body is not a JSON object")]
    [TestCase("""{"model":"m"} x""", "the body is not valid JSON, or is nested deeper than 256 levels")]
    [TestCase("""{"model":"m""", "the body is not valid JSON, or is nested deeper than 256 levels")]
    public void What_cannot_be_read_with_certainty_is_an_error(string body, string expected)
    {
        Assert.That(ResponsesRequestReader.TryRead(Encoding.UTF8.GetBytes(body), out _, out var problem), Is.False);
        Assert.That(problem, Is.EqualTo(expected));
    }
}
