using IronCage.Core.Ledger;
using IronCage.Core.Money;
using IronCage.Runtime.Calls;
using IronCage.Runtime.Protections;
using IronCage.Runtime.Runs;
using IronCage.Runtime.Tests.Support;

namespace IronCage.Runtime.Tests.Calls;

public class HoldTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private Cage _cage = null!;

    [SetUp]
    public void Open() => _cage = new Cage();

    [TearDown]
    public void Close() => _cage.Dispose();

    // By the tokenizer 17 tokens of input, $0.0000425. What is left of $0.0009425 pays for 90 tokens of output.
    [TestCase("\"max_tokens\":100", "max_tokens")]
    [TestCase("\"max_completion_tokens\":100", "max_completion_tokens")]
    public void A_request_that_does_not_fit_is_lowered_in_the_field_it_uses(string limit, string field)
    {
        var protection = _cage.Protect("\"budget_usd\":\"0.0009425\"");
        var begun = _cage.Begin(protection.OpenRun(null), Wire.Request(extra: limit));
        Assert.That(begun.Text, Is.EqualTo(Wire.Request(extra: $"\"{field}\":90")));
        Assert.That(Cage.Figures(protection).BudgetHeld, Is.EqualTo(0.0009425m));
        Assert.That(Cage.Report(protection).GetProperty("lowered").GetInt64(), Is.EqualTo(1));
        begun.Call.End(CallEnding.NoResponse);
        Assert.That(Cage.Figures(protection).BudgetSpent, Is.EqualTo(0.0009425m));
    }

    [Test]
    public void Both_fields_of_a_request_are_lowered()
    {
        var begun = _cage.Begin(_cage.Protect("\"budget_usd\":\"0.0009425\"").OpenRun(null), Wire.Request(extra: "\"max_tokens\":200,\"max_completion_tokens\":100"));
        Assert.That(begun.Text, Is.EqualTo(Wire.Request(extra: "\"max_tokens\":90,\"max_completion_tokens\":90")));
    }

    [Test]
    public void Of_several_choices_each_is_paid_for()
    {
        var protection = _cage.Protect("\"budget_usd\":\"1\"");
        _cage.Begin(protection.OpenRun(null), Wire.Request(extra: "\"n\":3,\"max_tokens\":100"));
        Assert.That(Cage.Figures(protection).Held, Is.EqualTo(24 * 2.5m / 1_000_000 + 3 * 100 * 10m / 1_000_000));
    }

    [TestCase("", 100_000_000_000, TestName = "A_request_without_a_limit_holds_at_most_a_quarter_of_the_rest")]
    public void Open_ended(string extra, long quarter)
    {
        var protection = _cage.Protect("\"budget_usd\":\"0.4\"");
        var run = protection.OpenRun(null);
        var begun = _cage.Begin(run, Wire.Request(extra: extra));
        // 24 tokens of input and 9,994 of output: exactly a quarter.
        Assert.That(begun.Json.GetProperty("max_tokens").GetInt64(), Is.EqualTo(9_994));
        Assert.That(((MemoryOf(run)).Held, Cage.Figures(protection).Held), Is.EqualTo((new Picodollars(quarter), 0.1m)));
    }

    [Test]
    public void A_reasoning_model_without_a_limit_is_limited_in_the_field_that_it_takes()
    {
        var begun = _cage.Begin(_cage.Protect("\"budget_usd\":\"0.1\"").OpenRun(null), Wire.Request(model: "gpt-5-mini", extra: ""));
        Assert.That(begun.Json.GetProperty("max_completion_tokens").GetInt64(), Is.GreaterThan(1024));
    }

    // The floor is 64 tokens, 256 with tools, 1,024 for reasoning models.
    [TestCase("gpt-4o", "\"max_tokens\":100", "0.0006825", true)]
    [TestCase("gpt-4o", "\"max_tokens\":100", "0.000682499999", false)]
    [TestCase("gpt-4o", "\"max_tokens\":1000,\"tools\":[]", "0.00069", true)]
    [TestCase("gpt-5-mini", "\"max_completion_tokens\":2000", "0.002054", true)]
    [TestCase("gpt-5-mini", "\"max_completion_tokens\":2000", "0.002053", false)]
    [TestCase("gpt-4o", "\"max_tokens\":10", "0.0001425", true)]
    [TestCase("gpt-4o", "\"max_tokens\":10", "0.0001424", false)]
    public void A_request_is_refused_below_its_floor_and_not_above(string model, string extra, string budget, bool goes)
    {
        var protection = _cage.Protect($"\"budget_usd\":\"{budget}\"");
        var begun = _cage.Begin(protection.OpenRun(null), Wire.Request(model: model, extra: extra));
        Assert.That(begun.Kind is VerdictKind.Send or VerdictKind.Rewrite, Is.EqualTo(goes), begun.Text);
        Assert.That(Cage.Figures(protection).BudgetHeld == 0, Is.Not.EqualTo(goes));
    }

    [Test]
    public void A_request_below_its_floor_is_refused_with_the_figures()
    {
        var protection = _cage.Protect("\"budget_usd\":\"0.0005\"");
        var refusal = _cage.Begin(protection.OpenRun(null)).Json;
        Assert.That(refusal.GetProperty("error").GetString(), Is.EqualTo("BudgetExceeded"));
        Assert.That((Figures.Money(refusal, "limit_usd"), Figures.Money(refusal, "spent_usd"), Figures.Money(refusal, "held_usd"), Figures.Money(refusal, "needed_usd")),
            Is.EqualTo((0.0005m, 0m, 0m, 0.0006825m)));
        Assert.That(refusal.GetProperty("status").GetInt32(), Is.EqualTo(402));
        Assert.That(Cage.Figures(protection), Is.EqualTo(new Figures(0, 0, 0, 0, 1, 0, 0)));
    }

    [Test]
    public void Without_lower_output_a_request_goes_in_full_or_not_at_all()
    {
        var protection = _cage.Protect("\"budget_usd\":\"0.0009425\",\"lower_output\":false");
        Assert.That(_cage.Begin(protection.OpenRun(null)).Error, Is.EqualTo("BudgetExceeded"));
        Assert.That(_cage.Begin(protection.OpenRun(null), Wire.Request(extra: "\"max_tokens\":90")).Kind, Is.EqualTo(VerdictKind.Send));
    }

    [Test]
    public void The_strict_bound_takes_a_token_for_every_byte()
    {
        var text = string.Concat(Enumerable.Repeat("hello ", 100));
        var (loose, strict) = (_cage.Protect("\"budget_usd\":\"0.01\""), _cage.Protect("\"budget_usd\":\"0.01\",\"bound\":\"strict\""));
        _cage.Begin(loose.OpenRun(null), Wire.Request(text));
        _cage.Begin(strict.OpenRun(null), Wire.Request(text));
        Assert.That(Cage.Figures(strict).Held, Is.EqualTo(619 * 2.5m / 1_000_000 + 0.001m));
        Assert.That(Cage.Figures(loose).Held, Is.LessThan(Cage.Figures(strict).Held));
    }

    private static BudgetFigures MemoryOf(Run run) => run.Watch!.Account.Peek();

    /// <summary>A budget that has room for one standard call, and that call in flight.</summary>
    private (Protection Protection, ProtectedCall InFlight) Full(string options = "")
    {
        var protection = _cage.Protect("\"budget_usd\":\"0.0012\",\"lower_output\":false" + options);
        return (protection, _cage.Begin(protection.OpenRun(null)).Call);
    }

    [Test]
    public void A_request_waits_until_another_call_settles_and_the_host_is_told()
    {
        var (protection, inFlight) = Full();
        var decided = new List<ulong>();
        _cage.Engine.Decided = call =>
        {
            lock (decided)
                decided.Add(call);
        };
        var waiting = _cage.Begin(protection.OpenRun(null), nonblocking: true);
        waiting.Call.Handle = 4711;
        waiting.Call.TellWhenDecided();
        Assert.That((waiting.Kind, waiting.Call.Wait(0).Kind, decided.Count), Is.EqualTo((VerdictKind.Pending, VerdictKind.Pending, 0)));
        Assert.That(Cage.Figures(protection).Calls, Is.EqualTo(1), "a waiting call has not left");

        inFlight.Respond(200, true, Wire.Utf8(Wire.Answer(usage: Wire.Usage(10, 5))));
        inFlight.End(CallEnding.Complete);
        Assert.That(SpinWait.SpinUntil(() => Count() == 1, Patience), Is.True);
        Assert.That(decided[0], Is.EqualTo(4711));
        Assert.That(waiting.Call.Wait(-1).Kind, Is.EqualTo(VerdictKind.Send));
        Assert.That(waiting.Call.Wait(0).Kind, Is.EqualTo(VerdictKind.Send), "the verdict stays");
        waiting.Call.End(CallEnding.NotSent);
        Assert.That(Cage.Figures(protection).Held, Is.Zero);
        Assert.That(Count(), Is.EqualTo(1));

        int Count()
        {
            lock (decided)
                return decided.Count;
        }
    }

    [Test]
    public void A_blocking_request_waits_until_another_call_settles()
    {
        var (protection, inFlight) = Full();
        var waiting = Task.Run(() => _cage.Begin(protection.OpenRun(null)));
        inFlight.End(CallEnding.NotSent);
        Assert.That(waiting.Wait(Patience), Is.True);
        Assert.That(waiting.Result.Kind, Is.EqualTo(VerdictKind.Send));
    }

    [Test]
    public void A_rewritten_request_is_still_rewritten_after_a_wait()
    {
        var (protection, inFlight) = Full();
        var body = Wire.Utf8(Wire.Request("ada@example.com"));
        var waiting = _cage.Begin(protection.OpenRun(null), body, nonblocking: true);
        Array.Clear(body); // the host's memory is its own again
        inFlight.End(CallEnding.NotSent);
        Assert.That(Step.Of(waiting.Call.Wait(-1)).Text, Is.EqualTo(Wire.Request("[EMAIL_REDACTED]")));
    }

    [Test]
    public void A_wait_that_is_too_long_is_refused()
    {
        var (protection, inFlight) = Full(",\"hold_wait\":5");
        var run = protection.OpenRun(null);
        var waiting = _cage.Begin(run, nonblocking: true);
        _cage.Clock.Advance(TimeSpan.FromSeconds(4.9));
        Assert.That(waiting.Call.Wait(0).Kind, Is.EqualTo(VerdictKind.Pending));
        _cage.Clock.Advance(TimeSpan.FromSeconds(0.2));
        var refusal = Step.Of(waiting.Call.Wait(-1));
        Assert.That(refusal.Error, Is.EqualTo("BudgetExceeded"));
        Assert.That((Figures.Money(refusal.Json, "held_usd"), Figures.Money(refusal.Json, "needed_usd")), Is.EqualTo((Wire.ExactHold, Wire.ExactHold)));
        Assert.That(Cage.Figures(protection), Is.EqualTo(new Figures(0, Wire.ExactHold, 1, 0, 1, 0, Wire.ExactHold)));
        Assert.That(run.Close()!.Error, Is.EqualTo("BudgetExceeded"));
        inFlight.End(CallEnding.NotSent);
        Assert.That(Cage.Figures(protection).BudgetHeld, Is.Zero);
    }

    [Test]
    public void Without_hold_wait_nobody_waits()
    {
        var (protection, _) = Full(",\"hold_wait\":0");
        Assert.That(_cage.Begin(protection.OpenRun(null), nonblocking: true).Error, Is.EqualTo("BudgetExceeded"));
    }

    [Test]
    public void A_call_withdrawn_while_it_waits_holds_nothing_and_is_not_reported_as_decided([Values] CallEnding how)
    {
        var (protection, inFlight) = Full();
        var told = 0;
        _cage.Engine.Decided = _ => Interlocked.Increment(ref told);
        var waiting = _cage.Begin(protection.OpenRun(null), nonblocking: true).Call;
        waiting.TellWhenDecided();
        waiting.End(how);
        waiting.End(how);
        inFlight.End(CallEnding.NotSent);
        Assert.That(Cage.Figures(protection), Is.EqualTo(new Figures(0, 0, 0, 0, 0, 0, 0)));
        // The budget is free again: nobody stands in the queue.
        Assert.That(_cage.Begin(protection.OpenRun(null), nonblocking: true).Kind, Is.EqualTo(VerdictKind.Send));
        Assert.That(told, Is.Zero);
    }

    [Test]
    public void The_kill_switch_ends_a_wait()
    {
        var (protection, inFlight) = Full();
        var run = protection.OpenRun(null);
        var waiting = _cage.Begin(run, nonblocking: true);
        protection.Stop("enough");
        protection.Stop("too late");
        var refusal = Step.Of(waiting.Call.Wait(-1));
        Assert.That((refusal.Error, refusal.Json.GetProperty("why").GetString()), Is.EqualTo(("AgentStopped", "enough")));
        Assert.That(_cage.Begin(protection.OpenRun(null)).Error, Is.EqualTo("AgentStopped"));
        inFlight.Respond(200, true, Wire.Utf8(Wire.Answer(usage: Wire.Usage(10, 5))));
        inFlight.End(CallEnding.Complete);
        Assert.That(Cage.Figures(protection), Is.EqualTo(new Figures(0.000075m, 0, 1, 0, 3, 0.000075m, 0)), "a call in flight is paid, and its answer goes nowhere");
    }

    [TestCase(false)]
    [TestCase(true)]
    public void The_kill_switch_thrown_while_a_request_is_judged_stops_it(bool mustWait)
    {
        var protection = _cage.Protect("\"budget_usd\":\"0.0012\",\"lower_output\":false,\"circuit_breaker\":null");
        if (mustWait)
            _cage.Begin(protection.OpenRun(null));
        var readings = 0;
        // The first reading is at the beginning, the second after the holds were asked for.
        _cage.Clock.OnTimestamp = () =>
        {
            if (++readings == 2)
                protection.Stop("now");
        };
        var run = protection.OpenRun(null);
        var before = Cage.Figures(protection);
        var begun = _cage.Begin(run, Wire.Request(), nonblocking: true);
        _cage.Clock.OnTimestamp = null;
        if (begun.Kind == VerdictKind.Pending)
        {
            Assert.That(SpinWait.SpinUntil(() => begun.Call.Wait(0).Kind != VerdictKind.Pending, Patience), Is.True);
            begun = Step.Of(begun.Call.Wait(0));
        }
        Assert.That(begun.Error, Is.EqualTo("AgentStopped"));
        Assert.That(Cage.Figures(protection), Is.EqualTo(before with { Denied = 1 }));
    }

    [TestCase("gpt-4o", "1", 16_384)]
    [TestCase("gpt-4o", "50", 16_384)]
    [TestCase("gpt-4.1", "20", 32_768)]
    [TestCase("gpt-4o-2024-05-13", "1", 4_096)]
    [TestCase("gpt-5", "10", 128_000)]
    [TestCase("gpt-5.1-chat-latest", "10", 16_384)]
    [TestCase("o3", "50", 100_000)]
    [TestCase("gpt-chat-latest", "50", 4_096)]
    [TestCase("claude-opus-5", "1", 4_096)]
    public void No_limit_is_written_that_the_model_would_not_accept(string model, string budget, long most)
    {
        for (var spent = 0; spent < 4; spent++)
        {
            using var cage = new Cage();
            var protection = cage.Protect($"\"budget_usd\":\"{budget}\",\"circuit_breaker\":null");
            for (var i = 0; i < spent; i++)
                cage.Ends(protection.OpenRun(null), CallEnding.NoResponse);
            var begun = cage.Begin(protection.OpenRun(null), Wire.Request(model: model, extra: ""));
            if (begun.Kind == VerdictKind.Send)
                continue;
            var limit = begun.Json.TryGetProperty("max_completion_tokens", out var field) ? field : begun.Json.GetProperty("max_tokens");
            Assert.That(limit.GetInt64(), Is.InRange(1, most));
        }
    }

    [Test]
    public void A_limit_that_is_written_leaves_room_for_the_input_in_the_window()
    {
        var protection = _cage.Protect("\"budget_usd\":\"1.9\"");
        var begun = _cage.Begin(protection.OpenRun(null), Wire.Request(string.Concat(Enumerable.Repeat("word ", 4000)), "gpt-4", extra: ""));
        Assert.That(begun.Json.GetProperty("max_tokens").GetInt64(), Is.InRange(3000, 8192 - 4000), "gpt-4 has 8,192 tokens for input and output");
    }

    [Test]
    public void A_call_without_an_answer_costs_no_more_than_the_limit_that_was_written()
    {
        var protection = _cage.Protect("\"budget_usd\":\"50\",\"unpriced\":{\"input_usd_per_mtok\":\"1\",\"output_usd_per_mtok\":\"1000\",\"context_window\":100000}");
        var begun = _cage.Begin(protection.OpenRun(null), Wire.Request(model: "mine", extra: ""));
        Assert.That(begun.Json.GetProperty("max_tokens").GetInt64(), Is.EqualTo(4096), "a quarter of the budget pays for 12,499");
        begun.Call.End(CallEnding.NoResponse);
        Assert.That(Cage.Figures(protection).BudgetSpent, Is.InRange(4.096m, 4.0961m));
    }

    [Test]
    public void What_is_learned_of_one_model_without_a_price_is_not_held_against_another()
    {
        var protection = _cage.Protect("\"budget_usd\":\"1\",\"unpriced\":{\"input_usd_per_mtok\":\"1\",\"output_usd_per_mtok\":\"1\"}");
        decimal Held(string model)
        {
            var call = _cage.Begin(protection.OpenRun(null), Wire.Request(model: model)).Call;
            var held = Cage.Figures(protection).Held;
            call.Respond(200, true, Wire.Utf8(Wire.Answer(usage: Wire.Usage(model == "chatty" ? 1000 : 10, 5))));
            call.End(CallEnding.Complete);
            return held;
        }
        var first = Held("chatty");
        Assert.That(Held("quiet"), Is.EqualTo(first));
        Assert.That(Held("chatty"), Is.GreaterThan(first));
    }

    [Test]
    public void Sixty_four_threads_never_overspend_one_budget()
    {
        const decimal Cost = 16 * 2.5m / 1_000_000 + 20 * 10m / 1_000_000;
        var protection = _cage.Protect("\"budget_usd\":\"0.02\",\"circuit_breaker\":null,\"hold_wait\":3600");
        var account = protection.OpenRun(null).Watch!.Account;
        long settled = 0, observations = 0, refused = 0;
        var worst = 0L;
        using var over = new ManualResetEventSlim();
        var observer = new Thread(() =>
        {
            while (!over.IsSet)
            {
                var figures = account.Peek();
                worst = Math.Max(worst, figures.Spent.Value + figures.Held.Value);
                observations++;
            }
        });
        observer.Start();
        var threads = Enumerable.Range(0, 64).Select(seed => new Thread(() =>
        {
            var run = protection.OpenRun(null);
            while (true)
            {
                var begun = _cage.Begin(run);
                if (begun.Opened is not { } call)
                    break;
                call.Respond(200, true, Wire.Utf8(Wire.Answer(usage: Wire.Usage(16, 20))));
                call.End(CallEnding.Complete);
                Interlocked.Increment(ref settled);
            }
            Interlocked.Increment(ref refused);
        })).ToList();
        threads.ForEach(t => t.Start());
        var joined = threads.TrueForAll(t => t.Join(Patience));
        over.Set();
        observer.Join();
        Assert.That(joined, Is.True, "nobody hangs");
        var figures = Cage.Figures(protection);
        Assert.That((figures.BudgetSpent, figures.Spent, figures.Held, figures.BudgetHeld, figures.Calls), Is.EqualTo((settled * Cost, settled * Cost, 0m, 0m, settled)));
        Assert.That(worst, Is.LessThanOrEqualTo(20_000_000_000));
        Assert.That(observations, Is.GreaterThan(0));
        Assert.That(figures.BudgetSpent, Is.GreaterThan(0.018m).And.LessThanOrEqualTo(0.02m), "it is used, too");
        Assert.That(refused, Is.EqualTo(64));
    }
}
