using IronCage.Runtime.Calls;
using IronCage.Runtime.Tests.Support;

namespace IronCage.Runtime.Tests.Runs;

public class RunBudgetTests
{
    private Cage _cage = null!;

    [SetUp]
    public void Open() => _cage = new Cage();

    [TearDown]
    public void Close() => _cage.Dispose();

    [Test]
    public void Every_run_has_a_budget_of_its_own()
    {
        var protection = _cage.Protect("\"budget_usd\":\"0.0012\",\"budget_scope\":\"run\",\"lower_output\":false,\"circuit_breaker\":null");
        for (var i = 0; i < 3; i++)
        {
            var run = protection.OpenRun(null);
            _cage.Ends(run, CallEnding.NoResponse);
            Assert.That(_cage.Begin(run).Error, Is.EqualTo("BudgetExceeded"));
        }
        Assert.That(Cage.Figures(protection), Is.EqualTo(new Figures(3 * Wire.ExactHold, 0, 3, 3 * Wire.ExactHold, 3, null, null)));
    }

    [Test]
    public void Calls_of_no_run_in_particular_have_a_run_budget_too()
    {
        var protection = _cage.Protect("\"budget_usd\":\"0.0012\",\"budget_scope\":\"run\",\"lower_output\":false,\"circuit_breaker\":null");
        protection.OpenRun(null);
        protection.OpenRun(null);
        _cage.Begin(null).Call.End(CallEnding.NoResponse);
        Assert.That(_cage.Begin(null).Error, Is.EqualTo("BudgetExceeded"));
    }

    [Test]
    public void Max_calls_counts_each_run_for_itself_and_only_calls_that_left()
    {
        var protection = _cage.Protect("\"max_calls\":2");
        for (var i = 0; i < 2; i++)
        {
            var run = protection.OpenRun(null);
            _cage.Ends(run, CallEnding.NotSent);
            _cage.Ends(run, CallEnding.Withdrawn);
            _cage.Whole(run);
            _cage.Begin(run, "no JSON", nonblocking: false);
            run = protection.OpenRun(null);
            _cage.Whole(run);
            _cage.Whole(run);
            var refusal = _cage.Begin(run).Json;
            Assert.That((refusal.GetProperty("error").GetString(), refusal.GetProperty("limit").GetString()), Is.EqualTo(("LimitReached", "calls")));
        }
        Assert.That(Cage.Figures(protection).Calls, Is.EqualTo(6));
    }

    [Test]
    public void Sixteen_threads_do_not_pass_the_cap_of_a_run()
    {
        var run = _cage.Protect("\"max_calls\":100,\"circuit_breaker\":null").OpenRun(null);
        var passed = 0;
        Parallel.For(0, 16, _ =>
        {
            for (var i = 0; i < 20; i++)
            {
                if (_cage.Begin(run).Opened is not { } call)
                    return;
                Interlocked.Increment(ref passed);
                call.End(CallEnding.NoResponse);
            }
        });
        Assert.That(passed, Is.EqualTo(100));
    }
}
