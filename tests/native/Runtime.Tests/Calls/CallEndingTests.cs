using CsCheck;
using IronCage.Runtime.Calls;
using IronCage.Runtime.Protections;
using IronCage.Runtime.Tests.Support;

namespace IronCage.Runtime.Tests.Calls;

public class CallEndingTests
{
    // Input by the tokenizer, "Hello there" is two tokens.
    private const decimal Estimate = Wire.ExactInput + 2 * 10m / 1_000_000;
    private const decimal Billed = 100 * 2.5m / 1_000_000 + 20 * 10m / 1_000_000;

    private Cage _cage = null!;
    private Protection _protection = null!;

    [SetUp]
    public void Open()
    {
        _cage = new Cage();
        _protection = _cage.Protect("\"budget_usd\":\"1\",\"circuit_breaker\":null");
    }

    [TearDown]
    public void Close() => _cage.Dispose();

    private static readonly CallEnding[] Endings = Enum.GetValues<CallEnding>();

    private void Check(decimal spent, decimal estimated, long calls) => Assert.That(Cage.Figures(_protection), Is.EqualTo(
        new Figures(spent, 0, calls, estimated, 0, spent, 0)));

    private ProtectedCall Begin(string? body = null) => _cage.Begin(_protection.OpenRun(null), body).Call;

    private static void EndTwice(ProtectedCall call, CallEnding how)
    {
        call.End(how);
        foreach (var other in Endings)
            call.End(other);
    }

    [TestCase(CallEnding.Complete, true)]
    [TestCase(CallEnding.NoResponse, true)]
    [TestCase(CallEnding.Aborted, true)]
    [TestCase(CallEnding.Cancelled, true)]
    [TestCase(CallEnding.Cut, true)]
    [TestCase(CallEnding.NotSent, false)]
    [TestCase(CallEnding.Withdrawn, false)]
    public void A_call_that_ends_before_its_answer_costs_the_hold_unless_it_was_not_sent(CallEnding how, bool costs)
    {
        var call = Begin();
        Assert.That(Cage.Figures(_protection), Is.EqualTo(new Figures(0, Wire.Hold, 1, 0, 0, 0, Wire.Hold)), "while the call is in flight");
        EndTwice(call, how);
        Check(costs ? Wire.Hold : 0, costs ? Wire.Hold : 0, costs ? 1 : 0);
    }

    [TestCaseSource(nameof(Endings))]
    public void A_whole_answer_with_usage_costs_the_usage_however_the_call_ends(CallEnding how)
    {
        var call = Begin();
        call.Respond(200, true, Wire.Utf8(Wire.Answer(usage: Wire.Usage(100, 20))));
        Check(Billed, 0, 1);
        EndTwice(call, how);
        Check(Billed, 0, 1);
    }

    [TestCaseSource(nameof(Endings))]
    public void A_stream_without_usage_costs_what_was_seen_however_the_call_ends(CallEnding how)
    {
        var call = Begin(Wire.Streamed());
        call.OpenStream(200);
        call.Feed(Wire.Utf8(Wire.Chunk("Hello there")));
        EndTwice(call, how);
        Check(Estimate, Estimate, 1);
    }

    [TestCaseSource(nameof(Endings))]
    public void A_stream_that_told_its_usage_costs_the_usage_however_the_call_ends(CallEnding how)
    {
        var call = Begin(Wire.Streamed());
        call.OpenStream(200);
        call.Feed(Wire.Utf8(Wire.Chunk("Hello there") + Wire.Stop + Wire.UsageChunk(100, 20)));
        EndTwice(call, how);
        Check(Billed, 0, 1);
    }

    [TestCaseSource(nameof(Endings))]
    public void A_stream_of_which_only_the_head_came_costs_its_input_however_the_call_ends(CallEnding how)
    {
        var call = Begin(Wire.Streamed());
        call.OpenStream(200);
        EndTwice(call, how);
        Check(Wire.ExactInput, Wire.ExactInput, 1);
    }

    [TestCaseSource(nameof(Endings))]
    public void A_finished_stream_costs_the_usage_however_the_call_ends(CallEnding how)
    {
        var call = Begin(Wire.Streamed());
        Cage.Stream(call, Wire.Utf8(Wire.Chunk("Hello there") + Wire.Stop + Wire.UsageChunk(100, 20) + Wire.Done));
        EndTwice(call, how);
        Check(Billed, 0, 1);
    }

    [Test]
    public void An_error_status_costs_nothing_however_the_call_ends([ValueSource(nameof(Endings))] CallEnding how, [Values(400, 404, 429, 500, 503)] int status,
        [Values] bool stream)
    {
        var call = Begin();
        if (stream)
        {
            call.OpenStream(status);
            Assert.That(call.Feed("{}"u8).Kind, Is.EqualTo(VerdictKind.Send));
        }
        else
        {
            Assert.That(call.Respond(status, true, "{\"error\":{}}"u8).Kind, Is.EqualTo(VerdictKind.Send));
        }
        EndTwice(call, how);
        Check(0, 0, 1);
    }

    [TestCase("gpt-4o", 1000, 500, 400, ExpectedResult = "0.007")] // 600 × 2.5 + 400 × 1.25 + 500 × 10 = 7,000 per million
    [TestCase("gpt-4o-mini", 1000, 500, 400, ExpectedResult = "0.00042")] // 600 × 0.15 + 400 × 0.075 + 500 × 0.6 = 420 per million
    [TestCase("gpt-4o-mini", 1, 1, 0, ExpectedResult = "0.00000075")]
    [TestCase("gpt-4o-mini", 1, 1, 1, ExpectedResult = "0.000000675")]
    public string The_usage_is_priced_to_the_last_picodollar(string model, long prompt, long completion, long cached)
    {
        _cage.Whole(_protection.OpenRun(null), Wire.Request(model: model, extra: "\"max_tokens\":1000"), Wire.Answer(usage: Wire.Usage(prompt, completion, cached)));
        var report = Cage.Report(_protection);
        var tokens = report.GetProperty("tokens");
        Assert.That((tokens.GetProperty("input").GetInt64(), tokens.GetProperty("cached").GetInt64(), tokens.GetProperty("output").GetInt64()),
            Is.EqualTo((prompt - cached, cached, completion)));
        Assert.That(report.GetProperty("by_model").GetProperty(model).GetProperty("spent_usd").GetString(), Is.EqualTo(report.GetProperty("spent_usd").GetString()));
        return report.GetProperty("spent_usd").GetString()!;
    }

    [Test]
    public void Any_usage_costs_exactly_what_its_buckets_cost() =>
        Gen.Select(Gen.Long[0, 100_000], Gen.Long[0, 100_000], Gen.Long[1, 10_000]).Sample((fresh, cached, output) =>
        {
            using var cage = new Cage();
            var protection = cage.Protect();
            cage.Whole(protection.OpenRun(null), null, Wire.Answer(usage: Wire.Usage(fresh + cached, output, cached)));
            return Cage.Figures(protection).Spent == (fresh * 2.5m + cached * 1.25m + output * 10m) / 1_000_000;
        }, iter: 100);

    [TestCase(null)]
    [TestCase("null")]
    [TestCase("[]")]
    [TestCase("7")]
    [TestCase("""{"prompt_tokens":-1,"completion_tokens":5}""")]
    [TestCase("""{"prompt_tokens":"10","completion_tokens":5}""")]
    [TestCase("""{"prompt_tokens":10.5,"completion_tokens":5}""")]
    [TestCase("""{"completion_tokens":5}""")]
    [TestCase("""{"prompt_tokens":10,"completion_tokens":5,"prompt_tokens_details":{"cached_tokens":11}}""")]
    [TestCase("""{"prompt_tokens":99999999999,"completion_tokens":5}""")]
    [TestCase("""{"prompt_tokens":0,"completion_tokens":0}""")]
    [TestCase("""{"prompt_tokens":10,"completion_tokens":5,"prompt_tokens_details":{"cached_tokens":9223372036854775807,"audio_tokens":9223372036854775807}}""")]
    public void Usage_that_is_absent_or_impossible_is_estimated(string? usage)
    {
        _cage.Whole(_protection.OpenRun(null), null, Wire.Answer("Hello there", usage));
        Check(Estimate, Estimate, 1);
    }

    [Test]
    public void Usage_that_forgets_the_text_it_came_with_is_believed_for_the_input_only()
    {
        _cage.Whole(_protection.OpenRun(null), null, Wire.Answer("Hello there", Wire.Usage(10, 0)));
        const decimal Cost = 10 * 2.5m / 1_000_000 + 2 * 10m / 1_000_000;
        Check(Cost, Cost, 1);
    }

    [TestCase(0)]
    [TestCase(1)]
    [TestCase(200)]
    public void A_whole_answer_that_was_cut_costs_the_hold_since_all_of_it_was_generated(int length)
    {
        var call = Begin();
        var whole = Wire.Utf8(Wire.Answer(string.Concat(Enumerable.Repeat("word ", 40)), Wire.Usage(10, 40)));
        call.Respond(200, complete: false, whole.AsSpan(0, length));
        call.End(CallEnding.Cut);
        Check(Wire.Hold, Wire.Hold, 1);
    }

    [TestCase(900_000_000, 900_000_000)]
    [TestCase(300_000, 5)]
    [TestCase(10, 300_000)]
    [TestCase(0, 5)]
    public void Usage_that_no_request_of_the_model_can_have_is_estimated(long prompt, long completion)
    {
        _cage.Whole(_protection.OpenRun(null), null, Wire.Answer("Hello there", Wire.Usage(prompt, completion)));
        var figures = Cage.Figures(_protection);
        Assert.That((figures.Spent, figures.Estimated), Is.EqualTo((figures.Estimated, figures.Spent)).And.Not.EqualTo((0m, 0m)));
        Assert.That(figures.Spent, Is.LessThanOrEqualTo(Wire.Hold));
    }

    [Test]
    public void A_price_that_the_catalogue_does_not_state_counts_as_estimated()
    {
        var request = Wire.Request(model: "gpt-4-turbo");
        _cage.Whole(_protection.OpenRun(null), request, Wire.Answer(usage: Wire.Usage(10, 5)));
        Assert.That(Cage.Figures(_protection).Estimated, Is.Zero);
        _cage.Whole(_protection.OpenRun(null), request, Wire.Answer(usage: Wire.Usage(10, 5, 4)));
        Assert.That(Cage.Figures(_protection).Estimated, Is.EqualTo((10 * 10m + 5 * 30m) / 1_000_000), "cached input at the price of input");
        Assert.That(_cage.Drain().Count(e => e.Kind == "call.derived_price"), Is.EqualTo(1));
    }

    [Test]
    public void An_answer_whose_encoding_cannot_be_undone_costs_the_hold_and_follows_unscannable([Values("warn", "deny", "allow")] string policy, [Values] bool stream)
    {
        var protection = _cage.Protect($"\"budget_usd\":\"1\",\"unscannable\":\"{policy}\"");
        var call = _cage.Begin(protection.OpenRun(null), stream ? Wire.Streamed() : null).Call;
        var (kind, encoded) = (VerdictKind.Send, Wire.Utf8("content-type: x\nContent-Encoding: zstd"));
        if (stream)
        {
            call.OpenStream(200, encoded);
            kind = call.Feed([1, 2, 3]).Kind;
            call.FinishStream();
        }
        else
        {
            kind = call.Respond(200, true, [1, 2, 3], encoded).Kind;
        }
        call.End(CallEnding.Complete);
        Assert.That(kind, Is.EqualTo(policy == "deny" ? VerdictKind.Refuse : VerdictKind.Send));
        var report = Cage.Report(protection);
        Assert.That((Cage.Figures(protection).Spent, Cage.Figures(protection).Held, report.GetProperty("unscannable").GetInt64()), Is.EqualTo((Wire.Hold, 0m, 1L)));
        Assert.That(_cage.Drain().Count(e => e.Kind == "call.unscannable"), Is.EqualTo(policy == "warn" ? 1 : 0));
    }

    [TestCase("")]
    [TestCase("<html>")]
    [TestCase("[1]")]
    public void An_answer_that_cannot_be_read_costs_at_least_its_input(string body)
    {
        _cage.Whole(_protection.OpenRun(null), null, body);
        var figures = Cage.Figures(_protection);
        Assert.That(figures.Spent, Is.GreaterThanOrEqualTo(Wire.ExactInput).And.LessThanOrEqualTo(Wire.Hold));
        Assert.That(figures.Estimated, Is.EqualTo(figures.Spent));
    }

    [TestCase(true)]
    [TestCase(false)]
    public void A_reasoning_model_without_usage_costs_the_hold(bool stream)
    {
        var request = Wire.Request(model: "gpt-5-mini", extra: "\"max_completion_tokens\":2000" + (stream ? ",\"stream\":true" : ""));
        var call = Begin(request);
        var hold = Cage.Figures(_protection).Held;
        Assert.That(hold, Is.EqualTo((24 * 0.25m + 2000 * 2m) / 1_000_000));
        if (stream)
            Cage.Stream(call, Wire.Utf8(Wire.Chunk("x") + Wire.Done));
        else
            call.Respond(200, true, Wire.Utf8(Wire.Answer("x")));
        call.End(CallEnding.Complete);
        Check(hold, hold, 1);
    }

    // gpt-chat-latest has neither window nor limit in the catalogue, so that a request without a limit has no bound.
    [TestCase("gpt-chat-latest", CallEnding.NoResponse)]
    [TestCase("gpt-chat-latest", CallEnding.Cancelled)]
    [TestCase("gpt-4o", CallEnding.NoResponse)]
    [TestCase("gpt-4o:extended", CallEnding.NoResponse)]
    [TestCase("gpt-4o:extended", CallEnding.Aborted)]
    public void Without_a_budget_a_call_without_an_answer_is_not_free(string model, CallEnding how)
    {
        var tracked = _cage.Protect();
        _cage.Begin(tracked.OpenRun(null), Wire.Request(model: model, extra: "")).Call.End(how);
        var figures = Cage.Figures(tracked);
        Assert.That(figures.Spent, Is.GreaterThan(0));
        Assert.That(figures.Estimated, Is.EqualTo(figures.Spent));
        Assert.That(figures.BudgetSpent, Is.Null);
    }

    [Test]
    public void Without_a_budget_an_answer_without_usage_to_an_unbounded_request_is_not_free()
    {
        var tracked = _cage.Protect();
        _cage.Whole(tracked.OpenRun(null), Wire.Request(model: "gpt-4o:extended", extra: ""), Wire.Answer("Hello there"));
        Assert.That(Cage.Figures(tracked).Spent, Is.InRange((17 * 6m + 2 * 18m) / 1_000_000, (24 * 6m + 2 * 18m) / 1_000_000));
    }

    [Test]
    public void The_usage_that_was_asked_for_on_the_callers_behalf_is_hidden_and_charged()
    {
        var begun = _cage.Begin(_protection.OpenRun(null), Wire.Request(extra: "\"max_tokens\":100,\"stream\":true"));
        Assert.That(begun.Json.GetProperty("stream_options").GetProperty("include_usage").GetBoolean(), Is.True);
        var (output, _) = Cage.Stream(begun.Call, Wire.Utf8(Wire.Chunk("Hello there") + Wire.Stop + Wire.UsageChunk(100, 20) + Wire.Done));
        begun.Call.End(CallEnding.Complete);
        Assert.That(output, Is.EqualTo(Wire.Chunk("Hello there") + Wire.Stop + Wire.Done));
        Check(Billed, 0, 1);
    }

    [Test]
    public void A_bill_above_the_hold_is_charged_in_full_and_warned_about()
    {
        _cage.Whole(_protection.OpenRun(null), null, Wire.Answer(usage: Wire.Usage(100_000, 5_000)));
        Check(0.3m, 0, 1);
        Assert.That(_cage.Drain().Select(e => e.Kind), Does.Contain("budget.overbilled"));
    }

    [Test]
    public void A_retry_is_counted_as_one()
    {
        _cage.Begin(_protection.OpenRun(null), headers: "X-Stainless-Retry-Count: 2").Call.End(CallEnding.NotSent);
        _cage.Begin(_protection.OpenRun(null), headers: "x-stainless-retry-count: 0\n").Call.End(CallEnding.NoResponse);
        _cage.Begin(_protection.OpenRun(null), headers: "a: b\r\nx-stainless-retry-count:1\r\n").Call.End(CallEnding.NoResponse);
        var report = Cage.Report(_protection);
        Assert.That((report.GetProperty("retries").GetInt64(), report.GetProperty("calls").GetInt64()), Is.EqualTo((1L, 2L)));
    }

    [Test]
    public void A_retry_that_is_marked_uses_up_the_failure_that_it_repeats()
    {
        var run = _protection.OpenRun(null);
        _cage.Whole(run, status: 500);
        var marked = _cage.Begin(run, headers: "x-stainless-retry-count: 1").Call;
        marked.Respond(200, true, Wire.Utf8(Wire.Answer(usage: Wire.Usage(10, 5))));
        marked.End(CallEnding.Complete);
        _cage.Whole(run);
        Assert.That(Cage.Report(_protection).GetProperty("retries").GetInt64(), Is.EqualTo(1));
    }

    [TestCase(429, 59, 1)]
    [TestCase(500, 59, 1)]
    [TestCase(500, 61, 0)]
    [TestCase(400, 1, 0)]
    [TestCase(200, 1, 0)]
    public void The_same_body_soon_after_a_failure_is_a_retry_without_a_header_too(int status, int seconds, long retries)
    {
        var run = _protection.OpenRun(null);
        _cage.Whole(run, status: status);
        _cage.Clock.Advance(TimeSpan.FromSeconds(seconds));
        _cage.Whole(run, Wire.Request("another"));
        _cage.Whole(run);
        _cage.Whole(run);
        Assert.That(Cage.Report(_protection).GetProperty("retries").GetInt64(), Is.EqualTo(retries));
    }

    [Test]
    public void Any_sequence_of_steps_settles_once_and_leaves_nothing_held()
    {
        var steps = Gen.OneOf("answer", "error", "stream", "feed", "usage", "finish").List[0, 6];
        Gen.Select(steps, Gen.OneOf(Endings), Gen.Bool).Sample((sequence, how, reasoning) =>
        {
            using var cage = new Cage();
            var protection = cage.Protect("\"budget_usd\":\"1\"");
            var call = cage.Begin(protection.OpenRun(null), Wire.Streamed(model: reasoning ? "gpt-5-mini" : "gpt-4o")).Call;
            var (answered, free) = (false, false);
            foreach (var step in sequence)
            {
                switch (step)
                {
                    case "answer" when !answered: call.Respond(200, true, Wire.Utf8(Wire.Answer(usage: Wire.Usage(10, 5)))); answered = true; break;
                    case "error" when !answered: call.Respond(500, true, "{}"u8); answered = free = true; break;
                    case "stream" when !answered: call.OpenStream(200); answered = true; break;
                    case "feed": call.Feed(Wire.Utf8(Wire.Chunk("Hello there"))); break;
                    case "usage": call.Feed(Wire.Utf8(Wire.UsageChunk(10, 5))); break;
                    case "finish": call.FinishStream(); break;
                }
            }
            EndTwice(call, how);
            free |= !answered && how is CallEnding.NotSent or CallEnding.Withdrawn && !answered;
            var figures = Cage.Figures(protection);
            return figures.Held == 0 && figures.BudgetHeld == 0 && figures.Spent == figures.BudgetSpent && (figures.Spent == 0) == free
                && figures.Estimated <= figures.Spent;
        }, iter: 500);
    }
}
