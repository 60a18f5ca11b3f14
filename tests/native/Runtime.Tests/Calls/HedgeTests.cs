using IronCage.Runtime.Calls;
using IronCage.Runtime.Runs;
using IronCage.Runtime.Tests.Support;

namespace IronCage.Runtime.Tests.Calls;

public class HedgeTests
{
    private const string Hedged = "\"hedge_after\":2";

    private Cage _cage = null!;

    [SetUp]
    public void Open() => _cage = new Cage();

    [TearDown]
    public void Close() => _cage.Dispose();

    private Step Begin(Run run, string? body = null) => _cage.Begin(run, body, can: HostAbilities.Hedge);

    private static Step Beside(ProtectedCall first, string? body = null) =>
        Step.Of(ProtectedCall.Hedge(first, Wire.Utf8(body ?? Wire.Request()), nonblocking: true, out var next), next);

    private Step Later(ProtectedCall first, double seconds = 2.1)
    {
        var beside = Beside(first);
        Assert.That((beside.Kind, beside.Call.Wait(0).Kind), Is.EqualTo((VerdictKind.Pending, VerdictKind.Pending)));
        _cage.Clock.Advance(TimeSpan.FromSeconds(seconds));
        return Step.Of(beside.Call.Wait(0), beside.Call);
    }

    [Test]
    public void After_its_time_a_second_attempt_is_a_call_and_the_one_that_is_given_up_costs_its_hold()
    {
        var protection = _cage.Protect("\"budget_usd\":\"1\"," + Hedged);
        var first = Begin(protection.OpenRun(null)).Call;
        Assert.That(first.IsHedgeable, Is.True);
        var second = Later(first);
        Assert.That((second.Kind, second.Call.IsHedgeable), Is.EqualTo((VerdictKind.Send, false)));
        var hold = Cage.Figures(protection).Held / 2;
        second.Call.Respond(200, true, Wire.Utf8(Wire.Answer(usage: Wire.Usage(1000, 5))));
        second.Call.End(CallEnding.Complete);
        first.End(CallEnding.Cancelled);
        var report = Cage.Report(protection);
        Assert.That((Cage.Figures(protection).Spent, Cage.Figures(protection).Held), Is.EqualTo((hold + 0.00255m, 0m)));
        Assert.That((report.GetProperty("calls").GetInt32(), report.GetProperty("hedges").GetInt32(), report.GetProperty("retries").GetInt32()), Is.EqualTo((2, 1, 0)));
        Assert.That(_cage.Drain().Where(e => e.Kind == "call.hedged").Select(e => e.Details!), Has.Some.Contains("\"after\":2"));
    }

    [Test]
    public void One_that_the_budget_does_not_pay_for_is_not_made_and_ends_nothing()
    {
        var protection = _cage.Protect("\"budget_usd\":\"0.0012\",\"hold_wait\":0,\"lower_output\":false," + Hedged);
        var run = protection.OpenRun(null);
        var first = _cage.Begin(run, Wire.Request(extra: "\"max_tokens\":100"), can: HostAbilities.Hedge).Call;
        var beside = Beside(first, Wire.Request(extra: "\"max_tokens\":100"));
        _cage.Clock.Advance(TimeSpan.FromSeconds(3));
        Assert.That(beside.Call.Wait(60_000).Kind, Is.EqualTo(VerdictKind.Pass));
        first.Respond(200, true, Wire.Utf8(Wire.Answer(usage: Wire.Usage(10, 5))));
        first.End(CallEnding.Complete);
        Assert.That((run.Remembered, Cage.Report(protection).GetProperty("denied").GetInt32()), Is.EqualTo(((Refusal?)null, 0)));
    }

    [Test]
    public void Answered_in_time_or_streamed_or_a_second_one_there_is_none()
    {
        var run = _cage.Protect(Hedged).OpenRun(null);
        var answered = Begin(run).Call;
        answered.Respond(200, true, Wire.Utf8(Wire.Answer(usage: Wire.Usage(10, 5))));
        Assert.That(Beside(answered).Kind, Is.EqualTo(VerdictKind.Pass));
        answered.End(CallEnding.Complete);
        var streamed = Begin(run, Wire.Request(extra: "\"stream\":true")).Call;
        Assert.That((streamed.IsHedgeable, Beside(streamed).Kind), Is.EqualTo((false, VerdictKind.Pass)));
        streamed.End(CallEnding.Withdrawn);
        var first = Begin(run).Call;
        var second = Later(first).Call;
        Assert.That(Beside(second).Kind, Is.EqualTo(VerdictKind.Pass));
        second.End(CallEnding.Withdrawn);
        first.End(CallEnding.Withdrawn);
    }

    [Test]
    public void A_client_that_cannot_is_told_so()
    {
        var run = _cage.Protect(Hedged).OpenRun(null);
        Assert.That(_cage.Begin(run).Json.GetProperty("reason").GetString(), Does.Contain("hedge_after"));
        var other = _cage.Protect(Hedged).OpenRun(null);
        var streamed = _cage.Begin(other, Wire.Request(extra: "\"stream\":true"));
        Assert.That(streamed.Opened, Is.Not.Null);
        streamed.Call.End(CallEnding.Withdrawn);
    }

    [Test]
    public void The_kill_switch_ends_its_wait()
    {
        var protection = _cage.Protect(Hedged);
        var first = Begin(protection.OpenRun(null)).Call;
        var beside = Beside(first);
        protection.Stop("enough");
        Assert.That(Step.Of(beside.Call.Wait(60_000), null).Error, Is.EqualTo("AgentStopped"));
        first.End(CallEnding.Cancelled);
    }
}
