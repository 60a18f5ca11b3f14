using IronCage.Runtime.Calls;
using IronCage.Runtime.Protections;
using IronCage.Runtime.Tests.Support;

namespace IronCage.Runtime.Tests.Runs;

public class NestingTests
{
    private const decimal Cost = 10 * 2.5m / 1_000_000 + 5 * 10m / 1_000_000;

    private Cage _cage = null!;

    [SetUp]
    public void Open() => _cage = new Cage();

    [TearDown]
    public void Close() => _cage.Dispose();

    [Test]
    public void A_call_of_an_inner_run_is_charged_to_both()
    {
        var (outer, inner) = (_cage.Protect("\"budget_usd\":\"1\"", agent: "outer"), _cage.Protect("\"budget_usd\":\"2\"", agent: "inner"));
        _cage.Whole(inner.OpenRun(outer.OpenRun(null)));
        var expected = new Figures(Cost, 0, 1, 0, 0, Cost, 0);
        Assert.That((Cage.Figures(outer), Cage.Figures(inner)), Is.EqualTo((expected, expected)));
    }

    [Test]
    public void The_same_protection_twice_is_charged_once()
    {
        var protection = _cage.Protect("\"budget_usd\":\"1\"");
        _cage.Whole(protection.OpenRun(protection.OpenRun(null)));
        Assert.That(Cage.Figures(protection), Is.EqualTo(new Figures(Cost, 0, 1, 0, 0, Cost, 0)));
    }

    [Test]
    public void Two_protections_of_one_shared_budget_charge_it_once()
    {
        var budget = _cage.Budget("1");
        var (outer, inner) = (_cage.Protect(budget: budget, agent: "outer"), _cage.Protect(budget: budget, agent: "inner"));
        _cage.Whole(inner.OpenRun(outer.OpenRun(null)));
        var report = Wire.Parse(budget.Report());
        Assert.That((Figures.Money(report, "spent_usd"), Figures.Money(report, "held_usd"), Figures.Money(report, "remaining_usd"), report.GetProperty("name").GetString()),
            Is.EqualTo((Cost, 0m, 1 - Cost, "team")));
        Assert.That((Cage.Figures(outer).Spent, Cage.Figures(inner).Spent), Is.EqualTo((Cost, Cost)));
    }

    // Accounts are taken in the order of their names: whichever refuses, the other must give back.
    [TestCase("a", "b")]
    [TestCase("b", "a")]
    public void Either_may_refuse_and_then_nothing_is_held(string poor, string rich)
    {
        foreach (var innerIsPoor in new[] { true, false })
        {
            var (small, large) = (_cage.Protect("\"budget_usd\":\"0.0001\"", agent: poor), _cage.Protect("\"budget_usd\":\"1\"", agent: rich));
            var (outer, inner) = innerIsPoor ? (large, small) : (small, large);
            var outerRun = outer.OpenRun(null);
            var innerRun = inner.OpenRun(outerRun);
            var refusal = _cage.Begin(innerRun);
            Assert.That((refusal.Error, Figures.Money(refusal.Json, "limit_usd")), Is.EqualTo(("BudgetExceeded", 0.0001m)));
            var expected = new Figures(0, 0, 0, 0, 1, 0, 0);
            Assert.That((Cage.Figures(outer), Cage.Figures(inner)), Is.EqualTo((expected, expected)));
            Assert.That((innerRun.Close()?.Error, outerRun.Close()?.Error), Is.EqualTo(("BudgetExceeded", innerIsPoor ? null : "BudgetExceeded")));
        }
    }

    [Test]
    public void The_smaller_budget_decides_how_far_a_request_is_lowered([Values("a", "z")] string agent)
    {
        var (outer, inner) = (_cage.Protect("\"budget_usd\":\"0.0009425\"", agent: agent), _cage.Protect("\"budget_usd\":\"1\"", agent: "m"));
        var begun = _cage.Begin(inner.OpenRun(outer.OpenRun(null)));
        Assert.That(begun.Text, Is.EqualTo(Wire.Request(extra: "\"max_tokens\":90")));
        begun.Call.End(CallEnding.NoResponse);
        Assert.That((Cage.Figures(outer).BudgetHeld, Cage.Figures(inner).BudgetHeld, Cage.Figures(outer).BudgetSpent, Cage.Figures(inner).BudgetSpent),
            Is.EqualTo((0m, 0m, 0.0009425m, 0.0009425m)));
    }

    [Test]
    public void The_severest_action_of_both_protections_is_taken([Values] PiiAction outerAction, [Values] PiiAction innerAction)
    {
        var (outer, inner) = (Protect(outerAction), Protect(innerAction));
        var begun = _cage.Begin(inner.OpenRun(outer.OpenRun(null)), Wire.Request("ada@example.com"));
        var severest = (PiiAction)Math.Max((int)outerAction, (int)innerAction);
        Assert.That(begun.Error, Is.EqualTo(severest switch
        {
            PiiAction.Block => "PiiBlocked",
            PiiAction.Ignore or PiiAction.Warn => "Send",
            _ => "Rewrite",
        }));
        if (severest is not (PiiAction.Block or PiiAction.Ignore or PiiAction.Warn))
            Assert.That(begun.Text.Contains("[EMAIL_REDACTED]", StringComparison.Ordinal), Is.EqualTo(severest == PiiAction.Redact));

        Protection Protect(PiiAction action) => _cage.Protect($"\"pii_action\":\"{action.ToString().ToLowerInvariant()}\"", agent: action.ToString());
    }

    [Test]
    public void An_outer_protection_scans_output_that_the_inner_does_not()
    {
        var (outer, inner) = (_cage.Protect(agent: "outer"), _cage.Protect("\"scan_output\":false", agent: "inner"));
        Assert.That(_cage.Whole(inner.OpenRun(outer.OpenRun(null)), null, Wire.Answer("ada@example.com")).Text, Does.Contain("[EMAIL_REDACTED]"));
    }

    [Test]
    public void An_outer_circuit_refuses_the_calls_of_an_inner_run()
    {
        var (outer, inner) = (_cage.Protect("\"circuit_breaker\":{\"failure_threshold\":1}", agent: "outer"), _cage.Protect("\"circuit_breaker\":null", agent: "inner"));
        var outerRun = outer.OpenRun(null);
        var innerRun = inner.OpenRun(outerRun);
        _cage.Ends(innerRun, CallEnding.NotSent);
        Assert.That(_cage.Begin(innerRun).Error, Is.EqualTo("CircuitOpen"));
        Assert.That(Cage.Report(inner).GetProperty("circuits").GetArrayLength(), Is.Zero);
    }

    [Test]
    public void A_cap_on_calls_counts_those_of_inner_runs_and_stops_both()
    {
        var (outer, inner) = (_cage.Protect("\"max_calls\":2", agent: "outer"), _cage.Protect("\"max_calls\":9", agent: "inner"));
        var outerRun = outer.OpenRun(null);
        _cage.Whole(inner.OpenRun(outerRun));
        _cage.Whole(outerRun);
        var last = inner.OpenRun(outerRun);
        Assert.That(_cage.Begin(last).Error, Is.EqualTo("LimitReached"));
        Assert.That((last.Close()!.LimitReached, outerRun.Close()!.LimitReached), Is.EqualTo(("calls", "calls")));
    }

    [Test]
    public void The_kill_switch_of_an_outer_protection_stops_inner_runs()
    {
        var (outer, inner) = (_cage.Protect(agent: "outer"), _cage.Protect(agent: "inner"));
        var run = inner.OpenRun(outer.OpenRun(null));
        outer.Stop("enough");
        Assert.That(_cage.Begin(run).Error, Is.EqualTo("AgentStopped"));
    }
}
