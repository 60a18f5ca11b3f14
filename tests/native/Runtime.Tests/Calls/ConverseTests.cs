using System.Text;
using IronCage.Runtime.Calls;
using IronCage.Runtime.Protections;
using IronCage.Runtime.Tests.Support;

namespace IronCage.Runtime.Tests.Calls;

/// <summary>Calls at Bedrock: the price of the provider, in the model's own name, and streams in binary messages.</summary>
public class ConverseTests
{
    private const string Claude = "us.anthropic.claude-sonnet-4-5-20250929-v1:0";
    private const string Host = "https://bedrock-runtime.us-east-1.amazonaws.com/model/";
    private const string Usage = """{"inputTokens":25,"outputTokens":15,"totalTokens":77,"cacheReadInputTokens":7,"cacheWriteInputTokens":30,"cacheDetails":[{"ttl":"1h","inputTokens":20}]}""";

    /// <summary>25 × $3.3, 10 × $4.125, 20 × $6.6, 7 × $0.33 and 15 × $16.5 per million: a tenth above the vendor's own prices, as it is in one region.</summary>
    private const decimal Billed = (25 * 3m + 10 * 3.75m + 20 * 6m + 7 * 0.3m + 15 * 15m) * 1.1m / 1_000_000;

    private Cage _cage = null!;
    private Protection _protection = null!;

    [SetUp]
    public void Open()
    {
        _cage = new Cage();
        _protection = _cage.Protect("\"budget_usd\":\"1\",\"circuit_breaker\":null");
    }

    [TearDown]
    public void Close() => _cage.Dispose();

    private static string Url(string operation = "converse", string model = Claude) => Host + Uri.EscapeDataString(model) + "/" + operation;

    private static string Request(string text = "hello", string extra = "", string limit = "100") =>
        $$$$"""{"messages":[{"role":"user","content":[{"text":{{{{Wire.Quote(text)}}}}}]}],"inferenceConfig":{"maxTokens":{{{{limit}}}}}{{{{extra}}}}}""";

    private Step Begin(string? body = null, string? url = null, string headers = "", Protection? protection = null) =>
        _cage.Begin((protection ?? _protection).OpenRun(null), body ?? Request(), url: url ?? Url(), headers: headers);

    [TestCase("", 1)]
    [TestCase(",\"system\":[{\"cachePoint\":{\"type\":\"default\"}}]", 1.25)]
    [TestCase(",\"system\":[{\"cachePoint\":{\"type\":\"default\",\"ttl\":\"1h\"}}]", 2)]
    public void The_input_is_held_at_the_price_of_the_writes_it_asks_for(string extra, decimal factor)
    {
        Begin(Request(extra: extra));
        // What stands in a marker is text like any other, in a message of its own.
        var more = extra.Length == 0 ? 0 : 4 + (extra.Contains("1h", StringComparison.Ordinal) ? "default1h".Length : "default".Length);
        Assert.That(Cage.Figures(_protection).Held, Is.EqualTo(((24 + more) * 3.3m * factor + 100 * 16.5m) / 1_000_000));
    }

    [TestCase(Claude)]
    [TestCase("arn:aws:bedrock:us-east-1:123456789012:inference-profile/us.anthropic.claude-sonnet-4-5-20250929-v1:0")]
    [TestCase("anthropic.claude-sonnet-4-5-20250929-v1:0")]
    public void A_whole_answer_costs_its_buckets_by_whatever_name_the_model_is_asked(string model)
    {
        var call = Begin(url: Url(model: model)).Call;
        Assert.That(call.Respond(200, true, Wire.Utf8($$$$"""{"output":{"message":{"role":"assistant","content":[{"text":"hi"}]}},"stopReason":"end_turn","usage":{{{{Usage}}}}}""")).Kind, Is.EqualTo(VerdictKind.Send));
        call.End(CallEnding.Complete);
        Assert.That(Cage.Figures(_protection).Spent, Is.EqualTo(Billed));
        Assert.That(Encoding.UTF8.GetString(_protection.Report()), Does.Contain(model));
    }

    [TestCase("application-inference-profile")]
    [TestCase("provisioned-model")]
    [TestCase("prompt")]
    public void A_name_that_says_no_model_has_no_price(string kind) =>
        Assert.That(Begin(url: Url(model: $"arn:aws:bedrock:us-east-1:1:{kind}/abc")).Error, Is.EqualTo("UnpricedModel"));

    [Test]
    public void Without_a_limit_the_models_most_is_held_or_what_there_is_and_written_where_it_belongs()
    {
        Begin("""{"messages":[{"role":"user","content":[{"text":"hello"}]}]}""");
        Assert.That(Cage.Figures(_protection).Held, Is.LessThanOrEqualTo(0.25m).And.GreaterThan(0.2m)); // a quarter of the rest, as of any open end
        var rich = _cage.Protect("\"budget_usd\":\"1000\"");
        Assert.That(Begin("""{"messages":[{"role":"user","content":[{"text":"hello"}]}]}""", protection: rich).Kind, Is.EqualTo(VerdictKind.Send));
        Assert.That(Cage.Figures(rich).Held, Is.EqualTo((24 * 3.3m + 64_000 * 16.5m) / 1_000_000));
    }

    [Test]
    public void What_does_not_fit_is_lowered_in_the_inference_config()
    {
        var poor = _cage.Protect("\"budget_usd\":\"0.01\"");
        var begun = Begin(Request(limit: "60000"), protection: poor);
        Assert.That(begun.Kind, Is.EqualTo(VerdictKind.Rewrite));
        Assert.That(begun.Json.GetProperty("inferenceConfig").GetProperty("maxTokens").GetInt64(), Is.EqualTo(601).Within(2));
    }

    [TestCase("x-amzn-bedrock-guardrailidentifier: g")]
    [TestCase("X-Amzn-Bedrock-PerformanceConfig-Latency: optimized")]
    [TestCase("X-Amzn-Bedrock-Service-Tier: priority")]
    public void Headers_with_a_price_of_their_own_are_refused(string header) => Assert.That(Begin(headers: header).Error, Is.EqualTo("UnpricedModel"));

    [TestCase("X-Amzn-Bedrock-PerformanceConfig-Latency: Standard")]
    [TestCase("X-Amzn-Bedrock-Service-Tier: flex")]
    [TestCase("X-Amzn-Bedrock-Trace: ENABLED")]
    public void Others_are_not(string header) => Assert.That(Begin(headers: header).Kind, Is.EqualTo(VerdictKind.Send));

    [Test]
    public void Tokens_are_counted_for_nothing_and_their_texts_are_screened()
    {
        var begun = Begin("""{"input":{"converse":{"messages":[{"role":"user","content":[{"text":"mail jane.doe@example.com"}]}]}}}""", Url("count-tokens"));
        Assert.That((begun.Kind, begun.Text), Is.EqualTo((VerdictKind.Rewrite, """{"input":{"converse":{"messages":[{"role":"user","content":[{"text":"mail [EMAIL_REDACTED]"}]}]}}}""")));
        begun.Call.Respond(200, true, Wire.Utf8("""{"inputTokens":9}"""));
        begun.Call.End(CallEnding.Complete);
        Assert.That(Cage.Figures(_protection).Spent, Is.Zero);
    }

    [Test]
    public void A_document_of_text_is_redacted_inside_its_base64()
    {
        static string Body(string text) => Request(extra: "").Replace("{\"text\":\"hello\"}", $$$$"""{"document":{"format":"txt","name":"n","source":{"bytes":"{{{{Convert.ToBase64String(Wire.Utf8(text))}}}}"}}}""", StringComparison.Ordinal);
        Assert.That(Begin(Body("mail jane.doe@example.com now")).Text, Is.EqualTo(Body("mail [EMAIL_REDACTED] now")));
    }

    [Test]
    public void Other_vendors_bodies_are_sent_to_converse()
    {
        var refused = Begin("""{"prompt":"hi","max_gen_len":10}""", Url("invoke", "meta.llama3-3-70b-instruct-v1:0"));
        Assert.That((refused.Error, refused.Json.GetProperty("reason").GetString()), Is.EqualTo(("CallDenied",
            "invoke is read for Anthropic's models (an \"anthropic_version\" in the body) and Amazon's Nova (its \"messages\") only; call other models by converse")));
        Assert.That(Wire.Parse(Wire.Utf8(refused.Json.GetProperty("body").GetString()!)).GetProperty("__type").GetString(), Is.EqualTo("AccessDeniedException"));
    }

    [TestCase("warn", false)]
    [TestCase("deny", true)]
    public void A_damaged_stream_is_content_that_nobody_can_read(string unscannable, bool refused)
    {
        var protection = _cage.Protect($"\"budget_usd\":\"1\",\"unscannable\":\"{unscannable}\"");
        var call = Begin(url: Url("converse-stream"), protection: protection).Call;
        var (output, refusal) = Cage.Stream(call, [Wire.Utf8("no message of an event stream, jane.doe@example.com ")]);
        call.End(CallEnding.Complete);
        Assert.That(refusal?.Error, Is.EqualTo(refused ? "CallDenied" : null));
        Assert.That(output, Is.EqualTo(refused ? "" : "no message of an event stream, [EMAIL_REDACTED] "));
        Assert.That(Cage.Report(protection).GetProperty("unscannable").GetInt64(), Is.EqualTo(1));
        Assert.That(Cage.Figures(protection).Spent, Is.GreaterThan(0));
    }

    private const string Signed = "authorization: AWS4-HMAC-SHA256";

    [Test]
    public void A_signed_request_is_refused_where_it_would_have_to_be_changed()
    {
        var refused = Begin(Request("mail jane.doe@example.com"), headers: Signed);
        Assert.That((refused.Error, refused.Json.GetProperty("reason").GetString()), Is.EqualTo(("CallDenied",
            "the request is signed (AWS SigV4), so what was found in it cannot be redacted without breaking the signature: call by boto3, which is judged before it signs, or with an API key of Bedrock's instead of a signature")));
        Assert.That(Begin(Request("mail jane.doe@example.com"), headers: "authorization: Bearer").Kind, Is.EqualTo(VerdictKind.Rewrite));
    }

    [Test]
    public void Of_a_signed_request_the_output_is_not_lowered()
    {
        Assert.That(Begin(headers: Signed).Kind, Is.EqualTo(VerdictKind.Send));
        var poor = _cage.Protect("\"budget_usd\":\"0.01\"");
        Assert.That(Begin(Request(limit: "60000"), headers: Signed, protection: poor).Error, Is.EqualTo("BudgetExceeded"));
        Assert.That(Begin("""{"messages":[{"role":"user","content":[{"text":"hello"}]}]}""", headers: Signed, protection: poor).Error, Is.EqualTo("BudgetExceeded"));
        var rich = _cage.Protect("\"budget_usd\":\"1000\"");
        Assert.That(Begin("""{"messages":[{"role":"user","content":[{"text":"hello"}]}]}""", headers: Signed, protection: rich).Kind, Is.EqualTo(VerdictKind.Send));
    }

    [Test]
    public void A_signed_request_does_not_ask_for_usage_on_the_callers_behalf()
    {
        const string Chat = "https://bedrock-runtime.us-east-1.amazonaws.com/openai/v1/chat/completions";
        var body = """{"model":"openai.gpt-oss-20b-1:0","max_completion_tokens":100,"stream":true,"messages":[{"role":"user","content":"hello"}]}""";
        Assert.That(Begin(body, Chat).Kind, Is.EqualTo(VerdictKind.Rewrite));
        Assert.That(Begin(body, Chat, Signed).Kind, Is.EqualTo(VerdictKind.Send));
    }
}
