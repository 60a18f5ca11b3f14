using System.Text.Json;
using IronCage.Core.Events;
using IronCage.Runtime.Calls;
using IronCage.Runtime.Protections;
using IronCage.Runtime.Tests.Support;

namespace IronCage.Runtime.Tests.Calls;

/// <summary>A call that does not fit its budget goes to a cheaper model.</summary>
public class DegradeTests
{
    private const string ToMini = "\"degrade\":{\"gpt-4o\":\"gpt-4o-mini\"}";

    /// <summary>Of the standard request to gpt-4o-mini, by bytes: 24 × $0.15 and 100 × $0.6 per million.</summary>
    private const decimal MiniHold = 24 * 0.15m / 1_000_000 + 100 * 0.6m / 1_000_000;

    private const decimal MiniCost = 10 * 0.15m / 1_000_000 + 5 * 0.6m / 1_000_000;

    private Cage _cage = null!;

    [SetUp]
    public void Open() => _cage = new Cage();

    [TearDown]
    public void Close() => _cage.Dispose();

    private static string Details(JsonElement details) => $"{details.GetProperty("from")} {details.GetProperty("to")} {details.GetProperty("why")}";

    private string[] Degraded() => [.. _cage.Drain().Where(e => e.Kind == "budget.degraded" && e.Level == EventLevel.Warning).Select(e => Details(Wire.Parse(Wire.Utf8(e.Details!))))];

    [Test]
    public void A_call_that_does_not_fit_goes_to_the_cheaper_model_and_is_settled_at_its_price()
    {
        // Lowered to 90 tokens it would fit: a cheaper model goes before a shorter answer.
        var protection = _cage.Protect("\"budget_usd\":\"0.0009425\"," + ToMini);
        var begun = _cage.Begin(protection.OpenRun(null));
        Assert.That((begun.Kind, begun.Text), Is.EqualTo((VerdictKind.Rewrite, Wire.Request(model: "gpt-4o-mini"))));
        Assert.That(Cage.Figures(protection).BudgetHeld, Is.EqualTo(MiniHold));
        begun.Call.Respond(200, true, Wire.Utf8(Wire.Answer(usage: Wire.Usage(10, 5))));
        begun.Call.End(CallEnding.Complete);
        Assert.That(Cage.Figures(protection), Is.EqualTo(new Figures(MiniCost, 0, 1, 0, 0, MiniCost, 0)));
        var report = Cage.Report(protection);
        Assert.That(report.GetProperty("by_model").EnumerateObject().Select(m => m.Name), Is.EqualTo(new[] { "gpt-4o-mini" }));
        Assert.That((report.GetProperty("degraded").GetInt64(), report.GetProperty("lowered").GetInt64()), Is.EqualTo((1L, 0L)));
        Assert.That(Degraded(), Is.EqualTo(new[] { "gpt-4o gpt-4o-mini does_not_fit" }));
    }

    [Test]
    public void A_call_that_fits_stays_as_it_is()
    {
        var protection = _cage.Protect("\"budget_usd\":\"1\",\"degrade_at\":1," + ToMini);
        Assert.That(_cage.Whole(protection.OpenRun(null)).Kind, Is.EqualTo(VerdictKind.Send));
        Assert.That(_cage.Whole(protection.OpenRun(null), Wire.Request(model: "gpt-4o-mini")).Kind, Is.EqualTo(VerdictKind.Send));
        Assert.That((Degraded(), Cage.Report(protection).GetProperty("degraded").GetInt64()), Is.EqualTo((Array.Empty<string>(), 0L)));
    }

    // gpt-4.1-nano: $0.1 and $0.4. The third fits; where none does the last one's output is lowered, and below its floor the call is refused.
    [TestCase("0.00007", "gpt-4o-mini", 100)]
    [TestCase("0.00005", "gpt-4.1-nano", 100)]
    [TestCase("0.0000377", "gpt-4.1-nano", 90)]
    [TestCase("0.0000273", "gpt-4.1-nano", 64)]
    [TestCase("0.0000272", null, 0)]
    public void A_chain_is_followed_as_far_as_the_money_wants(string budget, string? model, int limit)
    {
        var protection = _cage.Protect($"\"budget_usd\":\"{budget}\",\"degrade\":{{\"gpt-4o\":\"gpt-4o-mini\",\"gpt-4o-mini\":\"gpt-4.1-nano\"}}");
        var begun = _cage.Begin(protection.OpenRun(null));
        Assert.That(begun.Kind == VerdictKind.Refuse ? begun.Error : begun.Text, Is.EqualTo(model is null ? "BudgetExceeded" : Wire.Request(model: model, extra: $"\"max_tokens\":{limit}")));
        Assert.That(Degraded(), Is.EqualTo(model is null ? [] : new[] { $"gpt-4o {model} does_not_fit" }));
        Assert.That(Cage.Figures(protection).BudgetHeld == 0, Is.EqualTo(model is null));
    }

    [Test]
    public void A_model_that_is_not_cheaper_for_this_call_is_passed_over()
    {
        // gpt-4-turbo costs $10 and $30.
        var dearer = _cage.Protect("\"budget_usd\":\"0.0009425\",\"degrade\":{\"gpt-4o\":\"gpt-4-turbo\"}");
        Assert.That(_cage.Begin(dearer.OpenRun(null)).Text, Is.EqualTo(Wire.Request(extra: "\"max_tokens\":90")));
        var behind = _cage.Protect("\"budget_usd\":\"0.0009425\",\"degrade\":{\"gpt-4o\":\"gpt-4-turbo\",\"gpt-4-turbo\":\"gpt-4o-mini\"}");
        Assert.That(_cage.Begin(behind.OpenRun(null)).Text, Is.EqualTo(Wire.Request(model: "gpt-4o-mini")));
        Assert.That(Degraded(), Is.EqualTo(new[] { "gpt-4o gpt-4o-mini does_not_fit" }));
    }

    [Test]
    public void From_its_share_on_the_cheaper_model_is_asked_though_the_other_fits()
    {
        // The first call holds a tenth and a little of the budget.
        var protection = _cage.Protect("\"budget_usd\":\"0.0106\",\"degrade_at\":0.1," + ToMini);
        var run = protection.OpenRun(null);
        Assert.That(_cage.Begin(run).Kind, Is.EqualTo(VerdictKind.Send));
        Assert.That(_cage.Begin(run).Text, Is.EqualTo(Wire.Request(model: "gpt-4o-mini")));
        Assert.That(Degraded(), Is.EqualTo(new[] { "gpt-4o gpt-4o-mini degrade_at" }));
    }

    [Test]
    public void The_share_of_a_budget_above_counts_as_well()
    {
        _cage.Budget("0.0106", "org");
        var team = _cage.Budget("1", "team", "\"parent\":\"org\"");
        var run = _cage.Protect("\"degrade_at\":0.1," + ToMini, team).OpenRun(null);
        Assert.That(_cage.Begin(run).Kind, Is.EqualTo(VerdictKind.Send));
        Assert.That(_cage.Begin(run).Text, Is.EqualTo(Wire.Request(model: "gpt-4o-mini")));
    }

    [Test]
    public void What_was_spent_in_a_window_that_has_ended_is_no_share_of_the_next()
    {
        var team = _cage.Budget("0.0106", "team", "\"window\":\"60\"");
        var protection = _cage.Protect("\"degrade_at\":0.1," + ToMini, team);
        _cage.Ends(protection.OpenRun(null), CallEnding.NoResponse);
        Assert.That(_cage.Ends(protection.OpenRun(null), CallEnding.NotSent).Text, Is.EqualTo(Wire.Request(model: "gpt-4o-mini")));
        _cage.Clock.Advance(TimeSpan.FromSeconds(60));
        Assert.That(_cage.Begin(protection.OpenRun(null)).Kind, Is.EqualTo(VerdictKind.Send));
    }

    [Test]
    public void A_limit_above_what_the_cheaper_model_gives_is_lowered_to_it()
    {
        // 4,096 tokens of gpt-5 cost $0.04.
        var protection = _cage.Protect("\"budget_usd\":\"0.02\",\"degrade\":{\"gpt-5\":\"gpt-4o-mini\"}");
        var begun = _cage.Begin(protection.OpenRun(null), Wire.Request(model: "gpt-5", extra: "\"max_completion_tokens\":100000"));
        Assert.That(begun.Text, Is.EqualTo(Wire.Request(model: "gpt-4o-mini", extra: "\"max_completion_tokens\":16384")));
        Assert.That(Cage.Report(protection).GetProperty("lowered").GetInt64(), Is.Zero, "not for want of money");
    }

    [Test]
    public void A_limit_stands_in_the_field_that_the_cheaper_model_takes()
    {
        var protection = _cage.Protect("\"budget_usd\":\"0.02\",\"degrade\":{\"gpt-4-turbo\":\"gpt-5-nano\"}");
        var begun = _cage.Begin(protection.OpenRun(null), Wire.Request(model: "gpt-4-turbo", extra: "\"max_tokens\":2000"));
        Assert.That(begun.Text, Is.EqualTo(Wire.Request(model: "gpt-5-nano", extra: "\"max_completion_tokens\":2000")));
    }

    [Test]
    public void A_request_that_does_not_fit_the_window_of_the_cheaper_model_is_not_sent_there()
    {
        // gpt-4.1 reads a million tokens, gpt-4o-mini 128,000; "word " is one.
        var protection = _cage.Protect("\"budget_usd\":\"0.1\",\"degrade\":{\"gpt-4.1\":\"gpt-4o-mini\"}");
        var fits = Wire.Request(string.Concat(Enumerable.Repeat("word ", 100_000)), "gpt-4.1");
        var begun = _cage.Begin(protection.OpenRun(null), fits);
        Assert.That(begun.Json.GetProperty("model").GetString(), Is.EqualTo("gpt-4o-mini"));
        begun.Call.End(CallEnding.NotSent);
        Assert.That(_cage.Begin(protection.OpenRun(null), Wire.Request(string.Concat(Enumerable.Repeat("word ", 130_000)), "gpt-4.1")).Error, Is.EqualTo("BudgetExceeded"));
        // Beside the input only so much output has room.
        var tight = _cage.Begin(protection.OpenRun(null), Wire.Request(string.Concat(Enumerable.Repeat("word ", 120_000)), "gpt-4.1", "\"max_tokens\":16000"));
        Assert.That(tight.Json.GetProperty("max_tokens").GetInt64(), Is.InRange(7_900, 8_000));
    }

    [Test]
    public void A_request_without_a_limit_goes_to_the_cheaper_model_when_the_rest_pays_for_less_than_4096_tokens()
    {
        var protection = _cage.Protect("\"budget_usd\":\"0.0411\"," + ToMini);
        var enough = _cage.Begin(protection.OpenRun(null), Wire.Request(extra: ""));
        Assert.That(enough.Text, Is.EqualTo(Wire.Request(extra: "").Replace("{\"model\"", "{\"max_tokens\":4096,\"model\"", StringComparison.Ordinal)));
        enough.Call.End(CallEnding.NotSent);
        var little = _cage.Protect("\"budget_usd\":\"0.0409\"," + ToMini);
        Assert.That(_cage.Begin(little.OpenRun(null), Wire.Request(extra: "")).Json.GetProperty("model").GetString(), Is.EqualTo("gpt-4o-mini"));
    }

    // The model of such URLs is that of the path.
    [Test]
    public void A_model_in_the_url_is_not_replaced()
    {
        var protection = _cage.Protect("\"budget_usd\":\"0.0009425\",\"degrade_at\":0.000001," + ToMini);
        var begun = _cage.Begin(protection.OpenRun(null), url: "http://127.0.0.1:9/openai/deployments/gpt-4o/chat/completions?api-version=2026-01-01");
        Assert.That(begun.Text, Is.EqualTo(Wire.Request(extra: "\"max_tokens\":90")));
    }

    [Test]
    public void Escapes_and_space_around_the_model_stay_in_place()
    {
        var protection = _cage.Protect("\"budget_usd\":\"0.0009\"," + ToMini);
        const string Body = "{ \"max_tokens\" : 100 ,\n \"messages\":[{\"role\":\"user\",\"content\":\"h\\u0065llo\"}], \"model\" : \"gpt\\u002d4o\" }";
        Assert.That(_cage.Begin(protection.OpenRun(null), Body).Text, Is.EqualTo(Body.Replace("gpt\\u002d4o", "gpt-4o-mini", StringComparison.Ordinal)));
    }

    [Test]
    public void Redaction_usage_of_streams_and_the_cheaper_model_go_together()
    {
        var protection = _cage.Protect("\"budget_usd\":\"0.0009\"," + ToMini);
        var begun = _cage.Begin(protection.OpenRun(null), Wire.Request("ada@example.com", extra: "\"max_tokens\":100,\"stream\":true"));
        Assert.That(begun.Text, Is.EqualTo(Wire.Request("[EMAIL_REDACTED]", "gpt-4o-mini", "\"max_tokens\":100,\"stream\":true")
            .Replace("{\"model\"", "{\"stream_options\":{\"include_usage\":true},\"model\"", StringComparison.Ordinal)));
        var (output, _) = Cage.Stream(begun.Call, Wire.Utf8(Wire.Chunk("Hello") + Wire.Stop + Wire.UsageChunk(10, 5) + Wire.Done));
        begun.Call.End(CallEnding.Complete);
        Assert.That((Wire.Content(output), Cage.Figures(protection).BudgetSpent), Is.EqualTo(("Hello", (decimal?)MiniCost)));
    }

    [Test]
    public void What_may_still_fit_is_waited_for_and_the_cheaper_model_is_asked_when_the_wait_is_over()
    {
        var protection = _cage.Protect("\"budget_usd\":\"0.0012\",\"hold_wait\":5," + ToMini);
        var inFlight = _cage.Begin(protection.OpenRun(null)).Call;
        var waiting = _cage.Begin(protection.OpenRun(null), nonblocking: true);
        Assert.That(waiting.Kind, Is.EqualTo(VerdictKind.Pending), "what is held comes back");
        inFlight.End(CallEnding.NotSent);
        Assert.That(waiting.Call.Wait(-1).Kind, Is.EqualTo(VerdictKind.Send));
        var late = _cage.Begin(protection.OpenRun(null), nonblocking: true);
        _cage.Clock.Advance(TimeSpan.FromSeconds(5));
        Assert.That(Step.Of(late.Call.Wait(-1)).Text, Is.EqualTo(Wire.Request(model: "gpt-4o-mini")));
        Assert.That(Degraded(), Is.EqualTo(new[] { "gpt-4o gpt-4o-mini waited_in_vain" }));
        Assert.That(Cage.Figures(protection).BudgetHeld, Is.EqualTo(Wire.ExactHold + MiniHold - 7 * 0.15m / 1_000_000), "so little is left that the tokenizer counted");
    }

    [Test]
    public void A_call_withdrawn_while_it_waits_leaves_nothing([Values] bool atOnce)
    {
        var protection = _cage.Protect("\"budget_usd\":\"0.0011\",\"hold_wait\":5," + ToMini);
        var inFlight = _cage.Begin(protection.OpenRun(null)).Call;
        var waiting = _cage.Begin(protection.OpenRun(null), nonblocking: true).Call;
        if (!atOnce)
            _cage.Clock.Advance(TimeSpan.FromSeconds(4.9));
        waiting.End(CallEnding.Withdrawn);
        _cage.Clock.Advance(TimeSpan.FromSeconds(5));
        inFlight.End(CallEnding.NotSent);
        Assert.That(Cage.Figures(protection), Is.EqualTo(new Figures(0, 0, 0, 0, 0, 0, 0)));
        Assert.That((Degraded(), Cage.Report(protection).GetProperty("degraded").GetInt64()), Is.EqualTo((Array.Empty<string>(), 0L)));
    }

    [Test]
    public void A_degraded_call_that_did_not_leave_is_not_counted()
    {
        var protection = _cage.Protect("\"budget_usd\":\"0.0009\"," + ToMini);
        _cage.Ends(protection.OpenRun(null), CallEnding.NotSent);
        Assert.That((Cage.Report(protection).GetProperty("degraded").GetInt64(), Cage.Figures(protection).Held), Is.EqualTo((0L, 0m)));
    }

    [Test]
    public void The_circuits_of_the_cheaper_model_decide()
    {
        var protection = _cage.Protect("\"budget_usd\":\"0.0009425\",\"circuit_breaker\":{\"failure_threshold\":2}," + ToMini);
        for (var i = 0; i < 2; i++)
            Assert.That(_cage.Whole(protection.OpenRun(null), null, "{}", 500).Kind, Is.EqualTo(VerdictKind.Send));
        var circuits = Cage.Report(protection).GetProperty("circuits").EnumerateArray().Select(c => (c.GetProperty("key").GetString(), c.GetProperty("state").GetString()));
        Assert.That(circuits, Is.EquivalentTo(new[] { ("127.0.0.1:9|gpt-4o", "closed"), ("127.0.0.1:9|gpt-4o-mini", "open") }));
        Assert.That(_cage.Begin(protection.OpenRun(null)).Text, Is.EqualTo(Wire.Request(extra: "\"max_tokens\":90")), "a model that fails is no help");
    }

    // The inner protection says what stands for its models wherever the money is short; the outer one only where its own is.
    [TestCase(true, true, "gpt-4o-mini")]
    [TestCase(true, false, "gpt-4o-mini")]
    [TestCase(false, false, "gpt-4o-mini")]
    [TestCase(false, true, "gpt-4o")]
    public void A_mapping_answers_for_its_own_budget_and_those_around_it(bool innerMaps, bool innerIsShort, string called)
    {
        var outer = _cage.Protect($"\"budget_usd\":\"{(innerIsShort ? "1" : "0.0009425")}\"{(innerMaps ? "" : "," + ToMini)}", agent: "outer");
        var inner = _cage.Protect($"\"budget_usd\":\"{(innerIsShort ? "0.0009425" : "1")}\"{(innerMaps ? "," + ToMini : "")}", agent: "inner");
        var run = inner.OpenRun(outer.OpenRun(null));
        Assert.That(_cage.Begin(run).Json.GetProperty("model").GetString(), Is.EqualTo(called));
        Assert.That((Cage.Figures(outer).BudgetHeld, Cage.Figures(inner).BudgetHeld), Is.EqualTo(called == "gpt-4o" ? (0.0009425m, 0.0009425m) : (MiniHold, MiniHold)));
    }

    [Test]
    public void Nested_protections_settle_a_degraded_call_once_each()
    {
        var (outer, inner) = (_cage.Protect("\"budget_usd\":\"0.0009\"", agent: "outer"), _cage.Protect("\"budget_usd\":\"1\"," + ToMini, agent: "inner"));
        _cage.Whole(inner.OpenRun(outer.OpenRun(null)));
        var expected = new Figures(MiniCost, 0, 1, 0, 0, MiniCost, 0);
        Assert.That((Cage.Figures(outer), Cage.Figures(inner)), Is.EqualTo((expected, expected)));
    }

    [Test]
    public void Without_a_budget_of_its_own_a_protection_still_says_what_stands_for_its_models()
    {
        var (outer, inner) = (_cage.Protect("\"budget_usd\":\"0.0009\"", agent: "outer"), _cage.Protect(ToMini, agent: "inner"));
        Assert.That(_cage.Begin(inner.OpenRun(outer.OpenRun(null))).Text, Is.EqualTo(Wire.Request(model: "gpt-4o-mini")));
    }

    [Test]
    public void A_frozen_budget_is_not_helped_by_a_cheaper_model()
    {
        var team = _cage.Budget("1");
        team.Change("{\"frozen\":true}"u8.ToArray());
        Assert.That(_cage.Begin(_cage.Protect(ToMini, team).OpenRun(null)).Json.GetProperty("frozen").GetBoolean(), Is.True);
    }

    [Test]
    public void A_cheaper_model_that_may_go_without_a_price_goes_without_a_hold()
    {
        var protection = _cage.Protect("\"budget_usd\":\"0.0009\",\"unpriced\":\"warn\",\"degrade\":{\"gpt-4o\":\"ours\"}");
        Assert.That(_cage.Whole(protection.OpenRun(null)).Text, Is.EqualTo(""));
        Assert.That(Degraded(), Is.EqualTo(new[] { "gpt-4o ours does_not_fit" }));
        Assert.That(Cage.Figures(protection), Is.EqualTo(new Figures(0, 0, 1, 0, 0, 0, 0)));
    }

    [Test]
    public void A_refusal_after_all_stages_ends_the_run_and_a_retry_is_decided_anew()
    {
        var protection = _cage.Protect("\"budget_usd\":\"0.0009\",\"on_deny\":\"respond\"," + ToMini);
        var run = protection.OpenRun(null);
        Assert.That(_cage.Whole(run, null, "{}", 500).Kind, Is.EqualTo(VerdictKind.Send));
        Assert.That(_cage.Begin(run, headers: "x-stainless-retry-count: 1").Text, Is.EqualTo(Wire.Request(model: "gpt-4o-mini")));
        Assert.That((Cage.Report(protection).GetProperty("retries").GetInt64(), Cage.Report(protection).GetProperty("degraded").GetInt64()), Is.EqualTo((1L, 2L)));
        var poor = _cage.Protect("\"budget_usd\":\"0.00001\"," + ToMini).OpenRun(null);
        var refusal = _cage.Begin(poor).Json;
        Assert.That((refusal.GetProperty("error").GetString(), refusal.GetProperty("model").GetString()), Is.EqualTo(("BudgetExceeded", "gpt-4o-mini")));
        Assert.That(_cage.Begin(poor, Wire.Request(extra: "\"max_tokens\":1")).Error, Is.EqualTo("BudgetExceeded"), "the refusal is remembered");
    }
}
