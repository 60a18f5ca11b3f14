using IronCage.Core.Events;
using IronCage.Runtime.Calls;
using IronCage.Runtime.Protections;
using IronCage.Runtime.Runs;
using IronCage.Runtime.Tests.Support;

namespace IronCage.Runtime.Tests.Calls;

/// <summary>Money that is kept for the last calls of a run.</summary>
public class WrapUpTests
{
    /// <summary>Room for one standard call ($0.0010425) beside the reserve, and for a second one with it.</summary>
    private const string Keeps = "\"budget_usd\":\"0.0021\",\"reserve_usd\":\"0.001\",\"hold_wait\":0,\"circuit_breaker\":null";

    private Cage _cage = null!;

    [SetUp]
    public void Open() => _cage = new Cage();

    [TearDown]
    public void Close() => _cage.Dispose();

    private static long WrapUps(Protection protection) => Cage.Report(protection).GetProperty("wrap_ups").GetInt64();

    /// <summary>A call that costs all that it holds.</summary>
    private Step Dear(Run run, string? body = null)
    {
        var begun = _cage.Begin(run, body);
        begun.Opened?.End(CallEnding.NoResponse);
        return begun;
    }

    [Test]
    public void The_first_call_that_does_not_fit_beside_the_reserve_draws_on_it_and_the_next_is_refused()
    {
        var protection = _cage.Protect(Keeps);
        var run = protection.OpenRun(null);
        Assert.That((Dear(run).Kind, WrapUps(protection)), Is.EqualTo((VerdictKind.Send, 0L)));
        Assert.That((Dear(run).Kind, WrapUps(protection)), Is.EqualTo((VerdictKind.Send, 1L)));
        var refused = Dear(run);
        Assert.That(refused.Error, Is.EqualTo("BudgetExceeded"));
        Assert.That(refused.Json.GetProperty("reason").GetString(), Does.Contain("$0.001 kept for wrapping up"));
        Assert.That(Figures.Money(refused.Json, "reserve_usd"), Is.EqualTo(0.001m));
        Assert.That(run.Close()!.Error, Is.EqualTo("BudgetExceeded"));
        var told = _cage.Drain().Single(e => e.Kind == "budget.wrap_up");
        var details = Wire.Parse(Wire.Utf8(told.Details!));
        Assert.That((told.Level, Figures.Money(details, "reserve_usd"), details.GetProperty("calls").GetInt32(), details.GetProperty("model").GetString()),
            Is.EqualTo((EventLevel.Warning, 0.001m, 1, "gpt-4o")));
        Assert.That(Cage.Report(protection).GetProperty("warnings").EnumerateArray().Count(w => w.GetString()!.Contains("wraps up", StringComparison.Ordinal)), Is.EqualTo(1));
    }

    [Test]
    public void As_many_calls_as_were_allowed_draw_on_the_reserve([Values(1, 2, 5)] int calls)
    {
        var protection = _cage.Protect($"\"budget_usd\":\"0.011\",\"reserve_usd\":\"0.0105\",\"hold_wait\":0,\"circuit_breaker\":null,\"wrap_up_calls\":{calls}");
        var run = protection.OpenRun(null);
        for (var i = 0; i < calls; i++)
            Assert.That(Dear(run).Kind, Is.EqualTo(VerdictKind.Send), $"call {i}");
        Assert.That((Dear(run).Error, WrapUps(protection)), Is.EqualTo(("BudgetExceeded", 1L)));
    }

    [Test]
    public void What_fits_beside_the_reserve_goes_also_after_it_began()
    {
        var protection = _cage.Protect(Keeps + ",\"on_deny\":\"respond\"");
        var run = protection.OpenRun(null);
        Dear(run);
        _cage.Whole(run); // held on the reserve, and cheap
        Assert.That(_cage.Begin(run).Error, Is.EqualTo("BudgetExceeded"));
        Assert.That(_cage.Whole(run, Wire.Request(extra: "\"max_tokens\":1")).Error, Is.EqualTo("BudgetExceeded"));
        var rich = _cage.Protect("\"budget_usd\":\"0.0021\",\"reserve_usd\":\"0.001\"");
        run = rich.OpenRun(null);
        var inFlight = _cage.Begin(run).Call;
        inFlight.End(CallEnding.NotSent);
        Assert.That((_cage.Whole(run).Kind, WrapUps(rich)), Is.EqualTo((VerdictKind.Send, 0L)));
    }

    // What failed at the provider, or never left, cost nothing: the agent must still be able to finish.
    [TestCase("status 500")]
    [TestCase("status 429")]
    [TestCase("stream 503")]
    [TestCase("NotSent")]
    [TestCase("Withdrawn")]
    public void A_call_that_cost_nothing_does_not_count(string how)
    {
        var protection = _cage.Protect(Keeps);
        var run = protection.OpenRun(null);
        Dear(run);
        for (var i = 0; i < 2; i++)
        {
            var call = _cage.Begin(run).Call;
            if (how.StartsWith("status", StringComparison.Ordinal))
                call.Respond(int.Parse(how[7..], System.Globalization.CultureInfo.InvariantCulture), true, "{}"u8);
            else if (how.StartsWith("stream", StringComparison.Ordinal))
                call.OpenStream(503);
            call.End(Enum.TryParse<CallEnding>(how, out var ending) ? ending : CallEnding.Complete);
        }
        Assert.That((Dear(run).Kind, Dear(run).Error, WrapUps(protection)), Is.EqualTo((VerdictKind.Send, "BudgetExceeded", 1L)));
    }

    [Test]
    public void A_refused_call_is_no_wrap_up()
    {
        // Not even all of it pays for a call.
        var protection = _cage.Protect("\"budget_usd\":\"0.0003\",\"reserve_usd\":\"0.0001\",\"on_deny\":\"respond\"");
        var run = protection.OpenRun(null);
        var refused = _cage.Begin(run);
        Assert.That((refused.Error, WrapUps(protection)), Is.EqualTo(("BudgetExceeded", 0L)));
        Assert.That(_cage.Drain().Select(e => e.Kind), Has.None.EqualTo("budget.wrap_up"));
        Assert.That((_cage.Whole(run, Wire.Request(extra: "\"max_tokens\":20")).Kind, WrapUps(protection)), Is.EqualTo((VerdictKind.Send, 1L)));
    }

    [Test]
    public void Each_run_wraps_up_by_itself()
    {
        var protection = _cage.Protect("\"budget_usd\":\"0.011\",\"reserve_usd\":\"0.0105\",\"hold_wait\":0,\"circuit_breaker\":null");
        for (var i = 1; i <= 3; i++)
        {
            var run = protection.OpenRun(null);
            Assert.That((Dear(run).Kind, Dear(run).Error, WrapUps(protection)), Is.EqualTo((VerdictKind.Send, "BudgetExceeded", (long)i)));
        }
    }

    [Test]
    public void A_run_with_a_budget_of_its_own_keeps_a_reserve_of_that()
    {
        var protection = _cage.Protect(Keeps + ",\"budget_scope\":\"run\"");
        for (var i = 1; i <= 2; i++)
        {
            var run = protection.OpenRun(null);
            Assert.That((Dear(run).Kind, Dear(run).Kind, Dear(run).Error, WrapUps(protection)), Is.EqualTo((VerdictKind.Send, VerdictKind.Send, "BudgetExceeded", (long)i)));
        }
    }

    [Test]
    public void The_note_is_appended_to_every_call_that_draws_on_the_reserve_and_paid_for()
    {
        var protection = _cage.Protect("\"budget_usd\":\"0.0033\",\"reserve_usd\":\"0.00225\",\"hold_wait\":0,\"circuit_breaker\":null,\"wrap_up_calls\":2,\"wrap_up_note\":\"Schließe ab.\\n\"");
        var run = protection.OpenRun(null);
        var plain = _cage.Begin(run);
        Assert.That((plain.Kind, Cage.Figures(protection).Held), Is.EqualTo((VerdictKind.Send, Wire.ExactHold)));
        plain.Call.End(CallEnding.NoResponse);
        var noted = Wire.Request().Replace("]", ",{\"role\":\"user\",\"content\":\"Schließe ab.\\n\"}]", StringComparison.Ordinal);
        for (var i = 0; i < 2; i++)
        {
            var last = _cage.Begin(run);
            Assert.That(last.Text, Is.EqualTo(noted));
            Assert.That(Cage.Figures(protection).Held, Is.InRange(Wire.ExactHold + 8 * 2.5m / 1_000_000, Wire.ExactHold + 20 * 2.5m / 1_000_000), "the note's tokens, and its frame");
            last.Call.End(CallEnding.NoResponse);
        }
        Assert.That(_cage.Begin(run).Error, Is.EqualTo("BudgetExceeded"));
    }

    [Test]
    public void A_cheaper_model_goes_before_the_reserve_and_wraps_up()
    {
        // Beside the reserve: one call to gpt-4o, then two to the cheaper one ($0.00006255 each).
        var protection = _cage.Protect("\"budget_usd\":\"0.00125\",\"reserve_usd\":\"0.00008\",\"hold_wait\":0,\"circuit_breaker\":null,\"degrade\":{\"gpt-4o\":\"gpt-4o-mini\"}");
        var run = protection.OpenRun(null);
        var steps = Enumerable.Range(0, 5).Select(_ => Dear(run)).ToList();
        Assert.That(steps.Select(s => s.Error), Is.EqualTo(new[] { "Send", "Rewrite", "Rewrite", "Rewrite", "BudgetExceeded" }));
        Assert.That(steps[1..4].Select(s => s.Text), Is.All.EqualTo(Wire.Request(model: "gpt-4o-mini")));
        Assert.That(_cage.Drain().Where(e => e.Kind.StartsWith("budget.", StringComparison.Ordinal) && e.Kind != "budget.warning").Select(e => e.Kind),
            Is.EqualTo(new[] { "budget.degraded", "budget.degraded", "budget.degraded", "budget.wrap_up" }));
    }

    [Test]
    public void Only_the_last_calls_are_lowered_below_an_answer_of_use()
    {
        var protection = _cage.Protect("\"budget_usd\":\"0.1\",\"reserve_usd\":\"0.01\",\"hold_wait\":0");
        var run = protection.OpenRun(null);
        // $0.09 beside the reserve pays for 8,995 tokens: more than 4,096, so a limit of 50,000 is lowered as ever.
        Assert.That(Dear(run, Wire.Request(extra: "\"max_tokens\":50000")).Json.GetProperty("max_tokens").GetInt64(), Is.InRange(8_990, 9_000));
        Assert.That(WrapUps(protection), Is.Zero);
        Assert.That(Dear(run, Wire.Request(extra: "\"max_tokens\":50000")).Json.GetProperty("max_tokens").GetInt64(), Is.InRange(990, 1_010));
        Assert.That(WrapUps(protection), Is.EqualTo(1));
    }

    [Test]
    public void An_outer_run_keeps_its_reserve_from_the_calls_of_the_inner_and_wraps_up()
    {
        var (outer, inner) = (_cage.Protect(Keeps, agent: "outer"), _cage.Protect("\"budget_usd\":\"1\"", agent: "inner"));
        var outerRun = outer.OpenRun(null);
        Assert.That(Enumerable.Range(0, 3).Select(_ => Dear(inner.OpenRun(outerRun)).Error), Is.EqualTo(new[] { "Send", "Send", "BudgetExceeded" }));
        Assert.That((WrapUps(outer), WrapUps(inner), outerRun.Close()!.Error), Is.EqualTo((1L, 0L, "BudgetExceeded")));
    }

    [Test]
    public void A_function_that_calls_itself_wraps_up_once()
    {
        var protection = _cage.Protect(Keeps);
        var outerRun = protection.OpenRun(null);
        Dear(outerRun);
        Assert.That(Dear(protection.OpenRun(outerRun)).Kind, Is.EqualTo(VerdictKind.Send));
        Assert.That((Dear(protection.OpenRun(outerRun)).Error, WrapUps(protection)), Is.EqualTo(("BudgetExceeded", 1L)));
    }

    [Test]
    public void Of_two_who_keep_a_reserve_of_one_budget_each_is_asked()
    {
        var team = _cage.Budget("0.0032");
        var outer = _cage.Protect("\"reserve_usd\":\"0.0021\",\"hold_wait\":0", team, "outer");
        var inner = _cage.Protect("\"reserve_usd\":\"0.001\",\"hold_wait\":0", team, "inner");
        var run = inner.OpenRun(outer.OpenRun(null));
        Assert.That((Dear(run).Kind, WrapUps(outer), WrapUps(inner)), Is.EqualTo((VerdictKind.Send, 0L, 0L)));
        Assert.That((Dear(run).Kind, WrapUps(outer), WrapUps(inner)), Is.EqualTo((VerdictKind.Send, 1L, 0L)), "the larger one first");
        Assert.That(Dear(run).Error, Is.EqualTo("BudgetExceeded"), "the outer one's only call is made");
    }

    [Test]
    public void A_budget_above_that_is_short_is_not_helped_by_the_reserve()
    {
        _cage.Budget("0.001", "org");
        var team = _cage.Budget("1", "team", "\"parent\":\"org\"");
        var protection = _cage.Protect("\"reserve_usd\":\"0.1\",\"lower_output\":false", team);
        var refused = _cage.Begin(protection.OpenRun(null));
        Assert.That((refused.Error, refused.Json.GetProperty("budget").GetString(), WrapUps(protection)), Is.EqualTo(("BudgetExceeded", "org", 0L)));
        Assert.That(refused.Json.GetProperty("reason").GetString(), Does.Not.Contain("kept"));
    }

    [Test]
    public void What_waits_in_vain_beside_the_reserve_draws_on_it()
    {
        var protection = _cage.Protect("\"budget_usd\":\"0.0021\",\"reserve_usd\":\"0.001\",\"hold_wait\":5");
        var run = protection.OpenRun(null);
        _cage.Begin(run);
        var waiting = _cage.Begin(run, nonblocking: true);
        Assert.That(waiting.Kind, Is.EqualTo(VerdictKind.Pending));
        _cage.Clock.Advance(TimeSpan.FromSeconds(5));
        Assert.That((waiting.Call.Wait(-1).Kind, WrapUps(protection)), Is.EqualTo((VerdictKind.Send, 1L)));
    }

    [Test]
    public void Of_many_threads_at_once_exactly_the_allowed_number_draws_on_the_reserve()
    {
        for (var round = 0; round < Counts.Of(20); round++)
        {
            using var cage = new Cage();
            var protection = cage.Protect("\"budget_usd\":\"0.02\",\"reserve_usd\":\"0.0195\",\"wrap_up_calls\":3,\"circuit_breaker\":null,\"on_deny\":\"respond\",\"degrade\":{\"gpt-4-turbo\":\"gpt-4o\"}");
            var run = protection.OpenRun(null);
            var went = 0;
            Parallel.For(0, 8, new ParallelOptions { MaxDegreeOfParallelism = 8 }, _ =>
            {
                var begun = cage.Begin(run, Wire.Request(model: "gpt-4-turbo"));
                if (begun.Opened is not { } call)
                    return;
                Interlocked.Increment(ref went);
                call.End(CallEnding.NoResponse);
            });
            var figures = Cage.Figures(protection);
            Assert.That((went, WrapUps(protection), figures.BudgetHeld, figures.BudgetSpent), Is.EqualTo((3, 1L, (decimal?)0m, (decimal?)(3 * Wire.ExactHold))));
        }
    }
}
