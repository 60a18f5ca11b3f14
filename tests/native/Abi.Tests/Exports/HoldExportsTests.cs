using System.Text.Json;
using IronCage.Abi.Boundary;
using IronCage.Abi.Tests.Support;
using IronCage.Runtime.Calls;

namespace IronCage.Abi.Tests.Exports;

/// <summary>Holds of the host's own. Amounts are picodollars; the budget is 10,000 of them.</summary>
public class HoldExportsTests
{
    private const string Options = """{"name":"b","limit_usd":"0.00000001"}""";

    private ulong _engine;
    private ulong _budget;

    [SetUp]
    public void Open()
    {
        Assert.That(Host.Engine(out _engine), Is.EqualTo(Status.Ok));
        Assert.That(Host.Budget(out _budget, _engine, Options), Is.EqualTo(Status.Ok));
    }

    [TearDown]
    public void Close() => Host.Free(_engine);

    private (string Spent, string Held) Figures()
    {
        Assert.That(Host.BudgetReport(out var report, _budget), Is.EqualTo(Status.Ok));
        using var json = JsonDocument.Parse(report);
        return (json.RootElement.GetProperty("spent_usd").GetString()!, json.RootElement.GetProperty("held_usd").GetString()!);
    }

    private ulong Taken(long pico, string attribution = "", ulong run = 0)
    {
        Assert.That((Host.Hold(out var verdict, _budget, pico, run, attribution: attribution), verdict.Kind), Is.EqualTo((Status.Ok, (int)VerdictKind.Send)), Host.Error);
        return verdict.Call;
    }

    [Test]
    public void A_hold_ends_once_whatever_is_tried_on_it()
    {
        var hold = Taken(3000);
        Assert.That(Figures(), Is.EqualTo(("0", "0.000000003")));
        Assert.That(Host.Settle(hold, 1000), Is.EqualTo(Status.Ok));
        Assert.That((Host.Settle(hold, 1000), Host.Release(hold), Host.FreeHold(hold)), Is.EqualTo((Status.Handle, Status.Handle, Status.Ok)));
        Assert.That(Figures(), Is.EqualTo(("0.000000001", "0")));
    }

    [Test]
    public void A_released_hold_costs_nothing_and_one_that_is_only_freed_all_of_it()
    {
        Assert.That((Host.Release(Taken(3000)), Figures()), Is.EqualTo((Status.Ok, ("0", "0"))));
        Assert.That((Host.FreeHold(Taken(3000)), Figures()), Is.EqualTo((Status.Ok, ("0.000000003", "0"))));
    }

    [Test]
    public void A_settlement_out_of_range_leaves_the_hold_as_it_is()
    {
        var hold = Taken(3000);
        Assert.That((Host.Settle(hold, -1), Host.Error), Is.EqualTo((Status.Config, "actual_pico: must be 0 or more and at most 9000000 dollars")));
        Assert.That((Host.Settle(hold, 0), Figures()), Is.EqualTo((Status.Ok, ("0", "0"))));
    }

    [Test]
    public void A_hold_goes_on_when_its_budget_is_freed()
    {
        var hold = Taken(3000);
        Host.FreeBudget(_budget);
        Assert.That(Host.Settle(hold, 2000), Is.EqualTo(Status.Ok));
        Host.Budget(out _budget, _engine, Options);
        Assert.That(Figures(), Is.EqualTo(("0.000000002", "0")));
    }

    [Test]
    public void What_does_not_fit_is_refused_with_the_figures()
    {
        Assert.That((Host.Hold(out var verdict, _budget, 10_001, attribution: """{"label":"gpu"}"""), verdict.Kind, verdict.Call), Is.EqualTo((Status.Ok, (int)VerdictKind.Refuse, 0UL)));
        using var refusal = JsonDocument.Parse(Host.Take(ref verdict.Body));
        Assert.That(new[] { "error", "model", "limit_usd", "needed_usd" }.Select(name => refusal.RootElement.GetProperty(name).GetString()),
            Is.EqualTo(new[] { "BudgetExceeded", "gpu", "0.00000001", "0.000000010001" }));
    }

    [Test]
    public void A_hold_that_waits_is_reported_when_the_money_comes()
    {
        Host.EventFd(out var descriptor, _engine);
        var first = Taken(10_000);
        Assert.That((Host.Hold(out var second, _budget, 5000, flags: 1, waitMs: 60_000), second.Kind), Is.EqualTo((Status.Ok, (int)VerdictKind.Pending)));
        Assert.That((Host.WaitForHold(out var verdict, second.Call, 0), verdict.Kind, Host.Settle(second.Call, 1)), Is.EqualTo((Status.Ok, (int)VerdictKind.Pending, Status.Pending)));
        Host.Settle(first, 0);
        Assert.That(SpinWait.SpinUntil(() => Poll.IsReadable(descriptor), TimeSpan.FromSeconds(60)), Is.True);
        Assert.That((Host.Collect(out var decided, _engine), decided.Single()), Is.EqualTo((Status.Ok, second.Call)));
        Assert.That((Host.WaitForHold(out verdict, second.Call, -1), verdict.Kind, verdict.Call), Is.EqualTo((Status.Ok, (int)VerdictKind.Send, second.Call)));
        Assert.That((Host.Settle(second.Call, 5000), Figures()), Is.EqualTo((Status.Ok, ("0.000000005", "0"))));
    }

    [TestCase(true)]
    [TestCase(false)]
    public void A_hold_that_was_freed_or_fetched_meanwhile_is_not_reported_and_not_lost(bool fetched)
    {
        Host.EventFd(out var descriptor, _engine);
        for (var i = 0; i < 50; i++)
        {
            var first = Taken(10_000);
            Host.Hold(out var second, _budget, 5000, flags: 1, waitMs: 60_000);
            var free = fetched ? null : Task.Run(() => Host.FreeHold(second.Call));
            Host.Release(first);
            if (fetched)
                Host.WaitForHold(out _, second.Call, -1);
            free?.Wait();
            if (fetched)
                Host.Release(second.Call);
            // What was freed while it was being granted is given back by the thread that grants it.
            Assert.That(() => Figures(), Is.EqualTo(("0", "0")).After(60_000, 1));
        }
        Assert.That((Host.Collect(out var decided, _engine), decided.Length, Poll.IsReadable(descriptor)), Is.EqualTo((Status.Ok, 0, false)));
    }

    [Test]
    public void The_kill_switch_of_a_run_refuses_its_holds_also_those_that_wait()
    {
        Host.Protection(out var protection, _engine, 0, """{"agent_id":"a"}""");
        Host.Run(out var run, protection);
        var first = Taken(10_000, run: run);
        Host.Hold(out var waiting, _budget, 5000, run, flags: 1, waitMs: 60_000);
        Host.Stop(protection, "enough");
        Assert.That((Host.WaitForHold(out var refused, waiting.Call, -1), refused.Kind), Is.EqualTo((Status.Ok, (int)VerdictKind.Refuse)));
        Assert.That((Host.Hold(out var late, _budget, 1, run), late.Kind), Is.EqualTo((Status.Ok, (int)VerdictKind.Refuse)));
        Assert.That(new[] { Host.Take(ref refused.Body), Host.Take(ref late.Body) }, Is.All.Contains("AgentStopped").And.All.Contains("enough"));
        Assert.That((Host.Settle(first, 10_000), Figures()), Is.EqualTo((Status.Ok, ("0.00000001", "0"))));
    }

    [Test]
    public void Of_several_threads_that_end_a_hold_one_does()
    {
        for (var i = 0; i < 200; i++)
        {
            var hold = Taken(10);
            var ended = 0;
            Parallel.For(0, 4, _ => Interlocked.Add(ref ended, Host.Settle(hold, 10) == Status.Ok ? 1 : 0));
            Assert.That(ended, Is.EqualTo(1));
        }
        Assert.That(Figures(), Is.EqualTo(("0.000000002", "0")));
    }

    [Test]
    public void What_an_attribution_may_not_say_is_named()
    {
        foreach (var (text, message) in new[]
        {
            ("""{"label":""}""", "label: must be a string of 1 to 200 characters"), ("""{"tags":["a\nb"]}""", "tags[0]: must not have line breaks"),
            ("""{"model":"x"}""", "model: is not an attribution of a hold; accepted are agent, provider, label, project, tags"), ("[]", "options: must be a JSON object"),
        })
        {
            Assert.That((Host.Hold(out _, _budget, 1, attribution: text), Host.Error), Is.EqualTo((Status.Config, message)));
        }
        Assert.That(Figures(), Is.EqualTo(("0", "0")));
    }

    [Test]
    public void Holds_are_reported_under_their_run_and_what_their_attribution_says()
    {
        Host.Protection(out var protection, _engine, 0, """{"agent_id":"agent","project":"p","tags":["t"]}""");
        Host.Run(out var run, protection);
        Host.Settle(Taken(10, """{"provider":"lambda","label":"a100","tags":["s"]}""", run), 12);
        Host.FreeHold(Taken(5, """{"provider":"lambda","label":"a100","tags":["s"]}""", run));
        Host.Settle(Taken(7), 7);
        Host.Release(Taken(100));
        Assert.That(Host.Spend(out var spend, _engine), Is.EqualTo(Status.Ok));
        Assert.That(spend, Is.EqualTo("""[{"agent":"agent","provider":"lambda","model":"a100","project":"p","tags":["s","t"],"calls":2,"estimated":1,"overbilled":1,"input_tokens":0,"cached_tokens":0,"output_tokens":0,"cost_usd":"0.000000000017"},{"agent":"","provider":"","model":"","project":"","tags":[],"calls":1,"estimated":0,"overbilled":0,"input_tokens":0,"cached_tokens":0,"output_tokens":0,"cost_usd":"0.000000000007"}]"""));
    }
}
