using IronCage.Runtime.Calls;
using IronCage.Runtime.Protections;
using IronCage.Runtime.Runs;
using IronCage.Runtime.Tests.Support;

namespace IronCage.Runtime.Tests.Calls;

/// <summary>Tools, tokens, time and circles of a run.</summary>
public class ControlTests
{
    private Cage _cage = null!;

    [SetUp]
    public void Open() => _cage = new Cage();

    [TearDown]
    public void Close() => _cage.Dispose();

    private static string Uses(string tool, string arguments = "{}", string usage = """{"prompt_tokens":10,"completion_tokens":5}""") =>
        $$$"""{"model":"gpt-4o","choices":[{"index":0,"message":{"role":"assistant","content":null,"tool_calls":[{"id":"1","type":"function","function":{"name":{{{Wire.Quote(tool)}}},"arguments":{{{Wire.Quote(arguments)}}}}}]},"finish_reason":"tool_calls"}],"usage":{{{usage}}}}""";

    private static string Delta(string tool, string arguments = "") =>
        $$$"""data: {"choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"id":"1","function":{"name":{{{Wire.Quote(tool)}}},"arguments":{{{Wire.Quote(arguments)}}}}}]}}]}""" + "\n\n";

    private Run Run(string options) => _cage.Protect(options + (options.Length > 0 ? "," : "") + "\"circuit_breaker\":null").OpenRun(null);

    private static (string, string) Told(Step step, string field) => (step.Error, step.Kind == VerdictKind.Refuse ? step.Json.GetProperty(field).GetString()! : "");

    [TestCase("\"tools\":[\"find\"]", "find", true)]
    [TestCase("\"tools\":[\"find\"]", "Find", false)]
    [TestCase("\"tools\":[\"find\"]", "find2", false)]
    [TestCase("\"tools\":[]", "find", false)]
    [TestCase("\"tools\":[\"mcp__git__*\"]", "mcp__git__log", true)]
    [TestCase("\"tools\":[\"mcp__git__*\"]", "mcp__shell", false)]
    [TestCase("\"denied_tools\":[\"drop*\"]", "drop_table", false)]
    [TestCase("\"denied_tools\":[\"drop*\"]", "find", true)]
    [TestCase("\"tools\":[\"*\"],\"denied_tools\":[\"drop_table\"]", "drop_table", false)]
    [TestCase("\"tools\":[\"*\"]", "", false)]
    [TestCase("\"tools\":null,\"denied_tools\":null", "find", true)]
    public void A_tool_is_allowed_or_the_agent_never_sees_its_use(string options, string tool, bool isAllowed)
    {
        var whole = _cage.Whole(Run(options), answer: Uses(tool));
        Assert.That(whole.Error, Is.EqualTo(isAllowed ? "Send" : "ToolDenied"));
        if (!isAllowed)
            Assert.That(whole.Json.GetProperty("tool").GetString(), Is.EqualTo(tool));
        var call = _cage.Begin(Run(options), Wire.Streamed()).Call;
        var (output, refusal) = Cage.Stream(call, Wire.Utf8(Wire.Chunk("so ")), Wire.Utf8(Delta(tool, "{}")), Wire.Utf8(Wire.Stop + Wire.UsageChunk(10, 5) + Wire.Done));
        Assert.That(refusal?.Error ?? "Send", Is.EqualTo(isAllowed ? "Send" : "ToolDenied"));
        Assert.That(output.Contains("tool_calls", StringComparison.Ordinal), Is.EqualTo(isAllowed));
        call.End(isAllowed ? CallEnding.Complete : CallEnding.Aborted);
    }

    [Test]
    public void What_was_refused_is_paid_once_and_the_run_is_over()
    {
        var protection = _cage.Protect("\"tools\":[\"find\"],\"budget_usd\":\"1\"");
        var run = protection.OpenRun(null);
        Assert.That(_cage.Whole(run, answer: Uses("drop")).Error, Is.EqualTo("ToolDenied"));
        Assert.That(_cage.Begin(run).Error, Is.EqualTo("ToolDenied"), "remembered");
        var figures = Cage.Figures(protection);
        Assert.That((figures.Spent, figures.Held, figures.Calls), Is.EqualTo((10 * 2.5m / 1_000_000 + 5 * 10m / 1_000_000, 0m, 1)));
    }

    [Test]
    public void A_name_that_comes_in_pieces_is_denied_as_a_whole()
    {
        var call = _cage.Begin(Run("\"denied_tools\":[\"drop_table\"]"), Wire.Streamed()).Call;
        var (output, refusal) = Cage.Stream(call, Wire.Utf8(Delta("drop")), Wire.Utf8(Delta("_table")));
        Assert.That((refusal?.Error, output.Contains("_table", StringComparison.Ordinal)), Is.EqualTo(("ToolDenied", false)));
    }

    [Test]
    public void Tools_that_the_provider_runs_are_denied_before_they_can_run()
    {
        const string Search = "\"web_search_options\":{}";
        Assert.That(Told(_cage.Begin(Run("\"tools\":[\"find\"],\"unpriced\":\"warn\""), Wire.Request(extra: Search)), "tool"), Is.EqualTo(("ToolDenied", "web_search")));
        Assert.That(_cage.Begin(Run("\"tools\":[\"web_search\"],\"unpriced\":\"warn\""), Wire.Request(extra: Search)).Kind, Is.EqualTo(VerdictKind.Send));
    }

    [TestCase("<html>", "")]
    [TestCase("{\"choices\":[}", "")]
    [TestCase("\u001f\u008b", "content-encoding: zstd")]
    public void An_answer_that_cannot_be_read_may_use_any_tool(string body, string headers)
    {
        foreach (var (options, isAllowed) in new[] { ("\"tools\":[\"find\"]", false), ("\"unscannable\":\"allow\"", true) })
        {
            var call = _cage.Begin(Run(options)).Call;
            var verdict = Step.Of(call.Respond(200, complete: true, Wire.Utf8(body), Wire.Utf8(headers)));
            Assert.That(verdict.Error, Is.EqualTo(isAllowed ? "Send" : "ToolDenied"));
            call.End(CallEnding.Complete);
            if (headers.Length == 0)
                continue;
            var stream = _cage.Begin(Run(options), Wire.Streamed()).Call;
            stream.OpenStream(200, Wire.Utf8(headers));
            Assert.That(Step.Of(stream.Feed(Wire.Utf8(body))).Error, Is.EqualTo(isAllowed ? "Send" : "ToolDenied"));
            stream.End(CallEnding.Aborted);
        }
    }

    [Test]
    public void Every_protection_of_a_nest_must_allow_a_tool()
    {
        var outer = _cage.Protect("\"denied_tools\":[\"drop\"]", agent: "outer").OpenRun(null);
        var inner = _cage.Protect("\"tools\":[\"drop\",\"find\"]", agent: "inner");
        Assert.That(_cage.Whole(inner.OpenRun(outer), answer: Uses("find")).Kind, Is.EqualTo(VerdictKind.Send));
        Assert.That(_cage.Whole(inner.OpenRun(outer), answer: Uses("drop")).Error, Is.EqualTo("ToolDenied"));
        Assert.That(_cage.Begin(outer).Error, Is.EqualTo("ToolDenied"), "the outer one denied it, so its run is over, too");
    }

    [Test]
    public void A_run_that_has_used_its_tokens_makes_no_further_call()
    {
        var run = Run("\"max_tokens\":30");
        Assert.That((_cage.Whole(run).Error, _cage.Whole(run).Error), Is.EqualTo(("Send", "Send")));
        Assert.That(Told(_cage.Begin(run), "limit"), Is.EqualTo(("LimitReached", "tokens")), "two calls of 15");
        var other = Run("\"max_tokens\":30");
        _cage.Ends(other, CallEnding.NoResponse);
        Assert.That(Told(_cage.Begin(other), "limit"), Is.EqualTo(("LimitReached", "tokens")), "what nobody knows counts as what was held");
        var free = Run("\"max_tokens\":30");
        for (var i = 0; i < 3; i++)
            Assert.That(_cage.Ends(free, CallEnding.NotSent).Kind, Is.EqualTo(VerdictKind.Send));
    }

    [Test]
    public void A_run_that_has_had_its_time_makes_no_further_call_and_its_streams_end()
    {
        var protection = _cage.Protect("\"timeout\":2.5,\"budget_usd\":\"1\"");
        var run = protection.OpenRun(null);
        var stream = _cage.Begin(run, Wire.Streamed()).Call;
        var whole = _cage.Begin(run).Call;
        stream.OpenStream(200);
        Assert.That(stream.Feed(Wire.Utf8(Wire.Chunk("a "))).Kind, Is.Not.EqualTo(VerdictKind.Refuse));
        _cage.Clock.Advance(TimeSpan.FromSeconds(2.5));
        Assert.That(Told(_cage.Begin(run), "limit"), Is.EqualTo(("LimitReached", "time")));
        Assert.That(Told(Step.Of(stream.Feed(Wire.Utf8(Wire.Chunk("b ")))), "limit"), Is.EqualTo(("LimitReached", "time")));
        Assert.That(Told(Step.Of(whole.Respond(200, complete: true, Wire.Utf8(Wire.Answer(usage: Wire.Usage(10, 5))))), "limit"), Is.EqualTo(("LimitReached", "time")));
        stream.End(CallEnding.Aborted);
        whole.End(CallEnding.Complete);
        Assert.That((Cage.Figures(protection).Held, Cage.Figures(protection).Calls), Is.EqualTo((0m, 2)));
        Assert.That(_cage.Begin(protection.OpenRun(null)).Kind, Is.EqualTo(VerdictKind.Send), "another run has its own time");
    }

    [Test]
    public async Task Nobody_waits_for_money_longer_than_his_run_lasts()
    {
        var budget = _cage.Budget("0.0012");
        var holder = _cage.Begin(_cage.Protect("\"lower_output\":false", budget).OpenRun(null)).Call;
        var run = _cage.Protect("\"timeout\":1,\"hold_wait\":30,\"lower_output\":false", budget, "late").OpenRun(null);
        var waiting = _cage.Begin(run, nonblocking: true);
        Assert.That(waiting.Kind, Is.EqualTo(VerdictKind.Pending));
        _cage.Clock.Advance(TimeSpan.FromSeconds(1));
        var verdict = await Task.Run(() => waiting.Call.Wait(10_000));
        Assert.That(Told(Step.Of(verdict), "limit"), Is.EqualTo(("LimitReached", "time")));
        holder.End(CallEnding.NotSent);
        Assert.That(_cage.Begin(_cage.Protect("", budget).OpenRun(null)).Kind, Is.EqualTo(VerdictKind.Send), "nothing of it is held");
    }

    [Test]
    public void The_kill_switch_ends_a_stream_at_its_next_piece()
    {
        var protection = _cage.Protect("\"budget_usd\":\"1\"");
        var call = _cage.Begin(protection.OpenRun(null), Wire.Streamed()).Call;
        call.OpenStream(200);
        call.Feed(Wire.Utf8(Wire.Chunk("a ")));
        protection.Stop("enough");
        Assert.That(Told(Step.Of(call.Feed(Wire.Utf8(Wire.Chunk("b ")))), "why"), Is.EqualTo(("AgentStopped", "enough")));
        call.End(CallEnding.Aborted);
        Assert.That((Cage.Figures(protection).Held, Cage.Figures(protection).Spent), Is.EqualTo((0m, Cage.Figures(protection).Spent)));
        Assert.That(Cage.Figures(protection).Spent, Is.Positive);
    }

    [Test]
    public void A_run_that_goes_round_in_circles_is_told_and_then_stopped()
    {
        var run = Run("\"loop_detection\":true");
        var note = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping.Encode(LoopPolicy.UsualNote);
        for (var round = 1; round <= 5; round++)
        {
            var begun = _cage.Begin(run, Wire.Request($"step {round}"));
            Assert.That(begun.Text.Contains(note, StringComparison.Ordinal), Is.EqualTo(round == 4), $"round {round}");
            begun.Call.Respond(200, complete: true, Wire.Utf8(Uses("find", """{"q": 1}""")));
            begun.Call.End(CallEnding.Complete);
        }
        Assert.That(Told(_cage.Begin(run), "limit"), Is.EqualTo(("LimitReached", "loop")));
        Assert.That(_cage.Drain().Count(e => e.Kind == "loop.nudged"), Is.EqualTo(1));
    }

    [Test]
    public void Streams_go_round_in_circles_too()
    {
        var run = Run("\"loop_detection\":{\"nudge_after\":2,\"stop_after\":3,\"note\":\"Stop it.\"}");
        for (var round = 1; round <= 3; round++)
        {
            var begun = _cage.Begin(run, Wire.Streamed($"step {round}"));
            Assert.That(begun.Text.Contains("Stop it.", StringComparison.Ordinal), Is.EqualTo(round == 3));
            Cage.Stream(begun.Call, Wire.Utf8(Delta("find", "{\"q\"") + Delta("find", ":1}") + Wire.Stop + Wire.UsageChunk(10, 5) + Wire.Done));
            begun.Call.End(CallEnding.Complete);
        }
        Assert.That(Told(_cage.Begin(run), "limit"), Is.EqualTo(("LimitReached", "loop")));
    }

    [Test]
    public void The_same_words_are_a_circle_only_in_answer_to_the_same()
    {
        var sorter = Run("\"loop_detection\":true");
        for (var i = 0; i < 20; i++)
            Assert.That(_cage.Whole(sorter, Wire.Request($"letter {i}"), Wire.Answer("yes", Wire.Usage(10, 1))).Kind, Is.EqualTo(VerdictKind.Send));
        var stuck = Run("\"loop_detection\":true");
        for (var i = 0; i < 5; i++)
            _cage.Whole(stuck, Wire.Request("What now?"), Wire.Answer("Let me think.", Wire.Usage(10, 1)));
        Assert.That(Told(_cage.Begin(stuck), "limit"), Is.EqualTo(("LimitReached", "loop")));
    }

    [TestCase("\"tools\":\"find\"", "tools")]
    [TestCase("\"tools\":[\"\"]", "tools[0]")]
    [TestCase("\"denied_tools\":[1]", "denied_tools[0]")]
    [TestCase("\"max_tokens\":0", "max_tokens")]
    [TestCase("\"timeout\":0", "timeout")]
    [TestCase("\"timeout\":2592001", "timeout")]
    [TestCase("\"loop_detection\":3", "loop_detection")]
    [TestCase("\"loop_detection\":{\"nudge_after\":1}", "loop_detection[nudge_after]")]
    [TestCase("\"loop_detection\":{\"nudge_after\":4,\"stop_after\":4}", "loop_detection[stop_after]")]
    [TestCase("\"loop_detection\":{\"note\":\"\"}", "loop_detection[note]")]
    [TestCase("\"loop_detection\":{\"rounds\":4}", "loop_detection[rounds]")]
    public void Wrong_options_are_named(string options, string name) =>
        Assert.That(Assert.Throws<ConfigException>(() => _cage.Protect(options))!.Message, Does.StartWith(name + ":"));
}
