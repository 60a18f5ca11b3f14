using IronCage.Runtime.Calls;
using IronCage.Runtime.Protections;
using IronCage.Runtime.Tests.Support;

namespace IronCage.Runtime.Tests.Calls;

/// <summary>Circuits of several protections that have one store.</summary>
public class SharedCircuitTests
{
    private TemporaryDirectory _directory = null!;
    private Cage _cage = null!;

    [SetUp]
    public void Open()
    {
        _directory = new TemporaryDirectory();
        _cage = new Cage();
    }

    [TearDown]
    public void Close()
    {
        _cage.Dispose();
        _directory.Dispose();
    }

    private Protection Protect(string agent, string breaker = "{\"failure_threshold\":2,\"recovery_timeout\":60}") =>
        _cage.Protect($"\"budget_usd\":\"1\",\"state\":\"{_directory.Url}\",\"circuit_breaker\":{breaker}", agent: agent);

    private Step Begin(Protection protection) => _cage.Begin(protection.OpenRun(null));

    private static void Answer(Step begun, int status)
    {
        begun.Call.Respond(status, true, Wire.Utf8(status == 200 ? Wire.Answer(usage: Wire.Usage(1, 1)) : "{}"));
        begun.Call.End(CallEnding.Complete);
    }

    private static (string?, bool) Circuit(Protection protection)
    {
        var circuit = Cage.Report(protection).GetProperty("circuits").EnumerateArray().Single();
        return (circuit.GetProperty("state").GetString(), circuit.GetProperty("elsewhere").GetBoolean());
    }

    [Test]
    public void What_opens_under_one_is_open_under_the_other_before_its_call_leaves()
    {
        var (here, there) = (Protect("here"), Protect("there"));
        Answer(Begin(here), 500);
        Answer(Begin(here), 500);
        var refused = Begin(there); // its hold is the trip that brings the news
        Assert.That((refused.Error, refused.Json.GetProperty("retry_after").GetDouble()), Is.EqualTo(("CircuitOpen", 60.0)));
        Assert.That((Circuit(here), Circuit(there)), Is.EqualTo((("open", false), ("open", true))));
        Assert.That((Cage.Figures(there).Held, Cage.Figures(there).Calls, Cage.Figures(there).BudgetHeld), Is.EqualTo((0m, 0L, (decimal?)0m)), "and its hold is given back");
        var opened = _cage.Drain().Where(e => e.Kind == "circuit.opened").Select(e => Wire.Parse(Wire.Utf8(e.Details!)).GetProperty("elsewhere").GetBoolean());
        Assert.That(opened, Is.EqualTo(new[] { false, true }));
    }

    [Test]
    public void Of_both_one_call_probes_and_its_end_is_that_of_both([Values(200, 500)] int status)
    {
        var (here, there) = (Protect("here"), Protect("there"));
        Answer(Begin(here), 500);
        Answer(Begin(here), 500);
        Assert.That(Begin(there).Error, Is.EqualTo("CircuitOpen"));
        _cage.Clock.Advance(TimeSpan.FromSeconds(60));
        var probe = Begin(there);
        Assert.That((probe.Kind, Begin(here).Error, Begin(there).Error), Is.EqualTo((VerdictKind.Send, "CircuitOpen", "CircuitOpen")));
        Answer(probe, status);
        Assert.That(() => Circuit(here), Is.EqualTo((status == 200 ? "closed" : "open", true)).After(60_000, 5));
        var next = Begin(here);
        Assert.That(next.Error, Is.EqualTo(status == 200 ? "Send" : "CircuitOpen"));
        if (status == 200)
            Answer(next, 200);
    }

    [Test]
    public void A_probe_that_is_withdrawn_leaves_it_to_the_others()
    {
        var (here, there) = (Protect("here"), Protect("there"));
        Answer(Begin(here), 500);
        Answer(Begin(here), 500);
        _cage.Clock.Advance(TimeSpan.FromSeconds(60));
        Begin(here).Call.End(CallEnding.Withdrawn);
        Answer(Begin(there), 200);
    }

    [Test]
    public void Without_a_breaker_nothing_is_shared()
    {
        var (here, there) = (Protect("here"), Protect("there", "null"));
        Answer(Begin(here), 500);
        Answer(Begin(here), 500);
        Answer(Begin(there), 200);
        Assert.That(Circuit(here), Is.EqualTo(("open", false)));
    }
}
