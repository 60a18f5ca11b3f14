using IronCage.Runtime.Calls;
using IronCage.Runtime.Protections;
using IronCage.Runtime.Tests.Support;

namespace IronCage.Runtime.Tests.Calls;

/// <summary>Calls in Anthropic's protocol: what differs from OpenAI's reaches the runtime through Lang's door.</summary>
public class MessagesTests
{
    private Cage _cage = null!;
    private Protection _protection = null!;

    [SetUp]
    public void Open()
    {
        _cage = new Cage();
        _cage.Engine.AddHosts("127.0.0.1:8=anthropic");
        _protection = _cage.Protect("\"budget_usd\":\"1\",\"circuit_breaker\":null");
    }

    [TearDown]
    public void Close() => _cage.Dispose();

    private Step Begin(string? body = null, Protection? protection = null, string url = MessagesBodies.Url) =>
        _cage.Begin((protection ?? _protection).OpenRun(null), body ?? MessagesBodies.Request(), url: url);

    private void Check(decimal spent, decimal estimated) => Assert.That(Cage.Figures(_protection), Is.EqualTo(new Figures(spent, 0, 1, estimated, 0, spent, 0)));

    [TestCase("", 1)]
    [TestCase("\"cache_control\":{\"type\":\"ephemeral\"}", 1.25)]
    [TestCase("\"cache_control\":{\"type\":\"ephemeral\",\"ttl\":\"1h\"}", 2)]
    public void The_input_is_held_at_the_price_of_the_writes_it_asks_for(string extra, decimal factor)
    {
        Begin(MessagesBodies.Request(extra: extra));
        // What stands in the marker is text like any other.
        var more = extra.Length == 0 ? 0 : extra.Contains("1h", StringComparison.Ordinal) ? "ephemeral1h".Length : "ephemeral".Length;
        Assert.That(Cage.Figures(_protection).Held, Is.EqualTo(((24 + more) * 3m * factor + 100 * 15m) / 1_000_000));
    }

    [Test]
    public void A_whole_answer_costs_its_buckets_and_the_hours_price_counts_as_estimated()
    {
        var call = Begin().Call;
        Assert.That(Cage.Figures(_protection).Held, Is.EqualTo(MessagesBodies.Hold));
        Assert.That(call.Respond(200, true, Wire.Utf8(MessagesBodies.Answer())).Kind, Is.EqualTo(VerdictKind.Send));
        call.End(CallEnding.Complete);
        Check(MessagesBodies.Billed, MessagesBodies.Billed);
    }

    [Test]
    public void A_stream_is_neither_asked_for_usage_nor_changed_and_costs_what_its_end_says()
    {
        var begun = Begin(MessagesBodies.Request(extra: "\"stream\":true"));
        Assert.That(begun.Kind, Is.EqualTo(VerdictKind.Send));
        var sent = MessagesBodies.Start + MessagesBodies.Open + MessagesBodies.Delta("Hello there") + MessagesBodies.Close + MessagesBodies.End + MessagesBodies.Stop;
        Assert.That(Cage.Stream(begun.Call, Wire.Utf8(sent)).Output, Is.EqualTo(sent));
        begun.Call.End(CallEnding.Complete);
        Check(MessagesBodies.Billed, MessagesBodies.Billed);
    }

    [Test]
    public void A_stream_cut_after_its_sums_costs_them_and_before_them_its_input_and_what_it_showed()
    {
        var sums = Begin(MessagesBodies.Request(extra: "\"stream\":true")).Call;
        sums.OpenStream(200);
        sums.Feed(Wire.Utf8(MessagesBodies.Start + MessagesBodies.Open + MessagesBodies.Delta("Hello there") + MessagesBodies.Close + MessagesBodies.End));
        sums.End(CallEnding.Cut);
        Check(MessagesBodies.Billed, MessagesBodies.Billed);

        var other = _cage.Protect("\"budget_usd\":\"1\"");
        var shown = Begin(MessagesBodies.Request(extra: "\"stream\":true"), other).Call;
        shown.OpenStream(200);
        shown.Feed(Wire.Utf8(MessagesBodies.Start + MessagesBodies.Open + MessagesBodies.Delta("Hello there")));
        shown.End(CallEnding.Cut);
        // "Hello there" has 11 bytes: 4 tokens at three bytes each.
        Assert.That(Cage.Figures(other).Spent, Is.EqualTo(MessagesBodies.Billed - 11 * 15m / 1_000_000));
        Assert.That(Cage.Figures(other).Estimated, Is.EqualTo(Cage.Figures(other).Spent));
    }

    [Test]
    public void A_stream_that_thinks_and_is_cut_costs_the_hold()
    {
        var call = Begin(MessagesBodies.Request(extra: "\"stream\":true,\"thinking\":{\"type\":\"enabled\",\"budget_tokens\":1024}", limit: 2000)).Call;
        var held = Cage.Figures(_protection).Held;
        call.OpenStream(200);
        call.Feed(Wire.Utf8(MessagesBodies.Start + MessagesBodies.Open + MessagesBodies.Delta("Hello there")));
        call.End(CallEnding.Cut);
        Check(held, held);
    }

    [Test]
    public void An_error_inside_a_stream_is_a_failure_of_the_provider()
    {
        var protection = _cage.Protect("\"budget_usd\":\"1\",\"circuit_breaker\":{\"failure_threshold\":1}");
        var call = Begin(MessagesBodies.Request(extra: "\"stream\":true"), protection).Call;
        Cage.Stream(call, Wire.Utf8(MessagesBodies.Start + MessagesBodies.Error));
        call.End(CallEnding.Complete);
        Assert.That(Begin(protection: protection).Error, Is.EqualTo("CircuitOpen"));
        Assert.That(Cage.Figures(protection).Spent, Is.GreaterThan(0));
    }

    [TestCase(529)]
    [TestCase(400)]
    [TestCase(429)]
    public void An_error_costs_nothing(int status)
    {
        var call = Begin().Call;
        call.Respond(status, true, Wire.Utf8("""{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}"""));
        call.End(CallEnding.Complete);
        Check(0, 0);
    }

    [Test]
    public void Counting_tokens_is_screened_and_holds_nothing_whatever_the_model()
    {
        var protection = _cage.Protect("\"budget_usd\":\"0.000001\"");
        var body = """{"model":"claude-unheard-of","messages":[{"role":"user","content":"to jane.doe@example.com"}]}""";
        var begun = Begin(body, protection, MessagesBodies.Url + "/count_tokens");
        Assert.That(begun.Text, Is.EqualTo(body.Replace("jane.doe@example.com", "[EMAIL_REDACTED]", StringComparison.Ordinal)));
        Assert.That(Cage.Figures(protection).Held, Is.Zero);
        begun.Call.Respond(200, true, Wire.Utf8("""{"input_tokens":12}"""));
        begun.Call.End(CallEnding.Complete);
        Assert.That((Cage.Figures(protection).Spent, Cage.Figures(protection).Estimated), Is.EqualTo((0m, 0m)));
    }

    [TestCase("/batches")]
    [TestCase("/../complete")]
    public void What_else_the_provider_offers_is_refused_in_its_own_shape(string path)
    {
        var refused = Begin(url: MessagesBodies.Url + path);
        Assert.That(refused.Error, Is.EqualTo("CallDenied"));
        var body = Wire.Parse(Wire.Utf8(refused.Json.GetProperty("body").GetString()!));
        Assert.That((body.GetProperty("type").GetString(), body.GetProperty("error").GetProperty("type").GetString()), Is.EqualTo(("error", "permission_error")));
    }

    [Test]
    public void The_output_is_lowered_never_below_the_thinking_budget_and_1024()
    {
        const string Thinking = "\"thinking\":{\"type\":\"enabled\",\"budget_tokens\":2048}";
        // 3,072 tokens of output are $0.04608; the input is below $0.0004.
        Assert.That(Begin(MessagesBodies.Request(extra: Thinking, limit: 8000), _cage.Protect("\"budget_usd\":\"0.0460\"")).Error, Is.EqualTo("BudgetExceeded"));
        var begun = Begin(MessagesBodies.Request(extra: Thinking, limit: 8000), _cage.Protect("\"budget_usd\":\"0.0466\""));
        Assert.That(begun.Json.GetProperty("max_tokens").GetInt64(), Is.InRange(3072, 3106));
    }

    [TestCase("\"mcp_servers\":[{\"type\":\"url\",\"url\":\"https://mcp.example.com\",\"name\":\"m\"}]", "CallDenied", "mcp_servers")]
    [TestCase("\"container\":\"c\"", "CallDenied", "container")]
    [TestCase("\"tools\":[{\"type\":\"web_search_20250305\",\"name\":\"web_search\",\"max_uses\":3}]", "UnpricedModel", "web_search")]
    public void What_cannot_be_bounded_or_priced_is_refused_under_a_budget(string extra, string error, string named)
    {
        var refused = Begin(MessagesBodies.Request(extra: extra));
        Assert.That(refused.Error, Is.EqualTo(error));
        Assert.That(refused.Json.GetProperty("reason").GetString(), Does.Contain(named));
    }

    [Test]
    public void Signed_thinking_is_told_and_left_and_blocks_where_findings_block()
    {
        const string Turns = """{"model":"claude-sonnet-4-5","max_tokens":100,"messages":[{"role":"assistant","content":[{"type":"thinking","thinking":"to jane.doe@example.com","signature":"s"}]}]}""";
        Assert.That(Begin(Turns).Kind, Is.EqualTo(VerdictKind.Send));
        Assert.That(Cage.Report(_protection).GetProperty("pii_findings").GetArrayLength(), Is.EqualTo(1));
        Assert.That(Begin(Turns, _cage.Protect("\"pii_action\":\"block\"")).Error, Is.EqualTo("PiiBlocked"));
    }
}
