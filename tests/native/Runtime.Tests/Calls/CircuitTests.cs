using System.Text.Json;
using IronCage.Runtime.Calls;
using IronCage.Runtime.Protections;
using IronCage.Runtime.Tests.Support;

namespace IronCage.Runtime.Tests.Calls;

public class CircuitTests
{
    private Cage _cage = null!;
    private Protection _protection = null!;

    [SetUp]
    public void Open()
    {
        _cage = new Cage();
        _protection = _cage.Protect("\"budget_usd\":\"1\",\"circuit_breaker\":{\"failure_threshold\":2,\"recovery_timeout\":60}");
    }

    [TearDown]
    public void Close() => _cage.Dispose();

    private JsonElement Circuit() => Cage.Report(_protection).GetProperty("circuits").EnumerateArray().Single();

    private void Do(string what)
    {
        var run = _protection.OpenRun(null);
        if (what.StartsWith("status ", StringComparison.Ordinal))
        {
            Assert.That(_cage.Whole(run, null, "{}", int.Parse(what[7..], System.Globalization.CultureInfo.InvariantCulture)).Kind, Is.EqualTo(VerdictKind.Send));
            return;
        }
        var call = _cage.Begin(run, Wire.Streamed()).Call;
        switch (what)
        {
            case "cut head": call.OpenStream(200); call.End(CallEnding.Cut); break;
            case "aborted stream": call.OpenStream(200); call.End(CallEnding.Aborted); break;
            case "unfinished stream": Cage.Stream(call, Wire.Utf8(Wire.Chunk("x"))); call.End(CallEnding.Complete); break;
            case "error in stream": Cage.Stream(call, Wire.Utf8(Wire.Chunk("x") + "data: {\"error\":{}}\n\n" + Wire.Done)); call.End(CallEnding.Complete); break;
            case "encoded stream": call.OpenStream(200, "content-encoding: zstd"u8); call.FinishStream(); call.End(CallEnding.Complete); break;
            case "cut encoded stream": call.OpenStream(200, "content-encoding: zstd"u8); call.FinishStream(); call.End(CallEnding.Cut); break;
            case "stream 503": call.OpenStream(503); call.End(CallEnding.Complete); break;
            case "cut body": call.Respond(200, false, "{"u8); call.End(CallEnding.Cut); break;
            default: call.End(Enum.Parse<CallEnding>(what)); break;
        }
    }

    [TestCase("status 500")]
    [TestCase("status 503")]
    [TestCase("status 529")]
    [TestCase("stream 503")]
    [TestCase("NotSent")]
    [TestCase("NoResponse")]
    [TestCase("Cut")]
    [TestCase("cut head")]
    [TestCase("cut body")]
    [TestCase("unfinished stream")]
    [TestCase("error in stream")]
    [TestCase("cut encoded stream")]
    public void A_failure_of_the_provider_opens_the_circuit_at_the_threshold(string failure)
    {
        Do(failure);
        Assert.That((Circuit().GetProperty("state").GetString(), Circuit().GetProperty("failures").GetInt32()), Is.EqualTo(("closed", 1)));
        Do(failure);
        Assert.That((Circuit().GetProperty("state").GetString(), Circuit().GetProperty("key").GetString(), Circuit().GetProperty("opened").GetInt32()), Is.EqualTo(("open", "127.0.0.1:9|gpt-4o", 1)));
        var before = Cage.Figures(_protection);
        var refusal = _cage.Begin(_protection.OpenRun(null)).Json;
        Assert.That((refusal.GetProperty("error").GetString(), refusal.GetProperty("status").GetInt32(), refusal.GetProperty("retry_after").GetDouble()), Is.EqualTo(("CircuitOpen", 503, 60.0)));
        Assert.That(Cage.Figures(_protection), Is.EqualTo(before with { Denied = 1 }), "a refused call gives its hold back");
        Assert.That(_cage.Begin(_protection.OpenRun(null), Wire.Request(model: "gpt-4o-mini")).Kind, Is.EqualTo(VerdictKind.Send), "another model has a circuit of its own");
    }

    [TestCase("status 400")]
    [TestCase("status 401")]
    [TestCase("status 404")]
    [TestCase("status 429")]
    [TestCase("Cancelled")]
    [TestCase("Aborted")]
    [TestCase("Withdrawn")]
    [TestCase("aborted stream")]
    public void What_is_not_the_providers_fault_counts_neither_way(string what)
    {
        Do("status 500");
        for (var i = 0; i < 3; i++)
            Do(what);
        Assert.That((Circuit().GetProperty("state").GetString(), Circuit().GetProperty("failures").GetInt32()), Is.EqualTo(("closed", 1)));
    }

    [TestCase("status 200")]
    [TestCase("encoded stream")]
    public void A_success_resets_the_count(string success)
    {
        Do("status 500");
        Do(success);
        Do("status 500");
        Assert.That(Circuit().GetProperty("state").GetString(), Is.EqualTo("closed"));
    }

    [TestCase(true)]
    [TestCase(false)]
    public void After_the_recovery_timeout_one_probe_decides(bool succeeds)
    {
        Do("status 500");
        Do("status 500");
        _cage.Drain();
        _cage.Clock.Advance(TimeSpan.FromSeconds(59.9));
        Assert.That(_cage.Begin(_protection.OpenRun(null)).Error, Is.EqualTo("CircuitOpen"));
        _cage.Clock.Advance(TimeSpan.FromSeconds(0.1));
        var probe = _cage.Begin(_protection.OpenRun(null)).Call;
        Assert.That(_cage.Begin(_protection.OpenRun(null)).Error, Is.EqualTo("CircuitOpen"), "one probe at a time");
        Assert.That(Circuit().GetProperty("state").GetString(), Is.EqualTo("half_open"));
        probe.Respond(succeeds ? 200 : 500, true, Wire.Utf8(Wire.Answer(usage: Wire.Usage(1, 1))));
        probe.End(CallEnding.Complete);
        Assert.That(_cage.Begin(_protection.OpenRun(null)).Error, Is.EqualTo(succeeds ? "Send" : "CircuitOpen"));
        Assert.That(_cage.Drain().Select(e => e.Kind).Where(k => k.StartsWith("circuit.", StringComparison.Ordinal)),
            Is.EqualTo(new[] { "circuit.half_open", succeeds ? "circuit.closed" : "circuit.opened" }));
    }

    [Test]
    public void A_probe_that_was_refused_for_another_reason_leaves_the_circuit_to_the_next([Values("pii", "budget", "withdrawn")] string why)
    {
        var protection = _protection = _cage.Protect("\"budget_usd\":\"0.0012\",\"lower_output\":false,\"pii_action\":\"block\",\"circuit_breaker\":{\"failure_threshold\":1,\"recovery_timeout\":60}");
        _cage.Ends(protection.OpenRun(null), CallEnding.NotSent);
        _cage.Clock.Advance(TimeSpan.FromSeconds(60));
        switch (why)
        {
            case "pii": Assert.That(_cage.Begin(protection.OpenRun(null), Wire.Request("ada@example.com")).Error, Is.EqualTo("PiiBlocked")); break;
            case "budget": Assert.That(_cage.Begin(protection.OpenRun(null), Wire.Request(extra: "\"max_tokens\":900")).Error, Is.EqualTo("BudgetExceeded")); break;
            default: _cage.Ends(protection.OpenRun(null), CallEnding.Withdrawn); break;
        }
        Assert.That(_cage.Whole(protection.OpenRun(null)).Kind, Is.EqualTo(VerdictKind.Send));
        Assert.That(Circuit().GetProperty("state").GetString(), Is.EqualTo("closed"));
    }

    [Test]
    public void An_open_circuit_is_remembered_until_a_call_of_the_run_is_let_through()
    {
        var run = _protection.OpenRun(null);
        Do("NotSent");
        Do("NotSent");
        Assert.That(_cage.Begin(run).Error, Is.EqualTo("CircuitOpen"));
        Assert.That(run.Close()?.Error, Is.EqualTo("CircuitOpen"));
        _cage.Clock.Advance(TimeSpan.FromSeconds(60));
        _cage.Whole(run);
        Assert.That(run.Close(), Is.Null);
    }
}
