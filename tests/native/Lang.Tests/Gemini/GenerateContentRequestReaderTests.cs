using System.Text;
using IronCage.Lang.Gemini;

namespace IronCage.Lang.Tests.Gemini;

public sealed class GenerateContentRequestReaderTests
{
    private static GenerateContentRequest Read(string body) =>
        GenerateContentRequestReader.TryRead(Encoding.UTF8.GetBytes(body), "gemini-2.5-pro", out var request, out var problem) ? request : throw new AssertionException(problem);

    private static string Body(string rest) => $$"""{"contents":[{"role":"user","parts":[{"text":"hi"}]}],{{rest}}}""";

    private static string Part(string part) => $$"""{"contents":[{"role":"user","parts":[{{part}}]}]}""";

    private static string[] Texts(string body, Func<GenerateContentRequest, List<TextSpan>> which) =>
        [.. which(Read(body)).Select(t => Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(body)[t.Start..t.End]))];

    [TestCase("""{"contents":[{"role":"user","parts":[{"text":"a"},{"text":"b"}]}]}""", "user|a|b", 1)]
    [TestCase("""{"contents":{"parts":{"text":"a"}}}""", "a", 1)]
    [TestCase("""{"contents":[{"parts":[{"text":"a"}]}],"systemInstruction":{"parts":[{"text":"be"}]}}""", "a|be", 2)]
    [TestCase("""{"system_instruction":{"parts":[{"text":"be"}]},"contents":[{"parts":[{"text":"a"}]}]}""", "be|a", 2)]
    [TestCase("""{"contents":[{"parts":[{"functionCall":{"name":"f","args":{"to":"x"}}}]}]}""", "f|x", 1)]
    [TestCase("""{"contents":[{"parts":[{"functionResponse":{"name":"f","response":{"result":"y"}}}]}]}""", "f|y", 1)]
    [TestCase("""{"requests":[{"model":"models/m","content":{"parts":[{"text":"a"}]}},{"content":{"parts":[{"text":"b"}]}}]}""", "models/m|a|b", 2)]
    [TestCase("""{"content":{"parts":[{"text":"a"}]},"taskType":"RETRIEVAL_QUERY"}""", "a|RETRIEVAL_QUERY", 1)]
    [TestCase("""{"generateContentRequest":{"model":"m","contents":[{"parts":[{"text":"a"}]}]}}""", "m|a", 1)]
    [TestCase("""{"contents":[],"labels":{"mail@x.org":"v"}}""", "mail@x.org|v", 0)]
    public void Every_text_is_found_and_contents_are_counted(string body, string texts, int messages)
    {
        Assert.That(string.Join('|', Texts(body, r => r.Texts)), Is.EqualTo(texts));
        Assert.That(Read(body).Messages, Is.EqualTo(messages));
    }

    [TestCase("""{"inlineData":{"mimeType":"image/png","data":"AA"}}""", 1, 0, 1, false)]
    [TestCase("""{"inline_data":{"mime_type":"image/png","data":"AA"}}""", 1, 0, 1, false)]
    [TestCase("""{"inlineData":{"mimeType":"audio/wav","data":"AA"}}""", 0, 1, 1, true)]
    [TestCase("""{"inlineData":{"mimeType":"video/mp4","data":"AA"}}""", 0, 1, 1, true)]
    [TestCase("""{"inlineData":{"mimeType":"application/pdf","data":"AA"}}""", 0, 1, 1, false)]
    [TestCase("""{"fileData":{"mimeType":"image/png","fileUri":"gs://x"}}""", 0, 1, 1, false)]
    [TestCase("""{"fileData":{"mimeType":"audio/mp3","fileUri":"gs://x"}}""", 0, 1, 1, true)]
    [TestCase("""{"fileData":{"fileUri":"gs://x"}}""", 0, 1, 1, true)]
    [TestCase("""{"inlineData":{"mimeType":"image\/png","data":"AA"}}""", 1, 0, 1, false)]
    [TestCase("""{"functionResponse":{"name":"f","parts":[{"inlineData":{"mimeType":"image/png","data":"AA"}}]}}""", 1, 0, 1, false)]
    [TestCase("""{"functionResponse":{"name":"f","parts":[{"fileData":{"mimeType":"application/pdf","fileUri":"gs://x"}}]}}""", 0, 1, 1, false)]
    [TestCase("""{"newMedia":{"uri":"gs://x"}}""", 0, 1, 1, false)]
    [TestCase("""{"text":"t"}""", 0, 0, 0, false)]
    public void Media_count_as_images_or_have_no_bound(string part, int images, int unbounded, int unscannable, bool audio)
    {
        var request = Read(Part(part));
        Assert.That((request.Images, request.UnboundedParts, request.UnscannableParts, request.SendsAudio), Is.EqualTo((images, unbounded, unscannable, audio)));
    }

    [Test]
    public void What_the_provider_signed_stays()
    {
        var signature = Convert.ToBase64String(Encoding.UTF8.GetBytes(new string('x', 60)));
        var body = Part($$"""{"text":"t","thoughtSignature":"{{signature}}"},{"text":"u","thought_signature":"readable"}""");
        Assert.That(Texts(body, r => r.Opaque), Is.EqualTo(new[] { signature }));
        Assert.That(Texts(body, r => r.Signed), Is.EqualTo(new[] { "readable" }));
    }

    [TestCase("""[{"functionDeclarations":[{"name":"f"},{"name":"g"}]}]""", null, false, 2)]
    [TestCase("""[{"function_declarations":[{"name":"f"}]}]""", null, false, 1)]
    [TestCase("""[{"googleSearch":{}}]""", "the provider's tool google_search", true, 1)]
    [TestCase("""[{"google_search":{}}]""", "the provider's tool google_search", true, 1)]
    [TestCase("""[{"functionDeclarations":[{"name":"f"}]},{"codeExecution":{}}]""", "the provider's tool code_execution", true, 2)]
    [TestCase("""[{"urlContext":{}}]""", "the provider's tool url_context", true, 1)]
    [TestCase("""[{"brandNew":{}}]""", "a tool of a kind that is not known here", true, 1)]
    [TestCase("""[{"googleSearch":null}]""", null, false, 0)]
    [TestCase("""{"googleSearch":{}}""", "the provider's tool google_search", true, 1)]
    [TestCase("""[{"functionDeclarations":[{"name":"f","parameters":{"properties":{"googleSearch":{}}}}]}]""", null, false, 1)]
    public void Tools_that_the_provider_runs_have_no_price_and_no_bound(string tools, string? unpriced, bool unbounded, int count)
    {
        var request = Read(Body($"\"tools\":{tools}"));
        Assert.That((request.UnpricedFeature, request.UnboundedFeature is not null, request.Tools), Is.EqualTo((unpriced, unbounded, count)));
        Assert.That(request.ToolsBytes, Is.EqualTo(tools.Length));
    }

    [TestCase("\"generationConfig\":{\"maxOutputTokens\":500}", "\"generationConfig\":{\"maxOutputTokens\":70}")]
    [TestCase("\"generation_config\":{\"max_output_tokens\":500}", "\"generation_config\":{\"max_output_tokens\":70}")]
    [TestCase("\"generationConfig\":{}", "\"generationConfig\":{\"maxOutputTokens\":70}")]
    [TestCase("\"generationConfig\": {\"topK\":1}", "\"generationConfig\": {\"maxOutputTokens\":70,\"topK\":1}")]
    [TestCase("\"generationConfig\":null", "\"generationConfig\":{\"maxOutputTokens\":70}")]
    [TestCase("\"generationConfig\":{\"maxOutputTokens\":null}", "\"generationConfig\":{\"maxOutputTokens\":70}")]
    public void The_limit_is_lowered_where_it_stands(string field, string expected)
    {
        var body = Body(field);
        var edits = new List<RawEdit>();
        Read(body).LimitOutput(70, "max_tokens", edits);
        Assert.That(Encoding.UTF8.GetString(RawEdits.Apply(Encoding.UTF8.GetBytes(body), edits)), Is.EqualTo(body.Replace(field, expected, StringComparison.Ordinal)));
    }

    [Test]
    public void A_limit_is_written_into_a_body_without_one_and_a_note_behind_its_contents()
    {
        const string Plain = """{"contents":[{"parts":[{"text":"hi"}]}]}""";
        var edits = new List<RawEdit>();
        var request = Read(Plain);
        request.LimitOutput(70, null, edits);
        Assert.That(request.TryAppendMessage("end", edits), Is.True);
        Assert.That(Encoding.UTF8.GetString(RawEdits.Apply(Encoding.UTF8.GetBytes(Plain), edits)),
            Is.EqualTo("""{"generationConfig":{"maxOutputTokens":70},"contents":[{"parts":[{"text":"hi"}]},{"role":"user","parts":[{"text":"end"}]}]}"""));
    }

    [TestCase("\"generationConfig\":{\"candidateCount\":3}", 3, null, 0L, false)]
    [TestCase("\"generationConfig\":{\"thinkingConfig\":{\"thinkingBudget\":0}}", 1, false, 0L, false)]
    [TestCase("\"generationConfig\":{\"thinkingConfig\":{\"thinkingBudget\":2048}}", 1, true, 2048L, false)]
    [TestCase("\"generationConfig\":{\"thinkingConfig\":{\"thinkingBudget\":-1}}", 1, true, 0L, false)]
    [TestCase("\"generationConfig\":{\"thinkingConfig\":{\"thinkingBudget\":\"2048\"}}", 1, true, 2048L, false)]
    [TestCase("\"generationConfig\":{\"responseModalities\":[1,3]}", 1, null, 0L, true)]
    [TestCase("\"generation_config\":{\"thinking_config\":{\"thinking_level\":\"high\"}}", 1, true, 0L, false)]
    [TestCase("\"generationConfig\":{\"responseModalities\":[\"TEXT\",\"AUDIO\"]}", 1, null, 0L, true)]
    public void Choices_thinking_and_audio_are_read(string field, int choices, bool? reasoning, long thinking, bool audio)
    {
        var request = Read(Body(field));
        Assert.That((request.Choices, request.Reasoning, request.ThinkingTokens, request.AsksForAudio), Is.EqualTo((choices, reasoning, thinking, audio)));
    }

    [TestCase("\"serviceTier\":\"priority\"", true)]
    [TestCase("\"service_tier\":\"flex\"", false)]
    [TestCase("\"toolConfig\":{\"functionCallingConfig\":{\"mode\":\"AUTO\"}}", false)]
    [TestCase("\"generationConfig\":{\"responseModalities\":[2]}", true)]
    public void A_dearer_tier_and_images_have_no_price(string field, bool unpriced) => Assert.That(Read(Body(field)).UnpricedFeature is not null, Is.EqualTo(unpriced));

    [Test]
    public void Data_that_a_function_gave_back_is_read_whatever_its_name()
    {
        var secret = new string('A', 80);
        var part = """{"functionResponse":{"name":"f","response":{"data":"SECRET"}}}""".Replace("SECRET", secret, StringComparison.Ordinal);
        Assert.That(Texts(Part(part), r => r.Texts), Does.Contain(secret));
    }

    [Test]
    public void Cached_content_is_input_that_is_not_in_the_body() => Assert.That(Read(Body("\"cachedContent\":\"cachedContents/x\"")).UnboundedParts, Is.EqualTo(1));

    [TestCase("""{"contents":7}""", "\"contents\" is not an array or an object")]
    [TestCase("""{"contents":[],"contents":[]}""", "the body has the key \"contents\" twice")]
    [TestCase("""{"generationConfig":{},"generation_config":{}}""", "the body has the key \"generation_config\" twice")]
    [TestCase("""{"toolConfig":{"functionCallingConfig":{"streamFunctionCallArguments":true}}}""",
        "\"tool_config\" is not a config without streamFunctionCallArguments: arguments that come in parts cannot be screened")]
    [TestCase("""{"generationConfig":[]}""", "\"generation_config\" is not an object")]
    [TestCase("""{"generationConfig":{"maxOutputTokens":"5"}}""", "\"generation_config\" is not an object whose maxOutputTokens is an integer from 0 to 2147483647")]
    [TestCase("""{"generationConfig":{"candidateCount":0}}""", "\"generation_config\" is not an object whose candidateCount is an integer from 1 to 128")]
    [TestCase("[]", "the body is not a JSON object")]
    public void What_cannot_be_read_with_certainty_is_an_error(string body, string expected)
    {
        Assert.That(GenerateContentRequestReader.TryRead(Encoding.UTF8.GetBytes(body), "m", out _, out var problem), Is.False);
        Assert.That(problem, Is.EqualTo(expected));
    }
}
