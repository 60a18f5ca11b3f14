using System.Text.Json;
using IronCage.Core.Events;
using IronCage.Runtime.Calls;
using IronCage.Runtime.Tests.Support;

namespace IronCage.Runtime.Tests.Protections;

public class ReportTests
{
    private static readonly string[] Fields =
    [
        "agent_id", "spent_usd", "held_usd", "remaining_usd", "budget", "calls", "denied", "retries", "fallbacks", "hedges", "lowered", "degraded", "wrap_ups", "unscannable", "estimated_usd", "tokens", "by_model",
        "pii_findings", "pii_by_kind", "circuits", "limits", "warnings", "log_dropped", "overhead",
    ];

    private Cage _cage = null!;

    [SetUp]
    public void Open() => _cage = new Cage();

    [TearDown]
    public void Close() => _cage.Dispose();

    [Test]
    public void A_report_has_the_fields_of_the_header_before_and_after_calls([Values] bool limited)
    {
        var protection = _cage.Protect(limited ? "\"budget_usd\":\"1\"" : "", agent: "ü \"quoted\" \u0001");
        for (var i = 0; i < 2; i++)
        {
            var report = Cage.Report(protection);
            Assert.That(report.EnumerateObject().Select(p => p.Name), Is.EquivalentTo(Fields));
            Assert.That(report.GetProperty("agent_id").GetString(), Is.EqualTo("ü \"quoted\" \u0001"));
            Assert.That(report.GetProperty("tokens").EnumerateObject().Select(p => p.Name), Is.EquivalentTo(new[] { "input", "cached", "cache_write", "output", "reasoning" }));
            Assert.That(report.GetProperty("overhead").EnumerateObject().Select(p => p.Name), Is.EquivalentTo(new[] { "p50", "p99" }));
            Assert.That(report.GetProperty("remaining_usd").ValueKind, Is.EqualTo(limited ? JsonValueKind.String : JsonValueKind.Null));
            if (limited)
                Assert.That(report.GetProperty("budget").EnumerateObject().Select(p => p.Name), Is.EquivalentTo(new[] { "name", "limit_usd", "spent_usd", "held_usd", "remaining_usd", "window", "time_zone", "window_ends", "parent", "frozen", "overruns" }));
            _cage.Whole(protection.OpenRun(null), Wire.Request("ada@example.com, bob@example.com"), Wire.Answer("eve@example.com", Wire.Usage(10, 5, 4)));
        }
        var after = Cage.Report(protection);
        Assert.That(after.GetProperty("pii_by_kind").GetProperty("EMAIL_ADDRESS").GetInt64(), Is.EqualTo(6));
        Assert.That(after.GetProperty("pii_findings")[0].EnumerateObject().Select(p => p.Name), Is.EquivalentTo(new[] { "kind", "start", "end", "score", "direction", "action" }));
        Assert.That(after.GetProperty("circuits")[0].EnumerateObject().Select(p => p.Name), Is.EquivalentTo(new[] { "key", "state", "failures", "opened", "retry_after", "elsewhere" }));
        var model = after.GetProperty("by_model").GetProperty("gpt-4o");
        Assert.That((model.GetProperty("calls").GetInt64(), model.GetProperty("tokens").GetProperty("cached").GetInt64()), Is.EqualTo((2L, 8L)));
    }

    [Test]
    public void The_report_shows_the_name_of_the_budget_that_its_user_gave()
    {
        Assert.That(Cage.Report(_cage.Protect("\"budget_usd\":\"1\"")).GetProperty("budget").GetProperty("name").GetString(), Is.EqualTo("agent"));
        Assert.That(Cage.Report(_cage.Protect(budget: _cage.Budget("1"))).GetProperty("budget").GetProperty("name").GetString(), Is.EqualTo("team"));
    }

    [Test]
    public void Each_threshold_warns_once()
    {
        // Each call costs a tenth of the budget.
        var protection = _cage.Protect("\"budget_usd\":\"0.00075\",\"warn_at\":[0.9,0.2,0.5],\"circuit_breaker\":null");
        for (var i = 1; i <= 10; i++)
        {
            Assert.That(_cage.Whole(protection.OpenRun(null), Wire.Request(extra: "\"max_tokens\":1")).Kind, Is.EqualTo(VerdictKind.Send), $"call {i}");
            var warnings = _cage.Drain().Where(e => e.Kind == "budget.warning").ToList();
            Assert.That(warnings.Select(w => Wire.Parse(Wire.Utf8(w.Details!)).GetProperty("threshold").GetDouble()), Is.EqualTo(i switch { 2 => [0.2], 5 => [0.5], 9 => [0.9], _ => Array.Empty<double>() }), $"call {i}");
            Assert.That(warnings.All(w => w.Level == EventLevel.Warning), Is.True);
        }
        Assert.That(Cage.Report(protection).GetProperty("warnings").EnumerateArray().Count(w => w.GetString()!.Contains("of the budget is spent", StringComparison.Ordinal)), Is.EqualTo(3));
    }

    [Test]
    public void Thresholds_that_are_crossed_at_once_warn_each()
    {
        var protection = _cage.Protect("\"budget_usd\":\"0.000075\",\"warn_at\":[0.9,0.2,0.5]");
        _cage.Whole(protection.OpenRun(null), Wire.Request(extra: "\"max_tokens\":1"));
        Assert.That(_cage.Drain().Where(e => e.Kind == "budget.warning").Select(w => Wire.Parse(Wire.Utf8(w.Details!)).GetProperty("threshold").GetDouble()), Is.EqualTo(new[] { 0.2, 0.5, 0.9 }));
    }

    [Test]
    public void An_event_is_drained_once_and_names_its_protection()
    {
        var protection = _cage.Protect("\"pii_action\":\"block\"");
        protection.Handle = 77;
        _cage.Begin(protection.OpenRun(null), Wire.Request("ada@example.com"));
        Assert.That(_cage.Engine.HasUrgentEvents, Is.True);
        var events = _cage.Drain().Where(e => e.Kind != "log").ToList();
        Assert.That(events.Select(e => e.Kind), Is.EqualTo(new[] { "pii.found", "call.denied" }));
        Assert.That(events.Select(e => e.Protection), Is.All.EqualTo(77UL));
        Assert.That(events.TrueForAll(e => Wire.Parse(Wire.Utf8(e.Details!)).ValueKind == JsonValueKind.Object), Is.True);
        Assert.That((_cage.Engine.HasUrgentEvents, _cage.Drain().Count), Is.EqualTo((false, 0)));
    }

    [Test]
    public void Eager_events_tell_every_settlement()
    {
        var protection = _cage.Protect("\"eager_events\":true");
        _cage.Whole(protection.OpenRun(null));
        Assert.That(_cage.Drain().Select(e => e.Kind), Does.Contain("call.settled"));
    }
}
