using IronCage.Runtime.Calls;
using IronCage.Runtime.Protections;
using IronCage.Runtime.Runs;
using IronCage.Runtime.Tests.Support;

namespace IronCage.Runtime.Tests.Calls;

public class FallbackTests
{
    private const string Chain = "\"budget_usd\":\"1\",\"fallback\":{\"gpt-4o\":[\"no-such-model\",\"gpt-4o-mini\",\"gpt-4.1\"]},";

    private Cage _cage = null!;

    [SetUp]
    public void Open() => _cage = new Cage();

    [TearDown]
    public void Close() => _cage.Dispose();

    private static Step Retry(ProtectedCall failed, out bool isLast, int status = 503, string? body = null, string headers = "")
    {
        failed.Respond(status, true, "{}"u8);
        var verdict = ProtectedCall.Retry(failed, CallEnding.Complete, Wire.Utf8(headers), Wire.Utf8(body ?? Wire.Request()), nonblocking: true, out var next, out isLast);
        return Step.Of(verdict, next);
    }

    private void Check(Protection protection, int calls, int fallbacks, int denied = 0)
    {
        var report = Cage.Report(protection);
        Assert.That((report.GetProperty("calls").GetInt32(), report.GetProperty("fallbacks").GetInt32(), report.GetProperty("denied").GetInt32(), Cage.Figures(protection).Held),
            Is.EqualTo((calls, fallbacks, denied, 0m)));
    }

    [Test]
    public void When_the_attempts_at_a_model_are_over_the_next_that_has_a_price_is_called_at_its_own()
    {
        var protection = _cage.Protect(Chain + "\"max_retries\":0");
        var run = protection.OpenRun(null);
        var second = Retry(_cage.Begin(run).Call, out _);
        Assert.That((second.Kind, second.Json.GetProperty("model").GetString()), Is.EqualTo((VerdictKind.Rewrite, "gpt-4o-mini")));
        var third = Retry(second.Call, out _);
        Assert.That(third.Json.GetProperty("model").GetString(), Is.EqualTo("gpt-4.1"));
        third.Call.Respond(200, true, Wire.Utf8(Wire.Answer(usage: Wire.Usage(1000, 5))));
        third.Call.End(CallEnding.Complete);
        Check(protection, calls: 3, fallbacks: 2);
        Assert.That(Cage.Figures(protection).Spent, Is.EqualTo(0.00204m)); // gpt-4.1: 2 and 8 dollars a million
        Assert.That(_cage.Drain().Where(e => e.Kind == "call.fell_back").Select(e => e.Details!), Has.Some.Contains("\"from\":\"gpt-4o\",\"to\":\"gpt-4o-mini\",\"why\":\"503\""));
    }

    [Test]
    public void The_last_model_that_fails_ends_it_with_the_cap()
    {
        var protection = _cage.Protect("\"fallback\":{\"gpt-4o\":[\"gpt-4o-mini\"]},\"max_retries\":1,\"retry_delay\":0.001,\"circuit_breaker\":null");
        var again = Retry(_cage.Begin(protection.OpenRun(null)).Call, out var isLast);
        Assert.That((again.Kind, isLast), Is.EqualTo((VerdictKind.Pending, false)));
        _cage.Clock.Advance(TimeSpan.FromSeconds(1));
        again.Call.Wait(0);
        var other = Retry(again.Call, out isLast);
        Assert.That((other.Kind, isLast), Is.EqualTo((VerdictKind.Rewrite, false)));
        Assert.That((Retry(other.Call, out isLast).Kind, isLast), Is.EqualTo((VerdictKind.Pass, true)));
        Check(protection, calls: 3, fallbacks: 1);
    }

    [TestCase(400, "")]
    [TestCase(503, "x-should-retry: false")]
    public void What_would_fail_anywhere_is_handed_on(int status, string headers)
    {
        var protection = _cage.Protect(Chain + "\"max_retries\":0");
        Assert.That(Retry(_cage.Begin(protection.OpenRun(null)).Call, out _, status, headers: headers).Kind, Is.EqualTo(VerdictKind.Pass));
    }

    [Test]
    public void A_pause_above_the_ceiling_is_not_waited_for_where_there_is_another_model()
    {
        var protection = _cage.Protect(Chain + "\"retry_after_ceiling\":1");
        Assert.That(Retry(_cage.Begin(protection.OpenRun(null)).Call, out _, 429, headers: "retry-after: 30").Kind, Is.EqualTo(VerdictKind.Rewrite));
    }

    [Test]
    public void While_the_circuit_is_open_calls_go_to_the_next_model_from_the_start_and_their_own_circuit_counts()
    {
        var protection = _cage.Protect("\"budget_usd\":\"1\",\"fallback\":{\"gpt-4o\":[\"gpt-4o-mini\"]},\"max_retries\":0,\"circuit_breaker\":{\"failure_threshold\":1}");
        var run = protection.OpenRun(null);
        Assert.That(Retry(Retry(_cage.Begin(run).Call, out _).Call, out _).Kind, Is.EqualTo(VerdictKind.Pass));
        // Both are open now.
        Assert.That(_cage.Begin(run, Wire.Request("another")).Error, Is.EqualTo("CircuitOpen"));
        _cage.Clock.Advance(TimeSpan.FromSeconds(61));
        var probe = _cage.Begin(run, Wire.Request("another")).Call;
        var second = _cage.Begin(run, Wire.Request("while the probe is under way"));
        Assert.That((second.Kind, second.Json.GetProperty("model").GetString()), Is.EqualTo((VerdictKind.Rewrite, "gpt-4o-mini")));
        probe.End(CallEnding.Withdrawn);
        second.Call.End(CallEnding.Withdrawn);
        Check(protection, calls: 2, fallbacks: 1, denied: 1);
        Assert.That(_cage.Drain().Where(e => e.Kind == "call.fell_back").Select(e => e.Details!), Has.Some.Contains("circuit_open"));
    }

    [Test]
    public void Found_texts_are_redacted_for_the_other_model_too()
    {
        var protection = _cage.Protect(Chain + "\"max_retries\":0");
        var body = Wire.Request("write to jane.doe@example.com");
        var other = Retry(_cage.Begin(protection.OpenRun(null), body).Call, out _, body: body);
        Assert.That(other.Text, Does.Contain("gpt-4o-mini").And.Contain("[EMAIL_REDACTED]").And.Not.Contain("jane.doe"));
        other.Call.End(CallEnding.Withdrawn);
    }

    [Test]
    public void A_signed_request_stays_as_it_is()
    {
        var protection = _cage.Protect(Chain + "\"max_retries\":0");
        var signed = _cage.Begin(protection.OpenRun(null), Wire.Request(extra: "\"max_tokens\":9"), headers: "authorization: AWS4-HMAC-SHA256").Call;
        Assert.That(Retry(signed, out _, body: Wire.Request(extra: "\"max_tokens\":9")).Kind, Is.EqualTo(VerdictKind.Pass));
    }

    [Test]
    public void At_last_the_answer_to_the_very_same_request_is_given_again()
    {
        var protection = _cage.Protect("\"budget_usd\":\"1\",\"max_retries\":0,\"fallback_to_memory\":true,\"circuit_breaker\":{\"failure_threshold\":2}");
        var run = protection.OpenRun(null);
        var answer = Wire.Answer("write to jane.doe@example.com", usage: Wire.Usage(10, 5));
        _cage.Whole(run, answer: answer);
        var again = Retry(_cage.Begin(run).Call, out _);
        Assert.That((again.Kind, again.Json.GetProperty("status").GetInt32(), again.Json.GetProperty("respond").GetBoolean()), Is.EqualTo((VerdictKind.Refuse, 200, true)));
        Assert.That(again.Json.GetProperty("body").GetString(), Does.Contain("[EMAIL_REDACTED]").And.Not.Contain("jane"));
        // Another question, another run: nothing is known.
        var other = Wire.Request("another");
        Assert.That(Retry(_cage.Begin(run, other).Call, out _, body: other).Kind, Is.EqualTo(VerdictKind.Pass));
        // The circuit is open now: the same, without a call.
        Assert.That(_cage.Begin(run).Json.GetProperty("status").GetInt32(), Is.EqualTo(200));
        Assert.That(_cage.Begin(run, other).Error, Is.EqualTo("CircuitOpen"));
        Assert.That(_cage.Begin(protection.OpenRun(null)).Error, Is.EqualTo("CircuitOpen"));
        Check(protection, calls: 3, fallbacks: 2, denied: 2);
    }

    [Test]
    public void What_is_kept_of_answers_is_bounded()
    {
        var memory = new AnswerMemory();
        for (var i = 0; i <= AnswerMemory.Most; i++)
            memory.Keep("host", [(byte)i], "{}"u8);
        memory.Keep("host", [200], new byte[AnswerMemory.Longest + 1]);
        memory.Keep("host", [201], [0xff]);
        memory.Keep("host", [5], "[]"u8);
        Assert.That((memory.Find("host", [0]), memory.Find("host", [200]), memory.Find("host", [201]), memory.Find("other", [5])), Is.EqualTo(((byte[]?)null, (byte[]?)null, (byte[]?)null, (byte[]?)null)));
        Assert.That((memory.Find("host", [1]), memory.Find("host", [5])), Is.EqualTo(("{}"u8.ToArray(), "[]"u8.ToArray())));
    }

    [TestCase("{}", "fallback")]
    [TestCase("[]", "fallback")]
    [TestCase("{\"a\":[]}", "fallback[a]")]
    [TestCase("{\"a\":[\"a\"]}", "fallback[a]")]
    [TestCase("{\"a\":[\"b\",\"b\"]}", "fallback[a]")]
    [TestCase("{\"\":[\"b\"]}", "fallback")]
    public void Options_that_make_no_sense_are_named(string value, string option) =>
        Assert.That(Assert.Throws<ConfigException>(() => _cage.Protect("\"fallback\":" + value))!.Message, Does.StartWith(option));
}
