using System.Text;
using System.Text.Json;
using IronCage.Runtime.Calls;
using IronCage.Runtime.Tests.Support;

namespace IronCage.Runtime.Tests.Calls;

public class RefusalTests
{
    private Cage _cage = null!;

    [SetUp]
    public void Open() => _cage = new Cage();

    [TearDown]
    public void Close() => _cage.Dispose();

    // error, options, request, status, what its JSON has beside the fields that all have
    private static readonly object[][] Refusals =
    [
        ["BudgetExceeded", "\"budget_usd\":\"0.0001\"", Wire.Request(), 402, "limit_usd,spent_usd,held_usd,needed_usd,reserve_usd,budget,frozen"],
        ["UnpricedModel", "", Wire.Request(model: "unheard-of"), 402, ""],
        ["UnpricedModel", "", Wire.Request(extra: "\"service_tier\":\"priority\""), 402, ""],
        ["PiiBlocked", "\"pii_action\":\"block\"", Wire.Request("ada@example.com"), 403, "findings"],
        ["CallDenied", "", "{\"model\":\"gpt-4o\",\"model\":\"gpt-4\"}", 403, ""],
        ["CallDenied", "\"unscannable\":\"deny\"", """{"model":"gpt-4o","messages":[{"content":[{"type":"file","file":{"file_id":"f"}}]}],"max_tokens":1}""", 403, ""],
        ["CallDenied", "\"budget_usd\":\"1\",\"lower_output\":false", Wire.Request(model: "gpt-chat-latest", extra: ""), 403, ""],
    ];

    [TestCaseSource(nameof(Refusals))]
    public void A_refusal_has_its_fields_and_is_remembered_and_repeated(string error, string options, string request, int status, string extra)
    {
        var protection = _cage.Protect(options);
        var run = protection.OpenRun(null);
        var refusal = _cage.Begin(run, request);
        Assert.That(refusal.Error, Is.EqualTo(error));
        Assert.That(refusal.Opened, Is.Null);
        var json = refusal.Json;
        Assert.That(json.EnumerateObject().Select(p => p.Name), Is.EquivalentTo(
            (string[])["error", "reason", "model", "remembered", "respond", "status", "content_type", "body", .. extra.Split(',', StringSplitOptions.RemoveEmptyEntries)]));
        Assert.That((json.GetProperty("remembered").GetBoolean(), json.GetProperty("respond").GetBoolean(), json.GetProperty("status").GetInt32(), json.GetProperty("content_type").GetString()),
            Is.EqualTo((true, false, status, "application/json")));
        var body = Wire.Parse(Wire.Utf8(json.GetProperty("body").GetString()!)).GetProperty("error");
        Assert.That((body.GetProperty("message").GetString(), body.GetProperty("type").GetString()), Is.EqualTo(("Iron Cage: " + json.GetProperty("reason").GetString(), "iron_cage_refusal")));

        Assert.That(_cage.Begin(run).Text, Is.EqualTo(refusal.Text), "repeated to an innocent call");
        Assert.That(run.Close()!.ToJson(respond: false, remembered: true).ToArray(), Is.EqualTo(refusal.Body));
        Assert.That(_cage.Begin(protection.OpenRun(null), Wire.Request(extra: "\"max_tokens\":1")).Kind, Is.EqualTo(VerdictKind.Send), "another run is not concerned");
        Assert.That(Cage.Figures(protection).Denied, Is.EqualTo(2));
    }

    [TestCaseSource(nameof(Refusals))]
    public void With_on_deny_respond_nothing_is_remembered(string error, string options, string request, int status, string extra)
    {
        var run = _cage.Protect((options.Length > 0 ? options + "," : "") + "\"on_deny\":\"respond\"").OpenRun(null);
        var json = _cage.Begin(run, request).Json;
        Assert.That((json.GetProperty("error").GetString(), json.GetProperty("remembered").GetBoolean(), json.GetProperty("respond").GetBoolean(), json.GetProperty("status").GetInt32()),
            Is.EqualTo((error, false, true, status)));
        Assert.That(extra.Split(',', StringSplitOptions.RemoveEmptyEntries).All(name => json.TryGetProperty(name, out _)), Is.True);
        Assert.That(_cage.Begin(run, Wire.Request(extra: "\"max_tokens\":1")).Kind, Is.EqualTo(VerdictKind.Send));
        Assert.That(run.Close(), Is.Null);
    }

    [Test]
    public void The_first_refusal_that_stays_is_the_one_remembered()
    {
        var protection = _cage.Protect("\"circuit_breaker\":{\"failure_threshold\":1},\"pii_action\":\"block\"");
        var run = protection.OpenRun(null);
        _cage.Ends(run, CallEnding.NotSent);
        Assert.That(_cage.Begin(run).Error, Is.EqualTo("CircuitOpen"));
        _cage.Clock.Advance(TimeSpan.FromDays(1));
        Assert.That(_cage.Begin(run, Wire.Request("ada@example.com")).Error, Is.EqualTo("PiiBlocked"));
        Assert.That(_cage.Begin(run).Error, Is.EqualTo("PiiBlocked"));
        Assert.That(run.Close()!.Error, Is.EqualTo("PiiBlocked"));
    }

    [TestCase("")]
    [TestCase("[]")]
    [TestCase("{}")]
    [TestCase("{\"model\":7}")]
    [TestCase("{\"model\":\"gpt-4o\",\"n\":0}")]
    [TestCase("{\"model\":\"gpt-4o\",\"max_tokens\":-1}")]
    [TestCase("{\"model\":\"gpt-4o\",\"messages\":{}}")]
    [TestCase("{\"model\":\"gpt-4o\"}x")]
    public void A_body_that_cannot_be_read_is_refused(string body)
    {
        var json = _cage.Begin(_cage.Protect().OpenRun(null), body).Json;
        Assert.That(json.GetProperty("error").GetString(), Is.EqualTo("CallDenied"));
        Assert.That(json.GetProperty("body").GetString(), Does.Contain("unreadable_request"));
    }

    [TestCase("Content-Encoding: gzip", "CallDenied")]
    [TestCase("accept: x\r\ncontent-encoding:br", "CallDenied")]
    [TestCase("content-encoding: identity", "Send")]
    [TestCase("x-content-encoding: gzip", "Send")]
    public void A_body_with_an_encoding_is_refused(string headers, string expected) =>
        Assert.That(_cage.Begin(_cage.Protect().OpenRun(null), headers: headers).Error, Is.EqualTo(expected));

    [Test]
    public void An_endpoint_that_is_not_read_is_refused() =>
        Assert.That(_cage.Begin(_cage.Protect().OpenRun(null), url: "http://127.0.0.1:9/v1/videos").Error, Is.EqualTo("CallDenied"));

    [Test]
    public void An_unpriced_model_may_go_uncharged_with_one_warning()
    {
        var protection = _cage.Protect("\"unpriced\":\"warn\",\"budget_usd\":\"1\"");
        _cage.Whole(protection.OpenRun(null), Wire.Request(model: "unheard-of"));
        _cage.Ends(protection.OpenRun(null), CallEnding.NoResponse);
        Assert.That(_cage.Whole(protection.OpenRun(null), Wire.Request(model: "unheard-of"), Wire.Answer()).Kind, Is.EqualTo(VerdictKind.Send));
        Assert.That(Cage.Figures(protection), Is.EqualTo(new Figures(Wire.Hold, 0, 3, Wire.Hold, 0, Wire.Hold, 0)));
        Assert.That(_cage.Drain().Count(e => e.Kind == "call.unpriced"), Is.EqualTo(1));
    }

    [Test]
    public void An_unpriced_model_may_be_charged_at_an_assumed_price()
    {
        var protection = _cage.Protect("\"unpriced\":{\"input_usd_per_mtok\":\"1\",\"output_usd_per_mtok\":\"2\"},\"budget_usd\":\"1\"");
        _cage.Whole(protection.OpenRun(null), Wire.Request(model: "unheard-of"), Wire.Answer(usage: Wire.Usage(100, 10)));
        Assert.That(Cage.Figures(protection), Is.EqualTo(new Figures(0.00012m, 0, 1, 0, 0, 0.00012m, 0)));
        Assert.That(_cage.Begin(protection.OpenRun(null), Wire.Request(model: "unheard-of", extra: "")).Json.GetProperty("max_tokens").GetInt64(), Is.GreaterThan(64), "our own cap is written");
    }

    [Test]
    public void A_worst_case_beyond_counting_is_refused()
    {
        var protection = _cage.Protect("\"unpriced\":{\"input_usd_per_mtok\":\"0\",\"output_usd_per_mtok\":\"1000000\"},\"budget_usd\":\"1\"");
        var prediction = "\"max_tokens\":1,\"n\":128,\"prediction\":{\"content\":" + Wire.Quote(new string('x', 100_000)) + "}";
        Assert.That(_cage.Begin(protection.OpenRun(null), Wire.Request(model: "unheard-of", extra: prediction)).Error, Is.EqualTo("CallDenied"));
        Assert.That(Cage.Figures(protection), Is.EqualTo(new Figures(0, 0, 0, 0, 1, 0, 0)));
    }

    [Test]
    public void Nothing_that_is_said_holds_what_was_found_or_asked([Values("redact", "mask", "block", "warn")] string action)
    {
        const string Key = "AKIAZ7QWERTY2345UIOP", Mail = "ada.lovelace@secret-mail.com", Prompt = "prompttext about the merger";
        using var directory = new TemporaryDirectory();
        using var cage = new Cage("{\"log_level\":\"debug\"}");
        var said = new StringBuilder();
        var text = $"{Prompt}: {Mail} has {Key}";
        var options = $"\"state\":\"{directory.Url}\",\"pii_action\":\"{action}\",\"budget_usd\":\"0.1\",\"warn_at\":[0.0001],\"eager_events\":true,\"on_deny\":\"respond\",\"unscannable\":\"deny\"";
        var protection = cage.Protect(options);
        var run = protection.OpenRun(null);
        foreach (var request in new[]
        {
            Wire.Request(text), Wire.Request(text, extra: $"\"max_tokens\":{Wire.Quote(text)}"), $"{{\"model\":\"gpt-4o\",\"messages\":[{Wire.Quote(text)}", text,
            Wire.Request(text, extra: "\"max_tokens\":1,\"max_tokens\":2"), $"{{\"model\":\"gpt-4o\",{Wire.Quote(text)}:1,{Wire.Quote(text)}:2}}",
            Wire.Request(text, model: "unheard-of"), Wire.Request(string.Concat(Enumerable.Repeat(text, 3000)), extra: "\"max_tokens\":60000"),
        })
        {
            var begun = cage.Begin(run, request);
            if (begun.Kind == VerdictKind.Refuse)
                said.Append(begun.Text);
            begun.Opened?.End(CallEnding.Withdrawn);
        }
        foreach (var answer in new[] { Wire.Answer(text), Wire.Answer(text, Wire.Usage(10, 5)), text, Wire.Answer(text)[..^40] })
        {
            var verdict = cage.Whole(run, null, answer);
            if (verdict.Kind == VerdictKind.Refuse)
                said.Append(verdict.Text);
        }
        var call = cage.Begin(run, Wire.Streamed()).Call;
        said.Append(Cage.Stream(call, Wire.Utf8(Wire.Chunk(text) + $"data: {text}\n\n" + Wire.Done)).Refusal?.Text);
        call.End(CallEnding.Complete);
        cage.Engine.FlushAsync(CancellationToken.None).Wait();
        said.Append(Encoding.UTF8.GetString(protection.Report()));
        foreach (var e in cage.Drain())
            said.AppendLine(e.Kind + e.Message + e.Details);
        said.Append(directory.Dump());
        foreach (var file in Directory.GetFiles(directory.Root))
        {
            using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            using var reader = new StreamReader(stream, Encoding.Latin1);
            said.Append(reader.ReadToEnd());
        }
        Assert.That(said.ToString(), Does.Contain("EMAIL_ADDRESS").And.Contain("AWS_ACCESS_KEY").And.Contain("call.denied"), "something was said");
        Assert.That(said.ToString(), Does.Not.Contain("lovelace").And.Not.Contain("secret-mail").And.Not.Contain(Key).And.Not.Contain("prompttext").And.Not.Contain("merger"));
    }

    [Test]
    public void An_endpoint_that_is_not_understood_is_refused_alone()
    {
        var protection = _cage.Protect();
        var run = protection.OpenRun(null);
        var refused = _cage.Begin(run, "{}", url: "http://127.0.0.1:9/v1/files");
        Assert.That((refused.Error, refused.Json.GetProperty("remembered").GetBoolean()), Is.EqualTo(("CallDenied", true)));
        Assert.That(run.Remembered!.Code, Is.EqualTo("unsupported_endpoint"));
        Assert.That(_cage.Whole(run).Kind, Is.EqualTo(VerdictKind.Send), "it says nothing about chat completions");
        Assert.That(run.Close(), Is.Null);
    }

    [Test]
    public void An_endpoint_that_is_not_understood_does_not_end_a_run_that_did_not_ask_for_it()
    {
        var run = _cage.Protect().OpenRun(null);
        var refused = _cage.Begin(null, "{}", url: "http://127.0.0.1:9/v1/traces/ingest");
        Assert.That((refused.Error, refused.Json.GetProperty("remembered").GetBoolean()), Is.EqualTo(("CallDenied", false)));
        Assert.That(run.Close(), Is.Null);
    }

    [TestCase("""[{"role":"user","content":[{"type":"input_audio","input_audio":{"data":"AAAA","format":"wav"}}]}]""", "", "gpt-4o", "audio input")]
    [TestCase("""[{"role":"assistant","audio":{"id":"a"}}]""", "", "gpt-4o", "audio input")]
    [TestCase("[]", ",\"audio\":{\"voice\":\"ash\"}", "gpt-4o", "audio output")]
    [TestCase("""[{"role":"user","content":[{"type":"input_audio","input_audio":{"data":"AAAA","format":"wav"}}]}]""", ",\"audio\":{\"voice\":\"ash\"}", "gpt-4o-audio-preview", null)]
    public void Audio_needs_a_price_of_its_own(string messages, string extra, string model, string? missing)
    {
        var begun = _cage.Begin(_cage.Protect("\"budget_usd\":\"50\"").OpenRun(null), $$"""{"model":"{{model}}","messages":{{messages}},"max_tokens":10{{extra}}}""");
        Assert.That(begun.Error, Is.EqualTo(missing is null ? "Send" : "UnpricedModel"));
        if (missing is not null)
            Assert.That(begun.Json.GetProperty("reason").GetString(), Does.Contain(missing));
    }

    [Test]
    public void A_refusal_and_an_open_circuit_are_logged_once()
    {
        var protection = _cage.Protect("\"max_calls\":1");
        var run = protection.OpenRun(null);
        _cage.Whole(run);
        _cage.Begin(run);
        _cage.Begin(run);
        Assert.That(_cage.Drain().Where(e => e.Kind == "log").Select(e => e.Message), Is.EqualTo(new[] { "agent: call refused, LimitReached: this run has made its 1 calls (max_calls)" }));
        run = _cage.Protect("\"circuit_breaker\":{\"failure_threshold\":1}").OpenRun(null);
        _cage.Whole(run, status: 500);
        Assert.That(_cage.Drain().Where(e => e.Kind == "log").Select(e => e.Message), Is.EqualTo(new[] { "agent: circuit 127.0.0.1:9|gpt-4o opened" }));
    }
}
