using System.Text.Json;
using IronCage.Runtime.Calls;
using IronCage.Runtime.Protections;
using IronCage.Runtime.Tests.Support;

namespace IronCage.Runtime.Tests.Calls;

public class FallbackHostTests
{
    private const HostAbilities Anywhere = HostAbilities.OtherPath | HostAbilities.OtherHost;
    private const string Azure = "http://127.0.0.1:9/openai/deployments/gpt-4o/chat/completions?api-version=1";
    private const string Google = "http://127.0.0.1:7/v1beta/models/gemini-2.5-pro:generateContent?key=k";

    private Cage _cage = null!;

    [SetUp]
    public void Open()
    {
        _cage = new Cage();
        _cage.Engine.AddHosts("127.0.0.1:8=openai,127.0.0.1:7=gemini,127.0.0.1:6=anthropic");
    }

    [TearDown]
    public void Close() => _cage.Dispose();

    private static string Behind(string behind, string more = "\"max_retries\":0") => "\"budget_usd\":\"1\",\"fallback\":{\"gpt-4o\":[" + behind + "]}," + more;

    private static string Other(string model = "gpt-4o-mini", int port = 8) => $"{{\"base_url\":\"http://127.0.0.1:{port}/v1\",\"model\":\"{model}\",\"slot\":7}}";

    private static Step Fail(ProtectedCall failed, int status = 503, string? body = null)
    {
        failed.Respond(status, true, "{}"u8);
        return Step.Of(ProtectedCall.Retry(failed, CallEnding.Complete, default, Wire.Utf8(body ?? Wire.Request()), nonblocking: true, out var next, out _), next);
    }

    private static (JsonElement Head, string Body) Parts(Step step)
    {
        Assert.That(step.Kind, Is.EqualTo(VerdictKind.Reroute));
        var cut = step.Text.IndexOf('\n', StringComparison.Ordinal);
        return (Wire.Parse(Wire.Utf8(step.Text[..cut])), step.Text[(cut + 1)..]);
    }

    [Test]
    public void The_same_is_asked_of_another_host_by_its_own_key_and_priced_scanned_and_held_there()
    {
        var protection = _cage.Protect(Behind(Other()));
        var body = Wire.Request("write to jane.doe@example.com");
        var (head, sent) = Parts(Fail(_cage.Begin(protection.OpenRun(null), body, can: Anywhere).Call, body: body) is var step ? step : default);
        var elsewhere = head.GetProperty("elsewhere");
        Assert.That((head.GetProperty("url").GetString(), elsewhere.GetProperty("slot").GetInt32(), elsewhere.GetProperty("key_header").GetString()),
            Is.EqualTo(("http://127.0.0.1:8/v1/chat/completions", 7, "authorization")));
        Assert.That(elsewhere.GetProperty("headers").EnumerateArray().Select(name => name.GetString()), Does.Contain("content-type").And.Not.Contains("authorization").And.Not.Contains("cookie"));
        Assert.That(sent, Does.Contain("gpt-4o-mini").And.Contain("[EMAIL_REDACTED]").And.Not.Contain("jane.doe"));
        step.Call.Respond(200, true, Wire.Utf8(Wire.Answer(usage: Wire.Usage(1000, 5))));
        step.Call.End(CallEnding.Complete);
        Assert.That(Cage.Figures(protection).Spent, Is.EqualTo(0.000153m));
        Assert.That(_cage.Drain().Where(e => e.Kind == "call.fell_back").Select(e => e.Details!),
            Has.Some.Contains("\"host\":\"127.0.0.1:8\",\"from\":\"gpt-4o\",\"to\":\"gpt-4o-mini\",\"from_host\":\"127.0.0.1:9\",\"why\":\"503\""));
    }

    [TestCase(401)]
    [TestCase(400)]
    [TestCase(302)]
    public void What_one_of_the_other_hosts_refuses_the_next_may_take(int status)
    {
        var protection = _cage.Protect(Behind(Other() + "," + Other("gpt-4.1") + ",\"gpt-4.1-mini\""));
        var second = Fail(Fail(_cage.Begin(protection.OpenRun(null), can: Anywhere).Call).Call, status);
        Assert.That(Parts(second).Body, Does.Contain("\"gpt-4.1\""));
        var third = Fail(second.Call, status);
        Assert.That((third.Kind, third.Json.GetProperty("model").GetString()), Is.EqualTo((VerdictKind.Rewrite, "gpt-4.1-mini"))); // at the first host again
        Assert.That(Fail(third.Call, 400).Kind, Is.EqualTo(VerdictKind.Pass));
        Assert.That(Cage.Figures(protection).Held, Is.EqualTo(0m));
    }

    [Test]
    public void Each_host_has_its_own_circuit_and_one_that_is_open_sends_calls_elsewhere_from_the_start()
    {
        var protection = _cage.Protect(Behind(Other("gpt-4o"), "\"max_retries\":0,\"circuit_breaker\":{\"failure_threshold\":1}"));
        var run = protection.OpenRun(null);
        Fail(_cage.Begin(run, can: Anywhere).Call).Call.End(CallEnding.Withdrawn);
        var (head, _) = Parts(_cage.Begin(run, Wire.Request("another"), can: Anywhere) is var second ? second : default);
        Assert.That(head.GetProperty("url").GetString(), Does.Contain(":8/"));
        Assert.That(Fail(second.Call, body: Wire.Request("another")).Kind, Is.EqualTo(VerdictKind.Pass));
        Assert.That(_cage.Begin(run, Wire.Request("a third"), can: Anywhere).Error, Is.EqualTo("CircuitOpen"));
    }

    [Test]
    public void A_circuit_that_opens_in_the_pause_sends_the_attempt_to_what_stands_behind()
    {
        var protection = _cage.Protect(Behind("\"gpt-4o-mini\"", "\"max_retries\":2,\"retry_delay\":1,\"circuit_breaker\":{\"failure_threshold\":2}"));
        var run = protection.OpenRun(null);
        var again = Fail(_cage.Begin(run).Call);
        Assert.That(again.Kind, Is.EqualTo(VerdictKind.Pending));
        _cage.Begin(run, Wire.Request("another")).Call.End(CallEnding.Cut); // the second failure
        _cage.Clock.Advance(TimeSpan.FromSeconds(2));
        var verdict = Step.Of(again.Call.Wait(0), again.Call);
        Assert.That((verdict.Kind, verdict.Json.GetProperty("model").GetString()), Is.EqualTo((VerdictKind.Rewrite, "gpt-4o-mini")));
        again.Call.End(CallEnding.Withdrawn);
        Assert.That(_cage.Drain().Where(e => e.Kind == "call.fell_back").Select(e => e.Details!), Has.Some.Contains("\"why\":\"circuit_open\""));
    }

    [TestCase("authorization: AWS4-HMAC-SHA256", Anywhere)]
    [TestCase("", HostAbilities.OtherPath)]
    public void A_client_that_cannot_send_there_is_told_with_the_first_call(string headers, HostAbilities can)
    {
        var run = _cage.Protect(Behind(Other())).OpenRun(null);
        var refused = _cage.Begin(run, Wire.Request(extra: "\"max_tokens\":9"), headers: headers, can: can);
        Assert.That((refused.Error, refused.Json.GetProperty("reason").GetString()), Is.EqualTo(("CallDenied", refused.Json.GetProperty("reason").GetString())));
        Assert.That(refused.Json.GetProperty("reason").GetString(), Does.Contain("another host"));
    }

    [Test]
    public void A_host_that_does_not_take_the_same_is_left_out_and_told()
    {
        var protection = _cage.Protect(Behind(Other(port: 6)));
        Assert.That(Fail(_cage.Begin(protection.OpenRun(null), can: Anywhere).Call).Kind, Is.EqualTo(VerdictKind.Pass));
        Assert.That(_cage.Drain().Select(e => e.Kind), Has.Some.EqualTo("call.cannot_fall_back"));
    }

    [TestCase(Azure, "gpt-4o", "gpt-4o-mini", "/openai/deployments/gpt-4o-mini/chat/completions?api-version=1")]
    [TestCase(Google, "gemini-2.5-pro", "gemini-2.5-flash", "/v1beta/models/gemini-2.5-flash:generateContent?key=k")]
    public void Models_in_paths_are_replaced_and_priced(string url, string from, string to, string expected)
    {
        var body = url == Google ? """{"contents":[{"parts":[{"text":"hello"}]}],"generationConfig":{"maxOutputTokens":10}}""" : Wire.Request(model: from);
        var options = $"\"budget_usd\":\"1\",\"max_retries\":0,\"fallback\":{{\"{from}\":[\"{to}\"]}}";
        var step = Fail(_cage.Begin(_cage.Protect(options).OpenRun(null), body, url: url, can: Anywhere).Call, body: body);
        var (head, sent) = Parts(step);
        Assert.That((head.GetProperty("url").GetString()!.EndsWith(expected, StringComparison.Ordinal), head.TryGetProperty("elsewhere", out _)), Is.EqualTo((true, false)));
        Assert.That(sent, Is.EqualTo(body.Replace(from, to, StringComparison.Ordinal)));
        step.Call.End(CallEnding.Withdrawn);
        // A host that cannot change the path is not asked to.
        Assert.That(Fail(_cage.Begin(_cage.Protect(options).OpenRun(null), body, url: url).Call, body: body).Kind, Is.EqualTo(VerdictKind.Pass));
    }

    [Test]
    public void What_does_not_fit_goes_to_the_cheaper_deployment()
    {
        var protection = _cage.Protect("\"budget_usd\":\"0.0009425\",\"degrade_at\":0.000001,\"degrade\":{\"gpt-4o\":\"gpt-4o-mini\"}");
        var step = _cage.Begin(protection.OpenRun(null), url: Azure, can: Anywhere);
        Assert.That(Parts(step).Head.GetProperty("url").GetString(), Does.Contain("/deployments/gpt-4o-mini/"));
        step.Call.Respond(200, true, Wire.Utf8(Wire.Answer(usage: Wire.Usage(1000, 5))));
        step.Call.End(CallEnding.Complete);
        Assert.That(Cage.Figures(protection).Spent, Is.EqualTo(0.000153m));
    }

    [Test]
    public void All_attempts_together_shorten_a_wait_for_money()
    {
        var protection = _cage.Protect("\"budget_usd\":\"0.0012\",\"hold_wait\":30,\"total_timeout\":5,\"lower_output\":false");
        var run = protection.OpenRun(null);
        var first = _cage.Begin(run, Wire.Request(extra: "\"max_tokens\":100"));
        var second = _cage.Begin(run, Wire.Request("second", extra: "\"max_tokens\":100"), nonblocking: true);
        Assert.That(second.Kind, Is.EqualTo(VerdictKind.Pending));
        _cage.Clock.Advance(TimeSpan.FromSeconds(4));
        Assert.That(second.Call.Wait(0).Kind, Is.EqualTo(VerdictKind.Pending));
        _cage.Clock.Advance(TimeSpan.FromSeconds(2));
        Assert.That(Step.Of(second.Call.Wait(60_000), null).Error, Is.EqualTo("BudgetExceeded"));
        first.Call.End(CallEnding.Withdrawn);
    }

    [Test]
    public void All_attempts_together_shorten_a_wait_for_a_turn()
    {
        var run = _cage.Protect("\"max_concurrent\":1,\"total_timeout\":5").OpenRun(null);
        var first = _cage.Begin(run);
        var second = _cage.Begin(run, Wire.Request("second"), nonblocking: true);
        Assert.That(second.Kind, Is.EqualTo(VerdictKind.Pending));
        _cage.Clock.Advance(TimeSpan.FromSeconds(6));
        Assert.That(Step.Of(second.Call.Wait(60_000), null).Error, Is.EqualTo("LimitReached"));
        first.Call.End(CallEnding.Withdrawn);
    }

    [TestCase("{\"base_url\":\"http://127.0.0.1:5/v1\"}", "base_url")]
    [TestCase("{\"base_url\":\"https://bedrock-runtime.us-east-1.amazonaws.com\"}", "base_url")]
    [TestCase("{\"base_url\":\"https://user:secret@api.openai.com/v1\"}", "base_url")]
    [TestCase("{\"base_url\":\"https://api.openai.com/v1?key=k\"}", "base_url")]
    [TestCase("{\"base_url\":\"api.openai.com\"}", "base_url")]
    [TestCase("{\"model\":\"m\"}", "base_url")]
    [TestCase("{\"base_url\":\"https://api.openai.com/v1\",\"api_key\":\"k\"}", "api_key")]
    [TestCase("{\"base_url\":\"https://api.openai.com/v1\",\"api_key_header\":\"a b\"}", "api_key_header")]
    public void Options_that_make_no_sense_are_named(string behind, string option) =>
        Assert.That(Assert.Throws<ConfigException>(() => _cage.Protect(Behind(behind)))!.Message, Does.StartWith("fallback[gpt-4o][0]." + option).And.Not.Contain("secret"));
}
