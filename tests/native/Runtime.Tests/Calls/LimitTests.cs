using System.Text.Json;
using IronCage.Runtime.Calls;
using IronCage.Runtime.Protections;
using IronCage.Runtime.Tests.Support;

namespace IronCage.Runtime.Tests.Calls;

/// <summary>Rates, places in flight, and what providers say of theirs, seen by whole calls.</summary>
public class LimitTests
{
    private const string Key = "127.0.0.1:9|gpt-4o";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private Cage _cage = null!;

    [SetUp]
    public void Open() => _cage = new Cage();

    [TearDown]
    public void Close() => _cage.Dispose();

    private Step Begin(Protection protection, string? body = null) => _cage.Begin(protection.OpenRun(null), body, nonblocking: true);

    private static JsonElement Limit(Protection protection) => Cage.Report(protection).GetProperty("limits").EnumerateArray().Single();

    /// <summary>As <see cref="Begin"/>, of a call that waits for nothing but perhaps the tables of the tokenizer.</summary>
    private Step Decide(Protection protection, string? body = null) => Begin(protection, body) is var begun && begun.Kind == VerdictKind.Pending ? Decided(begun) : begun;

    /// <summary>The verdict of a pending call, once the thread pool has carried on with it.</summary>
    private static Step Decided(Step begun) => Step.Of(begun.Call.Wait((int)Patience.TotalMilliseconds), begun.Call);

    private static void Answer(Step begun, int status = 200, string headers = "", string? usage = null)
    {
        begun.Call.Respond(status, true, Wire.Utf8(status < 300 ? Wire.Answer(usage: usage ?? Wire.Usage(10, 5)) : "{}"), Wire.Utf8(headers));
        begun.Call.End(CallEnding.Complete);
    }

    [Test]
    public void A_call_beyond_the_rate_waits_for_its_turn_and_then_goes()
    {
        var protection = _cage.Protect("\"requests_per_minute\":1,\"max_wait\":90,\"budget_usd\":\"1\"");
        Answer(Begin(protection));
        var second = Begin(protection);
        Assert.That((second.Kind, Limit(protection).GetProperty("waiting").GetInt32()), Is.EqualTo((VerdictKind.Pending, 1)));
        _cage.Clock.Advance(TimeSpan.FromSeconds(60));
        Assert.That(Decided(second).Kind, Is.EqualTo(VerdictKind.Send));
        Answer(second);
        var waited = _cage.Drain().Single(e => e.Kind == "call.waited");
        var details = Wire.Parse(Wire.Utf8(waited.Details!));
        Assert.That((details.GetProperty("limit").GetString(), details.GetProperty("seconds").GetDouble(), details.GetProperty("key").GetString()), Is.EqualTo(("requests_per_minute", 60.0, Key)));
        Assert.That((Limit(protection).GetProperty("waited").GetInt32(), Limit(protection).GetProperty("in_flight").GetInt32()), Is.EqualTo((1, 0)));
        Assert.That((Cage.Figures(protection).Calls, Cage.Figures(protection).Held), Is.EqualTo((2L, 0m)));
    }

    [Test]
    public void A_call_whose_turn_does_not_come_is_refused_and_the_next_asks_again()
    {
        var protection = _cage.Protect("\"requests_per_minute\":1,\"max_wait\":20,\"budget_usd\":\"1\"");
        var run = protection.OpenRun(null);
        Answer(_cage.Begin(run));
        var second = _cage.Begin(run, nonblocking: true);
        _cage.Clock.Advance(TimeSpan.FromSeconds(20));
        var refused = Decided(second);
        Assert.That((refused.Error, refused.Json.GetProperty("limit").GetString(), refused.Json.GetProperty("retry_after").GetDouble(), refused.Json.GetProperty("status").GetInt32()),
            Is.EqualTo(("LimitReached", "requests_per_minute", 40.0, 429)));
        Assert.That((Cage.Figures(protection).Calls, Cage.Figures(protection).Held), Is.EqualTo((1L, 0m)), "its hold is given back");
        Assert.That(run.Close()?.LimitReached, Is.EqualTo("requests_per_minute"));
        _cage.Clock.Advance(TimeSpan.FromSeconds(40));
        Answer(_cage.Begin(run));
        Assert.That(run.Close(), Is.Null, "a call was let through since");
    }

    [Test]
    public void Without_a_wait_it_is_refused_at_once()
    {
        var protection = _cage.Protect("\"max_concurrent\":1,\"max_wait\":0");
        var first = Begin(protection);
        var refused = Begin(protection);
        Assert.That((refused.Error, refused.Json.GetProperty("limit").GetString(), refused.Json.GetProperty("retry_after").GetDouble()), Is.EqualTo(("LimitReached", "max_concurrent", 1.0)));
        Answer(first);
        Answer(Begin(protection));
    }

    [Test]
    public void Tokens_are_those_of_input_and_output_and_then_what_was_used()
    {
        var protection = _cage.Protect("\"tokens_per_minute\":1000,\"max_wait\":0");
        var first = Decide(protection, Wire.Request(extra: "\"max_tokens\":600"));
        Assert.That(Limit(protection).GetProperty("tokens").GetInt64(), Is.InRange(601, 700));
        Assert.That(Decide(protection, Wire.Request(extra: "\"max_tokens\":600")).Json.GetProperty("limit").GetString(), Is.EqualTo("tokens_per_minute"));
        Answer(first, usage: Wire.Usage(10, 5));
        Assert.That(Limit(protection).GetProperty("tokens").GetInt64(), Is.EqualTo(15));
        var second = Decide(protection, Wire.Request(extra: "\"max_tokens\":600"));
        second.Call.End(CallEnding.NotSent);
        Assert.That((Limit(protection).GetProperty("tokens").GetInt64(), Limit(protection).GetProperty("requests").GetInt32()), Is.EqualTo((15L, 1)), "what never left counts as nothing");
        var third = Decide(protection, Wire.Request(extra: "\"max_tokens\":600"));
        var counted = Limit(protection).GetProperty("tokens").GetInt64();
        third.Call.End(CallEnding.NoResponse);
        Assert.That(Limit(protection).GetProperty("tokens").GetInt64(), Is.EqualTo(counted), "nobody knows what it used");
    }

    [Test]
    public void A_call_that_no_minute_has_the_tokens_for_is_refused_at_once_and_says_so()
    {
        var protection = _cage.Protect("\"tokens_per_minute\":1000");
        var refused = Decide(protection, Wire.Request(extra: "\"max_tokens\":2000"));
        Assert.That((refused.Error, refused.Json.GetProperty("limit").GetString(), refused.Json.TryGetProperty("retry_after", out _)), Is.EqualTo(("LimitReached", "tokens_per_minute", false)));
        Assert.That(refused.Json.GetProperty("reason").GetString(), Does.Contain("1000 a minute").And.Contain("in vain"));
        Assert.That(Decide(protection, Wire.Request(extra: "\"max_tokens\":500")).Kind, Is.EqualTo(VerdictKind.Send), "a smaller one fits");
    }

    [Test]
    public void Input_is_counted_by_the_tokenizer_before_a_call_is_refused_for_its_bytes()
    {
        var protection = _cage.Protect("\"tokens_per_minute\":1000,\"max_wait\":0");
        var text = string.Join(' ', Enumerable.Repeat("international", 100)); // 1,400 bytes, about 100 tokens
        Assert.That(Decide(protection, Wire.Request(text, extra: "\"max_tokens\":500")).Kind, Is.EqualTo(VerdictKind.Send));
        Assert.That(Limit(protection).GetProperty("tokens").GetInt64(), Is.InRange(600, 900));
    }

    [Test]
    public void A_request_that_says_nothing_of_its_output_counts_as_one_of_usual_length()
    {
        var protection = _cage.Protect("\"tokens_per_minute\":10000");
        Begin(protection, Wire.Request(extra: ""));
        Assert.That(Limit(protection).GetProperty("tokens").GetInt64(), Is.InRange(4097, 4200));
    }

    [Test]
    public void A_model_without_a_price_is_counted_by_its_bytes()
    {
        var protection = _cage.Protect("\"tokens_per_minute\":1000,\"unpriced\":\"warn\"");
        var body = Wire.Request(model: "unknown", extra: "\"max_tokens\":100");
        var begun = Begin(protection, body);
        Assert.That(Limit(protection).GetProperty("tokens").GetInt64(), Is.EqualTo(body.Length + 100));
        Answer(begun);
        Assert.That(Limit(protection).GetProperty("tokens").GetInt64(), Is.EqualTo(15));
    }

    [TestCase("whole")]
    [TestCase("status 500")]
    [TestCase("stream")]
    [TestCase("stream 500")]
    [TestCase("Complete")]
    [TestCase("NotSent")]
    [TestCase("NoResponse")]
    [TestCase("Aborted")]
    [TestCase("Withdrawn")]
    [TestCase("Cancelled")]
    [TestCase("Cut")]
    [TestCase("aborted stream")]
    [TestCase("denied")]
    public void Whatever_ends_a_call_gives_its_place_back_once(string how)
    {
        var protection = _cage.Protect("\"max_concurrent\":1,\"max_wait\":0,\"budget_usd\":\"1\",\"denied_tools\":[\"drop\"],\"circuit_breaker\":null");
        for (var i = 0; i < 3; i++)
        {
            var begun = Begin(protection, how.Contains("stream", StringComparison.Ordinal) ? Wire.Streamed() : null);
            Assert.That((begun.Opened is not null, Begin(protection).Error), Is.EqualTo((true, "LimitReached")));
            switch (how)
            {
                case "whole": Answer(begun); break;
                case "status 500": Answer(begun, 500); break;
                case "denied": begun.Call.Respond(200, true, "{\"choices\":[{\"message\":{\"tool_calls\":[{\"function\":{\"name\":\"drop\",\"arguments\":\"{}\"}}]}}]}"u8); break;
                case "stream": Cage.Stream(begun.Call, Wire.Utf8(Wire.Chunk("x") + Wire.Stop + Wire.UsageChunk(10, 5) + Wire.Done)); break;
                case "stream 500": begun.Call.OpenStream(500); break;
                case "aborted stream": begun.Call.OpenStream(200); begun.Call.Feed(Wire.Utf8(Wire.Chunk("x"))); begun.Call.End(CallEnding.Aborted); break;
                default: begun.Call.End(Enum.Parse<CallEnding>(how)); break;
            }
            begun.Call.End(CallEnding.Complete);
            begun.Call.End(CallEnding.Aborted);
            Assert.That(Limit(protection).GetProperty("in_flight").GetInt32(), Is.Zero);
        }
    }

    [TestCase("withdrawn")]
    [TestCase("stopped")]
    [TestCase("out of time")]
    public void A_wait_ends_with_what_it_waits_for(string how)
    {
        var protection = _cage.Protect("\"max_concurrent\":1,\"max_wait\":3600,\"budget_usd\":\"1\"" + (how == "out of time" ? ",\"timeout\":10" : ""));
        var first = Begin(protection);
        var second = Begin(protection);
        Assert.That(second.Kind, Is.EqualTo(VerdictKind.Pending));
        switch (how)
        {
            case "withdrawn": second.Call.End(CallEnding.Withdrawn); break;
            case "stopped": protection.Stop("enough"); break;
            default: _cage.Clock.Advance(TimeSpan.FromSeconds(10)); break;
        }
        if (how != "withdrawn")
            Assert.That(Decided(second).Error, Is.EqualTo(how == "stopped" ? "AgentStopped" : "LimitReached"));
        Assert.That(() => (Limit(protection).GetProperty("waiting").GetInt32(), Cage.Figures(protection).Calls), Is.EqualTo((0, 1L)).After((int)Patience.TotalMilliseconds, 10));
        Answer(first);
        Assert.That(() => (Limit(protection).GetProperty("in_flight").GetInt32(), Cage.Figures(protection).BudgetHeld), Is.EqualTo((0, (decimal?)0m)).After((int)Patience.TotalMilliseconds, 10));
    }

    [Test]
    public void Nested_protections_all_have_their_say()
    {
        var outer = _cage.Protect("\"max_concurrent\":1,\"max_wait\":0", agent: "outer");
        var inner = _cage.Protect("\"max_concurrent\":2,\"max_wait\":0", agent: "inner");
        var run = inner.OpenRun(outer.OpenRun(null));
        var first = _cage.Begin(run);
        Assert.That(_cage.Begin(run).Error, Is.EqualTo("LimitReached"));
        Assert.That((Limit(inner).GetProperty("in_flight").GetInt32(), Limit(outer).GetProperty("in_flight").GetInt32()), Is.EqualTo((1, 1)), "what one of them refuses holds no place of the other's");
        Assert.That(_cage.Begin(inner.OpenRun(null)).Kind, Is.EqualTo(VerdictKind.Send));
        Answer(first);
    }

    [Test]
    public void After_429_with_a_time_the_calls_of_the_model_wait_for_it()
    {
        var protection = _cage.Protect();
        Answer(Begin(protection), 429, "retry-after: 7");
        var waiting = Begin(protection);
        Assert.That((waiting.Kind, Begin(protection, Wire.Request(model: "gpt-4o-mini")).Kind, Limit(protection).GetProperty("paused_for").GetDouble()), Is.EqualTo((VerdictKind.Pending, VerdictKind.Send, 7.0)));
        Assert.That(_cage.Drain().Select(e => e.Kind), Does.Contain("provider.paused"));
        _cage.Clock.Advance(TimeSpan.FromSeconds(7));
        Assert.That(Decided(waiting).Kind, Is.EqualTo(VerdictKind.Send));
        Answer(waiting);
        Assert.That(Limit(protection).GetProperty("paused_for").ValueKind, Is.EqualTo(JsonValueKind.Null));
    }

    [Test]
    public void When_nothing_remains_the_next_call_waits_until_one_more_is_due()
    {
        var protection = _cage.Protect();
        Answer(Begin(protection), 200, "x-ratelimit-limit-requests: 10\nx-ratelimit-remaining-requests: 0\nx-ratelimit-reset-requests: 1m0s");
        var waiting = Begin(protection);
        Assert.That(waiting.Kind, Is.EqualTo(VerdictKind.Pending));
        _cage.Clock.Advance(TimeSpan.FromSeconds(6));
        Assert.That(Decided(waiting).Kind, Is.EqualTo(VerdictKind.Send));
    }

    [TestCase("\"provider_limits\":false")]
    [TestCase("\"retry_after_ceiling\":6.9")]
    [TestCase("\"max_wait\":6.9")]
    [TestCase("\"hold_wait\":0")]
    public void Nobody_waits_for_a_provider_who_does_not_want_to(string option)
    {
        var protection = _cage.Protect(option);
        Answer(Begin(protection), 429, "retry-after: 7");
        Assert.That(Begin(protection).Kind, Is.EqualTo(VerdictKind.Send));
    }

    [TestCase("\"requests_per_minute\":0", "requests_per_minute")]
    [TestCase("\"requests_per_minute\":1.5", "requests_per_minute")]
    [TestCase("\"tokens_per_minute\":2000000001", "tokens_per_minute")]
    [TestCase("\"max_concurrent\":\"x\"", "max_concurrent")]
    [TestCase("\"max_wait\":3601", "max_wait")]
    [TestCase("\"provider_limits\":1", "provider_limits")]
    [TestCase("\"retry_after_ceiling\":-1", "retry_after_ceiling")]
    public void A_wrong_option_is_named(string option, string name) =>
        Assert.That(() => _cage.Protect(option), Throws.InstanceOf<ConfigException>().With.Message.StartsWith(name));
}
