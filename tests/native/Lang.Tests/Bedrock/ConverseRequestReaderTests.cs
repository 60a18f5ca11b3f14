using System.Text;
using IronCage.Core.Text;
using IronCage.Lang.Bedrock;

namespace IronCage.Lang.Tests.Bedrock;

public sealed class ConverseRequestReaderTests
{
    private const string Model = "us.anthropic.claude-sonnet-4-5-20250929-v1:0";

    private static ConverseRequest Read(string body, string model = Model) =>
        ConverseRequestReader.TryRead(Encoding.UTF8.GetBytes(body), model, out var request, out var problem) ? request : throw new AssertionException(problem);

    private static string Body(string rest) => $$"""{"messages":[{"role":"user","content":[{"text":"hi"}]}],{{rest}}}""";

    private static string Part(string block) => $$"""{"messages":[{"role":"user","content":[{{block}}]}]}""";

    private static string[] Texts(string body, Func<ConverseRequest, List<TextSpan>> which)
    {
        var bytes = Encoding.UTF8.GetBytes(body);
        byte[] scratch = [];
        return [.. which(Read(body)).ConvertAll(t => Encoding.UTF8.GetString(t.Read(bytes, ref scratch)))];
    }

    private static string Encoded(string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes(text));

    [TestCase("""{"messages":[{"role":"user","content":[{"text":"a"},{"text":"b"}]}]}""", "user|a|b", 1)]
    [TestCase("""{"system":[{"text":"be"},{"cachePoint":{"type":"default"}}],"messages":[{"role":"user","content":[{"text":"a"}]}]}""", "be|default|user|a", 2)]
    [TestCase("""{"messages":[{"content":[{"toolUse":{"toolUseId":"t","name":"f","input":{"to":"x"}}}]}]}""", "t|f|x", 1)]
    [TestCase("""{"messages":[{"content":[{"toolResult":{"toolUseId":"t","status":"success","content":[{"text":"y"},{"json":{"k":"z"}}]}}]}]}""", "t|success|y|z", 1)]
    [TestCase("""{"messages":[{"content":[{"guardContent":{"text":{"text":"g","qualifiers":["query"]}}}]}]}""", "g|query", 1)]
    [TestCase("""{"messages":[{"content":[{"citationsContent":{"content":[{"text":"c"}],"citations":[{"title":"t"}]}}]}]}""", "c|t", 1)]
    [TestCase("""{"messages":[{"content":[{"searchResult":{"source":"s","title":"t","content":[{"text":"c"}]}}]}]}""", "s|t|c", 1)]
    [TestCase("""{"messages":[],"requestMetadata":{"mail@x.org":"v"},"inferenceConfig":{"stopSequences":["end"]}}""", "mail@x.org|v|end", 0)]
    [TestCase("""{"messages":[],"toolConfig":{"tools":[{"toolSpec":{"name":"f","description":"d","inputSchema":{"json":{"type":"object"}}}}]}}""", "f|d|object", 0)]
    [TestCase("""{"messages":[],"additionalModelRequestFields":{"anthropic_beta":["b"],"thinking":{"type":"disabled"}}}""", "b|disabled", 0)]
    public void Every_text_is_found_and_messages_are_counted(string body, string texts, int messages)
    {
        Assert.That(string.Join('|', Texts(body, r => r.Texts)), Is.EqualTo(texts));
        Assert.That(Read(body).Messages, Is.EqualTo(messages));
    }

    [TestCase("""{"image":{"format":"png","source":{"bytes":"AA=="}}}""", 1, 0, 1, false)]
    [TestCase("""{"guardContent":{"image":{"format":"png","source":{"bytes":"AA=="}}}}""", 1, 0, 1, false)]
    [TestCase("""{"document":{"format":"pdf","name":"n","source":{"bytes":"AA=="}}}""", 0, 1, 1, false)]
    [TestCase("""{"document":{"format":"txt","name":"n","source":{"s3Location":{"uri":"s3://b/k"}}}}""", 0, 1, 1, false)]
    [TestCase("""{"document":{"format":"txt","name":"n","source":{"bytes":"/w=="}}}""", 0, 1, 1, false)]
    [TestCase("""{"document":{"format":"txt","name":"n","source":{"text":"t"}}}""", 0, 0, 0, false)]
    [TestCase("""{"document":{"name":"n","source":{"content":[{"text":"t"}]}}}""", 0, 0, 0, false)]
    [TestCase("""{"document":{"format":"txt","format":"pdf","name":"n","source":{"text":"t"}}}""", 0, 1, 1, false)]
    [TestCase("""{"video":{"format":"mp4","source":{"bytes":"AA=="}}}""", 0, 1, 1, false)]
    [TestCase("""{"audio":{"format":"mp3","source":{"bytes":"AA=="}}}""", 0, 1, 1, true)]
    [TestCase("""{"toolResult":{"toolUseId":"t","content":[{"image":{"format":"png","source":{"bytes":"AA=="}}}]}}""", 1, 0, 1, false)]
    [TestCase("""{"novelty":{"x":1}}""", 0, 1, 1, false)]
    [TestCase("""{"text":"t"}""", 0, 0, 0, false)]
    public void Media_count_as_images_or_have_no_bound(string block, int images, int unbounded, int unscannable, bool audio)
    {
        var request = Read(Part(block));
        Assert.That((request.Images, request.UnboundedParts, request.UnscannableParts, request.SendsAudio), Is.EqualTo((images, unbounded, unscannable, audio)));
    }

    [Test]
    public void A_document_of_text_is_read_in_base64_and_encoded_again_after_an_edit()
    {
        var body = Part($$$$"""{"document":{"name":"n","format":"md","source":{"bytes":"{{{{Encoded("call Bob, now")}}}}"}}}""");
        var bytes = Encoding.UTF8.GetBytes(body);
        var request = Read(body);
        Assert.That(Texts(body, r => r.Texts), Is.EqualTo(new[] { "user", "n", "md", "call Bob, now" }));
        Assert.That((request.UnboundedParts, request.UnscannableParts), Is.EqualTo((0, 0)));
        var edits = new List<RawEdit>();
        request.Texts[^1].ToRaw(bytes, [new TextEdit(5, 8, "[PERSON]"u8.ToArray())], edits);
        Assert.That(Encoding.UTF8.GetString(RawEdits.Apply(bytes, edits)), Is.EqualTo(body.Replace(Encoded("call Bob, now"), Encoded("call [PERSON], now"), StringComparison.Ordinal)));
    }

    [Test]
    public void What_the_model_thought_stays_where_it_is_signed()
    {
        var signature = Encoded(new string('x', 60));
        var body = Part($$$$"""{"reasoningContent":{"reasoningText":{"text":"signed","signature":"{{{{signature}}}}"}}},{"reasoningContent":{"reasoningText":{"text":"free"}}},{"reasoningContent":{"redactedContent":"{{{{signature}}}}"}}""");
        Assert.That(Texts(body, r => r.Signed), Is.EqualTo(new[] { "signed" }));
        Assert.That(Texts(body, r => r.Opaque), Is.EqualTo(new[] { signature, signature }));
        Assert.That(Texts(body, r => r.Texts), Is.EqualTo(new[] { "user", "free" }));
    }

    [TestCase("\"inferenceConfig\":{\"maxTokens\":100,\"topP\":1}", "\"inferenceConfig\":{\"maxTokens\":7,\"topP\":1}")]
    [TestCase("\"inferenceConfig\":{\"maxTokens\":null}", "\"inferenceConfig\":{\"maxTokens\":7}")]
    [TestCase("\"inferenceConfig\":{\"topP\":1}", "\"inferenceConfig\":{\"maxTokens\":7,\"topP\":1}")]
    [TestCase("\"inferenceConfig\":{}", "\"inferenceConfig\":{\"maxTokens\":7}")]
    [TestCase("\"inferenceConfig\":null", "\"inferenceConfig\":{\"maxTokens\":7}")]
    public void The_limit_is_lowered_in_the_inference_config(string config, string lowered)
    {
        var edits = new List<RawEdit>();
        Read(Body(config)).LimitOutput(7, null, edits);
        Assert.That(Encoding.UTF8.GetString(RawEdits.Apply(Encoding.UTF8.GetBytes(Body(config)), edits)), Is.EqualTo(Body(lowered)));
    }

    [Test]
    public void Without_a_config_the_limit_brings_one()
    {
        var edits = new List<RawEdit>();
        Read("""{"messages":[]}""").LimitOutput(7, null, edits);
        Assert.That(Encoding.UTF8.GetString(RawEdits.Apply("""{"messages":[]}"""u8, edits)), Is.EqualTo("""{"inferenceConfig":{"maxTokens":7},"messages":[]}"""));
    }

    [TestCase("""{"messages":[{"role":"user","content":[{"text":"a"}]}]}""", """{"messages":[{"role":"user","content":[{"text":"a"},{"text":"end \u0022now\u0022"}]}]}""")]
    [TestCase("""{"messages":[{"content":[],"role":"user"}]}""", """{"messages":[{"content":[{"text":"end \u0022now\u0022"}],"role":"user"}]}""")]
    [TestCase("""{"messages":[{"role":"assistant","content":[{"text":"a"}]}]}""", """{"messages":[{"role":"assistant","content":[{"text":"a"}]},{"role":"user","content":[{"text":"end \u0022now\u0022"}]}]}""")]
    [TestCase("""{"messages":[]}""", """{"messages":[{"role":"user","content":[{"text":"end \u0022now\u0022"}]}]}""")]
    public void A_note_never_makes_two_messages_of_the_user_in_a_row(string body, string noted)
    {
        var edits = new List<RawEdit>();
        Assert.That(Read(body).TryAppendMessage("end \"now\"", edits), Is.True);
        Assert.That(Encoding.UTF8.GetString(RawEdits.Apply(Encoding.UTF8.GetBytes(body), edits)), Is.EqualTo(noted));
    }

    [TestCase("\"guardrailConfig\":{\"guardrailIdentifier\":\"g\"}", "guardrails")]
    [TestCase("\"performanceConfig\":{\"latency\":\"optimized\"}", "this performanceConfig")]
    [TestCase("\"performanceConfig\":{\"latency\":\"standard\"}", null)]
    [TestCase("\"performanceConfig\":{\"latency\":\"optimized\",\"latency\":\"standard\"}", "this performanceConfig")]
    [TestCase("\"serviceTier\":{\"type\":\"priority\"}", "this serviceTier")]
    [TestCase("\"serviceTier\":{\"type\":\"flex\"}", null)]
    [TestCase("\"toolConfig\":{\"tools\":[{\"systemTool\":{\"name\":\"nova_grounding\"}}]}", "tools that the service runs")]
    [TestCase("\"additionalModelRequestFields\":{\"service_tier\":\"priority\"}", "this additional field")]
    public void What_has_a_price_of_its_own_is_noticed(string field, string? feature) => Assert.That(Read(Body(field)).UnpricedFeature, Is.EqualTo(feature));

    [TestCase("\"x\":1", PromptCaching.None)]
    [TestCase("\"system\":[{\"cachePoint\":{\"type\":\"default\"}}]", PromptCaching.Short)]
    [TestCase("\"system\":[{\"cachePoint\":{\"type\":\"default\",\"ttl\":\"1h\"}}]", PromptCaching.Hour)]
    [TestCase("\"toolConfig\":{\"tools\":[{\"toolSpec\":{\"name\":\"f\"}},{\"cachePoint\":{\"type\":\"default\"}}]}", PromptCaching.Short)]
    public void Cache_points_write(string field, PromptCaching caching) => Assert.That(Read(Body(field)).Caching, Is.EqualTo(caching));

    [TestCase("us.anthropic.claude-sonnet-4-5-20250929-v1:0", "\"x\":1", false, 0)]
    [TestCase("anthropic.claude-novel-9", "\"x\":1", null, 0)]
    [TestCase("us.anthropic.claude-sonnet-4-5-20250929-v1:0", "\"additionalModelRequestFields\":{\"thinking\":{\"type\":\"enabled\",\"budget_tokens\":2048}}", true, 2048)]
    [TestCase("us.anthropic.claude-3-7-sonnet-20250219-v1:0", "\"additionalModelRequestFields\":{\"reasoning_config\":{\"type\":\"enabled\",\"budget_tokens\":1024}}", true, 1024)]
    [TestCase("us.amazon.nova-pro-v1:0", "\"x\":1", null, 0)]
    public void Thinking_is_what_the_additional_fields_say(string model, string field, bool? reasoning, long budget)
    {
        var request = Read(Body(field), model);
        Assert.That((request.Reasoning, request.ThinkingTokens), Is.EqualTo((reasoning, budget)));
    }

    [TestCase("[]", "the body is not a JSON object")]
    [TestCase("""{"messages":7}""", "\"messages\" is not an array")]
    [TestCase("""{"messages":[],"messages":[]}""", "the body has the key \"messages\" twice")]
    [TestCase("""{"messages":[],"inferenceConfig":{"maxTokens":-1}}""", "\"inferenceConfig\" is not an object whose maxTokens is an integer from 0 to 2147483647")]
    [TestCase("""{"messages":[],"inferenceConfig":[]}""", "\"inferenceConfig\" is not an object")]
    [TestCase("""{"messages":[],"additionalModelRequestFields":{"max_tokens":1}}""", "\"additionalModelRequestFields\" is not an object without output limits, which belong into inferenceConfig.maxTokens: two of them have no certain meaning")]
    public void What_cannot_be_read_with_certainty_is_an_error(string body, string problem)
    {
        Assert.That(ConverseRequestReader.TryRead(Encoding.UTF8.GetBytes(body), Model, out _, out var told), Is.False);
        Assert.That(told, Is.EqualTo(problem));
    }

    [Test]
    public void Names_with_underscores_are_none_of_the_services() =>
        Assert.That(Read("""{"messages":[],"inference_config":{"maxTokens":1}}""").OutputLimit, Is.Null);

    [Test]
    public void Tokens_are_counted_of_the_same_texts()
    {
        const string Converse = """{"input":{"converse":{"messages":[{"role":"user","content":[{"text":"a"}]}],"system":[{"text":"b"}]}}}""";
        Assert.That(CountTokensRequestReader.TryRead(Encoding.UTF8.GetBytes(Converse), Model, out var request, out _), Is.True);
        Assert.That(request.Texts.Select(t => Converse[t.Start..t.End]), Is.EqualTo(new[] { "user", "a", "b" }));

        var invoke = $$$$"""{"input":{"invokeModel":{"body":"{{{{Encoded("{\"messages\":[]}")}}}}"}}}""";
        Assert.That(CountTokensRequestReader.TryRead(Encoding.UTF8.GetBytes(invoke), Model, out request, out _), Is.True);
        Assert.That((request.Texts.Single().IsBase64, request.JsonTexts.Single()), Is.EqualTo((true, request.Texts[0].Start)));
        Assert.That(CountTokensRequestReader.TryRead("""{"input":{"invokeModel":{"body":"*"}}}"""u8, Model, out _, out _), Is.False);
    }
}
