using System.Text;
using IronCage.Abi.Boundary;
using IronCage.Abi.Tests.Support;
using IronCage.Runtime.Calls;

namespace IronCage.Abi.Tests.Exports;

public class HostTests
{
    private const string Request = """{"model":"gpt-4o","messages":[{"role":"user","content":"hello"}],"max_tokens":100}""";
    private const string Answer = """{"choices":[{"message":{"content":"hi"}}],"usage":{"prompt_tokens":10,"completion_tokens":5}}""";
    private const string Tight = """{"agent_id":"a","budget_usd":"0.0012","lower_output":false}""";

    private ulong _engine;

    [SetUp]
    public void Open() => Assert.That(Host.Engine(out _engine), Is.EqualTo(Status.Ok));

    [TearDown]
    public void Close() => Assert.That(Host.Free(_engine), Is.EqualTo(Status.Ok));

    private ulong Run(string options = """{"agent_id":"a"}""")
    {
        Assert.That(Host.Protection(out var protection, _engine, 0, options), Is.EqualTo(Status.Ok), Host.Error);
        Assert.That(Host.Run(out var run, protection), Is.EqualTo(Status.Ok));
        return run;
    }

    private (ulong InFlight, ulong Pending) Waiting()
    {
        var run = Run(Tight);
        Host.Begin(out var first, run, _engine, Request);
        Host.Begin(out var second, run, _engine, Request, flags: 1);
        Assert.That((first.Kind, second.Kind), Is.EqualTo(((int)VerdictKind.Send, (int)VerdictKind.Pending)));
        return (first.Call, second.Call);
    }

    [Test]
    public void A_call_goes_through_all_its_steps()
    {
        Assert.That((Host.Begin(out var begun, Run(), _engine, Request), begun.Kind, begun.Call != 0), Is.EqualTo((Status.Ok, (int)VerdictKind.Send, true)));
        Assert.That(Host.Feed(out _, begun.Call), Is.EqualTo(Status.Sequence));
        Assert.That((Host.Respond(out var answered, begun.Call, Answer), answered.Kind, answered.Call), Is.EqualTo((Status.Ok, (int)VerdictKind.Send, begun.Call)));
        Assert.That(Host.Respond(out _, begun.Call, Answer), Is.EqualTo(Status.Sequence));
        Assert.That((Host.End(begun.Call, 0), Host.End(begun.Call, 0), Host.End(0, 0)), Is.EqualTo((Status.Ok, Status.Ok, Status.Ok)));
        Assert.That(Host.Respond(out _, begun.Call, Answer), Is.EqualTo(Status.Handle));
        Assert.That((Host.End(begun.Call, 7), Host.End(begun.Call, -1)), Is.EqualTo((Status.Argument, Status.Argument)));
    }

    [Test]
    public void A_pending_call_is_reported_when_it_is_decided()
    {
        Assert.That(Host.EventFd(out var descriptor, _engine), Is.EqualTo(Status.Ok));
        var (inFlight, pending) = Waiting();
        Assert.That((Host.Wait(out var verdict, pending, 0), verdict.Kind, Host.Respond(out _, pending, Answer)), Is.EqualTo((Status.Ok, (int)VerdictKind.Pending, Status.Pending)));
        Assert.That(Poll.IsReadable(descriptor), Is.False);
        Host.End(inFlight, (int)CallEnding.NotSent);
        Assert.That(SpinWait.SpinUntil(() => Poll.IsReadable(descriptor), TimeSpan.FromSeconds(60)), Is.True);
        Assert.That((Host.Collect(out var calls, _engine), calls.Single()), Is.EqualTo((Status.Ok, pending)));
        Assert.That((Host.Wait(out verdict, pending, -1), verdict.Kind, verdict.Call), Is.EqualTo((Status.Ok, (int)VerdictKind.Send, pending)));
        Assert.That((Poll.IsReadable(descriptor), Host.Collect(out calls, _engine), calls.Length), Is.EqualTo((false, Status.Ok, 0)));
        Host.End(pending, (int)CallEnding.NotSent);
    }

    [TestCase(true)]
    [TestCase(false)]
    public void A_call_that_was_ended_or_fetched_meanwhile_is_not_reported(bool fetched)
    {
        Host.EventFd(out var descriptor, _engine);
        for (var i = 0; i < 50; i++)
        {
            var (inFlight, pending) = Waiting();
            if (fetched)
            {
                Host.End(inFlight, (int)CallEnding.NotSent);
                Host.Wait(out var verdict, pending, -1);
                Assert.That(verdict.Kind, Is.EqualTo((int)VerdictKind.Send));
            }
            Host.End(pending, (int)CallEnding.Withdrawn);
            Host.End(inFlight, (int)CallEnding.NotSent);
        }
        // What was decided tells so on a thread of the pool: give it every chance.
        Assert.That(SpinWait.SpinUntil(() => Poll.IsReadable(descriptor), TimeSpan.FromSeconds(1)), Is.False);
    }

    [Test]
    public void A_refused_call_has_no_handle_and_its_run_returns_the_refusal()
    {
        var run = Run("""{"agent_id":"a","pii_action":"block"}""");
        Assert.That(Host.Begin(out var verdict, run, _engine, Request.Replace("hello", "ada@example.com", StringComparison.Ordinal)), Is.EqualTo(Status.Ok));
        Assert.That((verdict.Kind, verdict.Call, verdict.Flags & NativeVerdict.HasEvents), Is.EqualTo(((int)VerdictKind.Refuse, 0UL, NativeVerdict.HasEvents)));
        var refusal = Host.Take(ref verdict.Body);
        Assert.That((Host.Close(out var remembered, run), remembered), Is.EqualTo((Status.Ok, refusal)));
        Assert.That((Host.Close(out remembered, run), remembered), Is.EqualTo((Status.Ok, refusal)), "closing is idempotent");
        Assert.That((Host.Begin(out verdict, run, _engine, Request), verdict.Kind), Is.EqualTo((Status.Ok, (int)VerdictKind.Refuse)), "what outlives the invocation is refused, too");
        Host.Take(ref verdict.Body);
        Assert.That((Host.FreeRun(run), Host.FreeRun(run), Host.FreeRun(0)), Is.EqualTo((Status.Ok, Status.Ok, Status.Ok)));
        Assert.That(Host.Begin(out verdict, run, _engine, Request), Is.EqualTo(Status.Handle));
        Assert.That((Host.Close(out remembered, run), remembered), Is.EqualTo((Status.Handle, "")));
    }

    [Test]
    public void Handles_of_another_engine_are_foreign()
    {
        Host.Engine(out var other);
        Assert.That(Host.Budget(out var budget, other, """{"name":"b","limit_usd":"1"}"""), Is.EqualTo(Status.Ok));
        Assert.That((Host.Protection(out var protection, _engine, budget, """{"agent_id":"a"}"""), protection), Is.EqualTo((Status.Handle, 0UL)));
        Host.Protection(out var theirs, other, budget, """{"agent_id":"a"}""");
        Host.Run(out var theirRun, theirs);
        Host.Protection(out var ours, _engine, 0, """{"agent_id":"a"}""");
        Assert.That((Host.Run(out var run, ours, theirRun), run), Is.EqualTo((Status.Handle, 0UL)));
        Assert.That((Host.Begin(out var verdict, theirRun, _engine, Request), verdict.Kind, verdict.Call), Is.EqualTo((Status.Handle, 0, 0UL)));
        Assert.That(Host.Free(other), Is.EqualTo(Status.Ok));
    }

    [Test]
    public void Handles_of_another_kind_are_refused()
    {
        var run = Run();
        Assert.That((Host.Free(run), Host.End(_engine, 0), Host.Run(out _, run), Host.Wait(out _, run, 0)), Is.EqualTo((Status.Handle, Status.Handle, Status.Handle, Status.Handle)));
        Assert.That(Host.Error, Does.Contain("Call handle"));
    }

    [Test]
    public void Arguments_are_checked()
    {
        var run = Run();
        Assert.That(Host.Begin(out _, run, _engine, Request, flags: 32), Is.EqualTo(Status.Argument));
        Assert.That(Host.Begin(out _, run, _engine, Request, size: 7), Is.EqualTo(Status.Argument));
        Assert.That(Host.Wait(out _, run, -2), Is.EqualTo(Status.Argument));
        Assert.That(Host.RunWithNullOut(run), Is.EqualTo(Status.Argument));
        Assert.That(Host.AddHosts(_engine, [0xFF]), Is.EqualTo(Status.Argument));
        Assert.That(Host.AddHosts(_engine, Encoding.UTF8.GetBytes("x")), Is.EqualTo(Status.Config));
        unsafe
        {
            var one = (byte)'x';
            Assert.That((Host.Redact(out var text, _engine, null, 0), text), Is.EqualTo((Status.Ok, "")));
            Assert.That(Host.Redact(out _, _engine, null, 1), Is.EqualTo(Status.Argument));
            Assert.That(Host.Redact(out _, _engine, &one, (nuint)int.MaxValue + 1), Is.EqualTo(Status.Argument));
        }
    }

    [TestCase("{\"agent_id\":\"\\ud800\"}")]
    [TestCase("{\"agent_id\":\"a\",\"\\udc00\":1}")]
    [TestCase("{\"agent_id\":")]
    public void Options_that_are_no_text_are_a_fault_of_the_configuration(string options) =>
        Assert.That(Host.Protection(out _, _engine, 0, options), Is.EqualTo(Status.Config));

    [TestCase("""{"model":"\ud800"}""")]
    [TestCase("""{"model":"gpt-4o","messages":[{"content":"\ud800"}],"\ud800":1,"max_tokens":1}""")]
    public void A_request_that_is_no_text_still_gets_a_verdict(string body)
    {
        Assert.That(Host.Begin(out var verdict, Run(), _engine, body), Is.EqualTo(Status.Ok), Host.Error);
        Assert.That(verdict.Kind, Is.AnyOf((int)VerdictKind.Refuse, (int)VerdictKind.Send));
    }

    [Test]
    public void A_freed_protection_still_serves_its_runs()
    {
        Host.Protection(out var protection, _engine, 0, """{"agent_id":"a"}""");
        Host.Run(out var run, protection);
        HandleTable.Instance.Remove(HandleKind.Protection, protection);
        Assert.That((Host.Begin(out var verdict, run, _engine, Request), verdict.Kind), Is.EqualTo((Status.Ok, (int)VerdictKind.Send)));
        Assert.That((Host.Respond(out _, verdict.Call, Answer), Host.End(verdict.Call, 0), Host.Run(out _, protection)), Is.EqualTo((Status.Ok, Status.Ok, Status.Handle)));
    }
}
