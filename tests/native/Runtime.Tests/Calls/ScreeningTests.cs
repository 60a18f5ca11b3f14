using System.Text.Json;
using IronCage.Runtime.Calls;
using IronCage.Runtime.Protections;
using IronCage.Runtime.Tests.Support;

namespace IronCage.Runtime.Tests.Calls;

public class ScreeningTests
{
    private const string Mail = "ada@example.com";
    private static readonly string[] Actions = ["redact", "mask", "block", "warn", "ignore"];

    private Cage _cage = null!;

    [SetUp]
    public void Open() => _cage = new Cage();

    [TearDown]
    public void Close() => _cage.Dispose();

    /// <summary>What an action makes of a text around <see cref="Mail"/>; null: refused.</summary>
    private static string? Expected(string action, string text) => action switch
    {
        "redact" => text.Replace(Mail, "[EMAIL_REDACTED]", StringComparison.Ordinal),
        "mask" => text.Replace(Mail, "***@******e.com", StringComparison.Ordinal),
        "block" => null,
        _ => text,
    };

    private static IEnumerable<JsonElement> Findings(Protection protection) => Cage.Report(protection).GetProperty("pii_findings").EnumerateArray();

    [TestCaseSource(nameof(Actions))]
    public void A_finding_in_a_request_is_treated_as_told(string action)
    {
        var protection = _cage.Protect($"\"pii_action\":\"{action}\"");
        var begun = _cage.Begin(protection.OpenRun(null), Wire.Request($"write to {Mail} now"));
        var expected = Expected(action, $"write to {Mail} now");
        Assert.That(begun.Error, Is.EqualTo(action switch { "block" => "PiiBlocked", "redact" or "mask" => "Rewrite", _ => "Send" }));
        if (begun.Kind == VerdictKind.Rewrite)
            Assert.That(begun.Text, Is.EqualTo(Wire.Request(expected!)));
        Assert.That(Findings(protection).Count(), Is.EqualTo(action == "ignore" ? 0 : 1));
    }

    [TestCaseSource(nameof(Actions))]
    public void A_finding_in_a_whole_answer_is_treated_as_told_and_the_call_is_settled(string action)
    {
        var protection = _cage.Protect($"\"pii_action\":\"{action}\",\"budget_usd\":\"1\"");
        var verdict = _cage.Whole(protection.OpenRun(null), null, Wire.Answer($"write to {Mail} now", Wire.Usage(10, 5)));
        var expected = Expected(action, $"write to {Mail} now");
        Assert.That(verdict.Error, Is.EqualTo(action switch { "block" => "PiiBlocked", "redact" or "mask" => "Rewrite", _ => "Send" }));
        if (verdict.Kind == VerdictKind.Rewrite)
            Assert.That(verdict.Text, Is.EqualTo(Wire.Answer(expected!, Wire.Usage(10, 5))));
        Assert.That(Cage.Figures(protection) with { Denied = 0 }, Is.EqualTo(new Figures(0.000075m, 0, 1, 0, 0, 0.000075m, 0)));
    }

    [Test]
    public void A_finding_in_a_stream_cut_at_any_byte_is_treated_as_told([ValueSource(nameof(Actions))] string action)
    {
        var stream = Wire.Utf8(Wire.Chunk("Grüße: ada@ex") + Wire.Chunk("ample.com, ja") + Wire.Stop + Wire.UsageChunk(10, 5) + Wire.Done);
        var expected = Expected(action, $"Grüße: {Mail}, ja");
        for (var cut = 0; cut <= stream.Length; cut++)
        {
            using var cage = new Cage();
            var protection = cage.Protect($"\"pii_action\":\"{action}\",\"budget_usd\":\"1\"");
            var run = protection.OpenRun(null);
            var call = cage.Begin(run, Wire.Streamed()).Call;
            var (output, refusal) = Cage.Stream(call, stream[..cut], stream[cut..]);
            Assert.That(call.Feed("data: more\n\n"u8).Kind, Is.EqualTo(refusal is null ? VerdictKind.Rewrite : VerdictKind.Refuse), "after the end");
            call.End(CallEnding.Complete);
            if (expected is null)
            {
                Assert.That(refusal?.Error, Is.EqualTo("PiiBlocked"), $"cut at {cut}");
                Assert.That(output, Does.Not.Contain("ada").And.Not.Contain("ample.com"));
                Assert.That(run.Close()?.Error, Is.EqualTo("PiiBlocked"));
                Assert.That(Cage.Figures(protection), Has.Property("Held").Zero.And.Property("Spent").GreaterThan(0));
                continue;
            }
            Assert.That((refusal, Wire.Content(output)), Is.EqualTo(((Step?)null, expected)), $"cut at {cut}");
            if (expected.Contains(Mail, StringComparison.Ordinal))
                Assert.That(Wire.Utf8(output), Is.EqualTo(stream), $"cut at {cut}");
            Assert.That(Cage.Figures(protection), Is.EqualTo(new Figures(0.000075m, 0, 1, 0, 0, 0.000075m, 0)), $"cut at {cut}");
            if (action == "ignore")
                continue;
            var finding = Findings(protection).Single();
            Assert.That((finding.GetProperty("start").GetInt64(), finding.GetProperty("end").GetInt64(), finding.GetProperty("direction").GetString(), finding.GetProperty("action").GetString()),
                Is.EqualTo((7L, 22L, "output", action)), $"cut at {cut}");
        }
    }

    /// <summary>A key that arrives line by line: redacted at once, held until its end where the action needs all of it, told once.</summary>
    [TestCase("redact", "[PRIVATE_KEY_REDACTED]")]
    [TestCase("mask", "")]
    [TestCase("hash", "")]
    [TestCase("warn", "-----BEGIN RSA PRIVATE KEY-----")]
    [TestCase("ignore", "-----BEGIN RSA PRIVATE KEY-----")]
    public void A_private_key_in_a_stream_is_treated_as_in_a_whole_answer(string action, string soon)
    {
        string[] lines = [.. Enumerable.Range(0, 20).Select(i => string.Concat(Enumerable.Range(i, 64).Select(k => "q7Zk2WmX9bTf4HsL8cRv1NgY6pDj3KxB5nQe0GtUaSdFhJiM"[k * 7 % 48])) + "\n")];
        string[] pieces = ["Schlüssel:\n-----BEGIN RSA ", "PRIVATE KEY-----\n", .. lines, "-----END RSA PRIVATE KEY", "-----\nja ", Mail, ", ok"];
        var options = $"\"pii_actions\":{{\"PRIVATE_KEY\":\"{action}\"}}";
        var protection = _cage.Protect(options);
        var whole = _cage.Whole(protection.OpenRun(null), null, Wire.Answer(string.Concat(pieces)));
        var told = Findings(protection).Select(f => f.ToString()).ToArray();

        var streaming = _cage.Protect(options);
        var call = _cage.Begin(streaming.OpenRun(null), Wire.Streamed()).Call;
        var (early, _) = Cage.Stream(call, pieces[..10].Select(piece => Wire.Utf8(Wire.Chunk(piece))), ends: false);
        var (late, refusal) = Cage.Continue(call, [.. pieces[10..].Select(piece => Wire.Utf8(Wire.Chunk(piece))), Wire.Utf8(Wire.Stop + Wire.Done)]);
        Assert.That(refusal, Is.Null);
        Assert.That(Wire.Content(early), soon.Length > 0 ? Does.Contain(soon) : Is.EqualTo("Schlüssel:\n").Or.Empty);
        Assert.That(Wire.Content(early + late), Is.EqualTo(whole.Json.GetProperty("choices")[0].GetProperty("message").GetProperty("content").GetString()));
        Assert.That(Findings(streaming).Select(f => f.ToString()), Is.EqualTo(told));
    }

    [Test]
    public void A_private_key_in_a_stream_is_blocked_before_anything_of_it_is_handed_on()
    {
        var run = _cage.Protect("\"pii_actions\":{\"PRIVATE_KEY\":\"block\"}").OpenRun(null);
        var call = _cage.Begin(run, Wire.Streamed()).Call;
        var key = "-----BEGIN PRIVATE KEY-----\n" + string.Concat(Enumerable.Range(0, 64).Select(k => "q7Zk2WmX9bTf4HsL8cRv1NgY6pDj3KxB5nQe0GtUaSdFhJiM"[k * 7 % 48]));
        var (output, refusal) = Cage.Stream(call, [.. Enumerable.Repeat(key, 5).Prepend("ja ").Select(piece => Wire.Utf8(Wire.Chunk(piece)))]);
        Assert.That(refusal?.Error, Is.EqualTo("PiiBlocked"));
        Assert.That(output, Does.Not.Contain("BEGIN"));
    }

    [Test]
    public void Places_of_findings_count_characters_also_where_they_are_escaped()
    {
        var protection = _cage.Protect();
        var run = protection.OpenRun(null);
        _cage.Begin(run, """{"model":"gpt-4o","messages":[{"role":"user","content":"\u00fcü😀\ud83d\ude00 ada@example.com\n"}],"max_tokens":9}""");
        _cage.Whole(run, null, Wire.Answer("😀ü ada@example.com"));
        Assert.That(Findings(protection).Select(f => (f.GetProperty("start").GetInt64(), f.GetProperty("end").GetInt64(), f.GetProperty("direction").GetString()!)),
            Is.EqualTo(new[] { (5L, 20L, "input"), (3L, 18L, "output") }));
    }

    [TestCase("192.168.0.7", true)]
    [TestCase("127.0.0.1", true)]
    [TestCase("8.8.8.8", false)]
    public void Only_addresses_on_the_internet_are_findings(string address, bool alone)
    {
        var protection = _cage.Protect();
        var run = protection.OpenRun(null);
        Assert.That(_cage.Begin(run, Wire.Request("ping " + address)).Kind, Is.EqualTo(alone ? VerdictKind.Send : VerdictKind.Rewrite));
        Assert.That(_cage.Whole(run, null, Wire.Answer("ping " + address)).Kind, Is.EqualTo(alone ? VerdictKind.Send : VerdictKind.Rewrite));
        var call = _cage.Begin(run, Wire.Streamed()).Call;
        Assert.That(Wire.Content(Cage.Stream(call, Wire.Utf8(Wire.Chunk("ping " + address) + Wire.Done)).Output), Is.EqualTo(alone ? "ping " + address : "ping [IP_ADDRESS_REDACTED]"));
    }

    [Test]
    public void Log_probabilities_go_when_their_text_is_edited_and_only_then()
    {
        const string Probabilities = "{\"content\":[{\"token\":\"ada\",\"logprob\":-1}]}";
        var run = _cage.Protect().OpenRun(null);
        Assert.That(_cage.Whole(run, null, Wire.Answer(Mail, logprobs: Probabilities)).Text, Is.EqualTo(Wire.Answer("[EMAIL_REDACTED]")));
        Assert.That(_cage.Whole(run, null, Wire.Answer("fine", logprobs: Probabilities)).Kind, Is.EqualTo(VerdictKind.Send));
        var call = _cage.Begin(run, Wire.Streamed()).Call;
        Assert.That(Cage.Stream(call, Wire.Utf8(Wire.Chunk(Mail, Probabilities) + Wire.Done)).Output, Is.EqualTo(Wire.Chunk("[EMAIL_REDACTED]") + Wire.Done));
    }

    [Test]
    public void Without_scan_output_answers_are_left_alone_and_requests_are_not()
    {
        var run = _cage.Protect("\"scan_output\":false").OpenRun(null);
        Assert.That(_cage.Begin(run, Wire.Request(Mail)).Kind, Is.EqualTo(VerdictKind.Rewrite));
        Assert.That(_cage.Whole(run, null, Wire.Answer(Mail)).Kind, Is.EqualTo(VerdictKind.Send));
        var call = _cage.Begin(run, Wire.Streamed()).Call;
        call.OpenStream(200);
        Assert.That(call.Feed(Wire.Utf8(Wire.Chunk(Mail))).Kind, Is.EqualTo(VerdictKind.Send), "nothing is held back");
    }

    [Test]
    public void Without_detection_nothing_is_touched()
    {
        var protection = _cage.Protect("\"pii_detection\":false,\"pii_action\":\"block\"");
        Assert.That(_cage.Whole(protection.OpenRun(null), Wire.Request(Mail), Wire.Answer(Mail)).Kind, Is.EqualTo(VerdictKind.Send));
        Assert.That(Findings(protection), Is.Empty);
    }

    [Test]
    public void A_kind_may_have_an_action_of_its_own()
    {
        var run = _cage.Protect("\"pii_actions\":{\"EMAIL_ADDRESS\":\"ignore\",\"US_SSN\":\"block\"}").OpenRun(null);
        Assert.That(_cage.Begin(run, Wire.Request($"{Mail} from 8.8.8.8")).Text, Does.Contain(Mail).And.Contain("[IP_ADDRESS_REDACTED]"));
        Assert.That(_cage.Begin(run, Wire.Request("SSN 536-90-4399")).Error, Is.EqualTo("PiiBlocked"));
    }

    [Test]
    public void An_answer_that_is_no_json_is_screened_as_text()
    {
        var run = _cage.Protect().OpenRun(null);
        Assert.That(_cage.Whole(run, null, $"<p>{Mail}</p>").Text, Is.EqualTo("<p>[EMAIL_REDACTED]</p>"));
    }

    [Test]
    public void Unscannable_content_is_refused_counted_or_let_through([Values("deny", "warn", "allow")] string policy)
    {
        const string Image = """{"model":"gpt-4o","messages":[{"role":"user","content":[{"type":"image_url","image_url":{"url":"data:image/png;base64,AA=="}}]}],"max_tokens":9}""";
        var protection = _cage.Protect($"\"unscannable\":\"{policy}\"");
        var begun = _cage.Begin(protection.OpenRun(null), Image);
        Assert.That(begun.Error, Is.EqualTo(policy == "deny" ? "CallDenied" : "Send"));
        Assert.That(Cage.Report(protection).GetProperty("unscannable").GetInt64(), Is.EqualTo(policy == "deny" ? 0 : 1));
        Assert.That(_cage.Drain().Count(e => e.Kind == "call.unscannable"), Is.EqualTo(policy == "warn" ? 1 : 0));
    }

    [TestCase("allow", false)]
    [TestCase("warn", false)]
    [TestCase("deny", true)]
    public void A_text_beyond_the_limits_of_the_scanner_is_content_that_nobody_can_read(string unscannable, bool denied)
    {
        foreach (var limit in (string[])["\"max_text_bytes\":20", "\"max_findings\":1"])
        {
            var protection = _cage.Protect($"\"unscannable\":\"{unscannable}\",\"pii_scanner\":{{{limit}}}");
            var text = $"write to {Mail} or {Mail}";
            _cage.Drain();
            var begun = _cage.Begin(protection.OpenRun(null), Wire.Request(text));
            Assert.That(begun.Error, Is.EqualTo(denied ? "CallDenied" : "Send"), limit);
            Assert.That(Cage.Report(protection).GetProperty("unscannable").GetInt32(), Is.EqualTo(1));
            Assert.That(_cage.Drain().Count(e => e.Kind == "call.unscannable"), Is.EqualTo(unscannable == "warn" ? 1 : 0));
            var answered = _cage.Whole(protection.OpenRun(null), Wire.Request("hi"), Wire.Answer(text, Wire.Usage(10, 5)));
            Assert.That(answered.Error, Is.EqualTo(denied ? "CallDenied" : "Send"), limit);
            Assert.That(Findings(protection), Is.Empty, "nothing of it is told");
        }
    }

    [Test]
    public void Of_nested_scanners_the_lower_limit_holds()
    {
        var outer = _cage.Protect("\"unscannable\":\"deny\",\"pii_scanner\":{\"max_text_bytes\":20}");
        var inner = _cage.Protect("\"pii_scanner\":{\"max_findings\":5}");
        Assert.That(_cage.Begin(inner.OpenRun(outer.OpenRun(null)), Wire.Request(new string('x', 21))).Error, Is.EqualTo("CallDenied"));
        Assert.That(_cage.Begin(inner.OpenRun(null), Wire.Request(new string('x', 21))).Error, Is.EqualTo("Send"));
    }

    /// <summary>There is no clock here: what moves the rest of a piece at every finding would run for minutes.</summary>
    [Test]
    public void An_event_with_very_many_findings_takes_time_linear_in_its_length()
    {
        const int Count = 400_000;
        var protection = _cage.Protect();
        var call = _cage.Begin(protection.OpenRun(null), Wire.Streamed()).Call;
        var (output, refusal) = Cage.Stream(call, Wire.Utf8(Wire.Chunk(string.Concat(Enumerable.Repeat("é a@b.co ", Count)))), Wire.Utf8(Wire.Stop + Wire.UsageChunk(10, 5) + Wire.Done));
        Assert.That(refusal, Is.Null);
        Assert.That(Wire.Content(output).Replace("é [EMAIL_REDACTED] ", "", StringComparison.Ordinal), Is.Empty);
        Assert.That(Cage.Report(protection).GetProperty("pii_by_kind").GetProperty("EMAIL_ADDRESS").GetInt32(), Is.EqualTo(Count));
    }
}
