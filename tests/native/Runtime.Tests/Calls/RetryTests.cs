using IronCage.Runtime.Calls;
using IronCage.Runtime.Protections;
using IronCage.Runtime.Runs;
using IronCage.Runtime.Tests.Support;

namespace IronCage.Runtime.Tests.Calls;

public class RetryTests
{
    private Cage _cage = null!;

    [SetUp]
    public void Open() => _cage = new Cage();

    [TearDown]
    public void Close() => _cage.Dispose();

    private (Protection Protection, Run Run) Protect(string options = "\"budget_usd\":\"1\"")
    {
        var protection = _cage.Protect(options + ",\"circuit_breaker\":{\"failure_threshold\":100}");
        return (protection, protection.OpenRun(null));
    }

    private static Step Retry(ProtectedCall failed, out bool isLast, CallEnding how = CallEnding.Complete, string headers = "", string? body = null)
    {
        var verdict = ProtectedCall.Retry(failed, how, Wire.Utf8(headers), Wire.Utf8(body ?? Wire.Request()), nonblocking: true, out var next, out isLast);
        return Step.Of(verdict, next);
    }

    private static Step Retry(ProtectedCall failed, CallEnding how = CallEnding.Complete, string headers = "", string? body = null) => Retry(failed, out _, how, headers, body);

    private static ProtectedCall Failed(ProtectedCall call, int status = 503)
    {
        call.Respond(status, true, "{}"u8);
        return call;
    }

    private void Check(Protection protection, int calls, int retries, int denied = 0)
    {
        var report = Cage.Report(protection);
        Assert.That((report.GetProperty("calls").GetInt32(), report.GetProperty("retries").GetInt32(), report.GetProperty("denied").GetInt32(), Cage.Figures(protection).Held),
            Is.EqualTo((calls, retries, denied, 0m)));
    }

    [Test]
    public void A_failed_attempt_waits_and_is_judged_again_as_a_call_of_its_own()
    {
        var (protection, run) = Protect();
        var next = Retry(Failed(_cage.Begin(run).Call));
        Assert.That((next.Kind, next.Call.Wait(0).Kind), Is.EqualTo((VerdictKind.Pending, VerdictKind.Pending)));
        Check(protection, calls: 1, retries: 0);
        _cage.Clock.Advance(TimeSpan.FromSeconds(0.5));
        Assert.That(next.Call.Wait(0).Kind, Is.EqualTo(VerdictKind.Send));
        next.Call.Respond(200, true, Wire.Utf8(Wire.Answer(usage: Wire.Usage(10, 5))));
        next.Call.End(CallEnding.Complete);
        Check(protection, calls: 2, retries: 1);
        var told = _cage.Drain().Single(e => e.Kind == "call.retried");
        Assert.That(told.Details, Does.Contain("\"why\":\"503\",\"attempt\":2,\"wait\":0."));
    }

    [Test]
    public void The_cap_counts_what_the_sdk_made_and_the_last_error_says_so()
    {
        var (protection, run) = Protect("\"max_retries\":2,\"retry_delay\":0.001");
        var first = Retry(Failed(_cage.Begin(run, headers: "x-stainless-retry-count: 1").Call), out var isLast);
        Assert.That((first.Kind, isLast), Is.EqualTo((VerdictKind.Pending, false)));
        _cage.Clock.Advance(TimeSpan.FromSeconds(1));
        first.Call.Wait(0);
        Assert.That((Retry(Failed(first.Call), out isLast).Kind, isLast), Is.EqualTo((VerdictKind.Pass, true)));
        // The same body again: the client did not listen.
        Assert.That((Retry(Failed(_cage.Begin(run).Call), out isLast).Kind, isLast), Is.EqualTo((VerdictKind.Pass, true)));
        // An hour later it is a request of its own.
        _cage.Clock.Advance(TimeSpan.FromHours(1));
        var anew = Retry(Failed(_cage.Begin(run).Call), out isLast);
        Assert.That((anew.Kind, isLast), Is.EqualTo((VerdictKind.Pending, false)));
        anew.Call.End(CallEnding.Withdrawn);
        Check(protection, calls: 4, retries: 3);
    }

    [TestCase(CallEnding.NotSent, true)]
    [TestCase(CallEnding.NoResponse, true)]
    [TestCase(CallEnding.Aborted, false)]
    [TestCase(CallEnding.Cancelled, false)]
    [TestCase(CallEnding.Withdrawn, false)]
    [TestCase(CallEnding.Cut, false)]
    public void Without_a_response_only_failures_of_the_transport_are_tried_again(CallEnding how, bool again)
    {
        var (_, run) = Protect();
        Assert.That(Retry(_cage.Begin(run).Call, out var isLast, how).Kind, Is.EqualTo(again ? VerdictKind.Pending : VerdictKind.Pass));
        Assert.That(isLast, Is.False);
    }

    [TestCase(200)]
    [TestCase(302)]
    [TestCase(400)]
    public void What_is_no_passing_failure_is_handed_on(int status)
    {
        var (protection, run) = Protect();
        Assert.That(Retry(Failed(_cage.Begin(run).Call, status)).Kind, Is.EqualTo(VerdictKind.Pass));
        Check(protection, 1, 0);
    }

    [Test]
    public void A_stream_that_began_is_never_sent_again()
    {
        var (_, run) = Protect();
        var call = _cage.Begin(run, Wire.Streamed()).Call;
        call.OpenStream(200);
        Assert.That(Retry(call, CallEnding.Cut, body: Wire.Streamed()).Kind, Is.EqualTo(VerdictKind.Pass));
    }

    [TestCase("\"max_retries\":0", "")]
    [TestCase("\"retry_after_ceiling\":1", "retry-after: 2")]
    [TestCase("\"timeout\":5", "retry-after: 6")]
    [TestCase("\"total_timeout\":5", "retry-after: 6")]
    [TestCase("", "x-should-retry: false")]
    public void No_retry_where_options_or_the_provider_are_against_it(string options, string headers)
    {
        var (_, run) = Protect(options.Length > 0 ? options : "\"max_retries\":1");
        Assert.That((Retry(Failed(_cage.Begin(run).Call), out var isLast, headers: headers).Kind, isLast), Is.EqualTo((VerdictKind.Pass, false)));
    }

    [Test]
    public void No_retry_once_the_circuit_is_open()
    {
        var protection = _cage.Protect("\"circuit_breaker\":{\"failure_threshold\":1}");
        Assert.That(Retry(Failed(_cage.Begin(protection.OpenRun(null)).Call)).Kind, Is.EqualTo(VerdictKind.Pass));
    }

    [Test]
    public void A_circuit_that_opens_during_the_pause_leaves_the_caller_with_the_failure()
    {
        var protection = _cage.Protect("\"circuit_breaker\":{\"failure_threshold\":2}");
        var next = Retry(Failed(_cage.Begin(protection.OpenRun(null)).Call)).Call;
        Failed(_cage.Begin(protection.OpenRun(null), Wire.Request("another")).Call).End(CallEnding.Complete);
        _cage.Clock.Advance(TimeSpan.FromSeconds(1));
        Assert.That(next.Wait(0).Kind, Is.EqualTo(VerdictKind.Pass));
        Check(protection, calls: 2, retries: 0);
    }

    [TestCase("\"max_calls\":1")]
    [TestCase("\"budget_usd\":\"0.01\",\"hold_wait\":0,\"lower_output\":false")]
    public void What_would_be_refused_is_not_added_and_ends_nothing(string options)
    {
        var (protection, run) = Protect(options);
        var body = Wire.Request(extra: "\"max_tokens\":600"); // most of a cent
        var next = Retry(Failed(_cage.Begin(run, body).Call), body: body).Call;
        var other = options.Contains("budget", StringComparison.Ordinal) ? _cage.Begin(run, Wire.Request("another", extra: "\"max_tokens\":600")).Call : null;
        _cage.Clock.Advance(TimeSpan.FromSeconds(1));
        Assert.That(next.Wait(0).Kind, Is.EqualTo(VerdictKind.Pass));
        other?.End(CallEnding.Withdrawn);
        Check(protection, calls: 1, retries: 0);
        Assert.That(run.Close(), Is.Null);
    }

    [Test]
    public void The_kill_switch_ends_the_pause_as_a_refusal()
    {
        var (protection, run) = Protect();
        var next = Retry(Failed(_cage.Begin(run).Call), headers: "retry-after: 50").Call;
        protection.Stop("enough");
        Assert.That(Step.Of(next.Wait(60_000)).Error, Is.EqualTo("AgentStopped"));
        Check(protection, 1, 0, denied: 1);
    }

    [Test]
    public void The_end_of_the_runs_time_ends_the_pause_as_a_refusal()
    {
        var (protection, run) = Protect("\"timeout\":10");
        var next = Retry(Failed(_cage.Begin(run).Call), headers: "retry-after: 5").Call;
        _cage.Clock.Advance(TimeSpan.FromSeconds(11));
        Assert.That(Step.Of(next.Wait(60_000)).Error, Is.EqualTo("LimitReached"));
        Check(protection, 1, 0, denied: 1);
    }

    [Test]
    public void Withdrawn_during_the_pause_nothing_is_held_or_counted()
    {
        var (protection, run) = Protect();
        var next = Retry(Failed(_cage.Begin(run).Call)).Call;
        next.End(CallEnding.Withdrawn);
        _cage.Clock.Advance(TimeSpan.FromSeconds(9));
        Check(protection, 1, 0);
    }

    [Test]
    public void The_engine_tells_when_the_pause_is_over_and_again_when_the_hold_is_decided()
    {
        var told = new List<ulong>();
        _cage.Engine.Decided = told.Add;
        var (_, run) = Protect("\"budget_usd\":\"0.01\",\"lower_output\":false");
        var body = Wire.Request(extra: "\"max_tokens\":600");
        var next = Retry(Failed(_cage.Begin(run, body).Call), body: body).Call;
        next.Handle = 77;
        next.TellWhenDecided();
        var other = _cage.Begin(run, Wire.Request("another", extra: "\"max_tokens\":600")).Call;
        _cage.Clock.Advance(TimeSpan.FromSeconds(1));
        Assert.That(() => told, Is.EqualTo(new ulong[] { 77 }).After(60_000, 10));
        Assert.That(next.Wait(0).Kind, Is.EqualTo(VerdictKind.Pending));
        other.End(CallEnding.Withdrawn);
        Assert.That(() => told, Is.EqualTo(new ulong[] { 77, 77 }).After(60_000, 10));
        Assert.That(next.Wait(60_000).Kind, Is.EqualTo(VerdictKind.Send));
        next.End(CallEnding.Withdrawn);
    }

    [Test]
    public void Of_nested_protections_the_smallest_cap_counts()
    {
        var (outer, inner) = (_cage.Protect("\"max_retries\":0", agent: "outer"), _cage.Protect("\"max_retries\":5", agent: "inner"));
        Assert.That(Retry(Failed(_cage.Begin(inner.OpenRun(outer.OpenRun(null))).Call)).Kind, Is.EqualTo(VerdictKind.Pass));
    }

    [Test]
    public void A_host_may_wait_inside_where_real_time_passes()
    {
        using var cage = new Cage(clock: TimeProvider.System);
        var run = cage.Protect("\"retry_delay\":0.001").OpenRun(null);
        var verdict = ProtectedCall.Retry(Failed(cage.Begin(run).Call), CallEnding.Complete, default, Wire.Utf8(Wire.Request()), nonblocking: false, out var next, out _);
        Assert.That((verdict.Kind, next is null), Is.EqualTo((VerdictKind.Send, false)));
        next!.End(CallEnding.Withdrawn);
    }

    [Test]
    public void An_attempt_is_given_the_shorter_of_its_own_time_and_what_is_left_of_the_whole()
    {
        var (_, run) = Protect("\"attempt_timeout\":2,\"total_timeout\":3");
        var first = _cage.Begin(run).Call;
        Assert.That(first.AttemptMs, Is.EqualTo(2000));
        _cage.Clock.Advance(TimeSpan.FromSeconds(1.8));
        var next = Retry(Failed(first), headers: "retry-after-ms: 100").Call;
        _cage.Clock.Advance(TimeSpan.FromSeconds(0.1));
        Assert.That((next.Wait(0).Kind, next.AttemptMs), Is.EqualTo((VerdictKind.Send, 1100u)));
        next.End(CallEnding.Withdrawn);
        Assert.That(_cage.Begin(Protect().Run).Call.AttemptMs, Is.Zero);
    }
}
