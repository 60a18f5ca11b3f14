using System.Text.Json;
using IronCage.Core.Events;
using IronCage.Core.Time;
using IronCage.Runtime.Budgets;
using IronCage.Runtime.Calls;
using IronCage.Runtime.Protections;
using IronCage.Runtime.Runs;
using IronCage.Telemetry;

namespace IronCage.Runtime.Tests.Support;

/// <summary>An engine on a clock that stands still, with one host that speaks OpenAI's protocol.</summary>
internal sealed class Cage : IDisposable
{
    public const string Url = "http://127.0.0.1:9/v1/chat/completions";

    public Cage(string options = "{}", TimeProvider? clock = null)
    {
        clock ??= Clock;
        Engine = new Engine(EngineOptions.Read(Wire.Utf8(options)), clock, new SystemIdSource(clock));
        Engine.AddHosts("127.0.0.1:9=openai");
    }

    public ManualTimeProvider Clock { get; } = new();

    public Engine Engine { get; }

    public Protection Protect(string options = "", SharedBudget? budget = null, string agent = "agent") =>
        Engine.NewProtection(Wire.Utf8($"{{\"agent_id\":{Wire.Quote(agent)}{(options.Length > 0 ? "," + options : "")}}}"), budget);

    public SharedBudget Budget(string limit, string name = "team", string options = "") =>
        Engine.OpenBudget(Wire.Utf8($"{{\"name\":\"{name}\",\"limit_usd\":\"{limit}\"{(options.Length > 0 ? "," + options : "")}}}"));

    public Step Begin(Run? run, string? body = null, bool nonblocking = false, string headers = "", string method = "POST", string url = Url, HostAbilities can = HostAbilities.None) =>
        Begin(run, Wire.Utf8(body ?? Wire.Request()), nonblocking, headers, method, url, can);

    public Step Begin(Run? run, byte[] body, bool nonblocking = false, string headers = "", string method = "POST", string url = Url, HostAbilities can = HostAbilities.None)
    {
        var verdict = ProtectedCall.Begin(Engine, run, Wire.Utf8(method), Wire.Utf8(url), Wire.Utf8(headers), body, nonblocking, out var call, out _, can);
        return Step.Of(verdict, call);
    }

    /// <summary>A call that gets a whole answer and ends.</summary>
    public Step Whole(Run? run, string? body = null, string? answer = null, int status = 200)
    {
        var begun = Begin(run, body);
        if (begun.Opened is not { } call)
            return begun;
        var verdict = Step.Of(call.Respond(status, complete: true, Wire.Utf8(answer ?? Wire.Answer(usage: Wire.Usage(10, 5)))));
        call.End(CallEnding.Complete);
        return verdict;
    }

    /// <summary>A call that ends without an answer.</summary>
    public Step Ends(Run run, CallEnding how)
    {
        var begun = Begin(run);
        begun.Opened?.End(how);
        return begun;
    }

    /// <summary>Feeds a stream in pieces; what was handed on, and the refusal if it was blocked.</summary>
    public static (string Output, Step? Refusal) Stream(ProtectedCall call, params IEnumerable<byte[]> pieces) => Stream(call, pieces, ends: true);

    /// <summary>As the other; not to its end where <see cref="Continue"/> follows.</summary>
    public static (string Output, Step? Refusal) Stream(ProtectedCall call, IEnumerable<byte[]> pieces, bool ends)
    {
        call.OpenStream(200);
        return Continue(call, pieces, ends);
    }

    /// <summary>Feeds the rest of a stream.</summary>
    public static (string Output, Step? Refusal) Continue(ProtectedCall call, IEnumerable<byte[]> pieces, bool ends = true)
    {
        var output = new List<byte>();
        foreach (var piece in pieces)
        {
            var fed = Step.Of(call.Feed(piece));
            if (fed.Kind == VerdictKind.Refuse)
                return (System.Text.Encoding.UTF8.GetString([.. output]), fed);
            output.AddRange(fed.Kind == VerdictKind.Send ? piece : fed.Body);
        }
        if (!ends)
            return (System.Text.Encoding.UTF8.GetString([.. output]), null);
        var last = Step.Of(call.FinishStream());
        if (last.Kind != VerdictKind.Refuse)
            output.AddRange(last.Body);
        return (System.Text.Encoding.UTF8.GetString([.. output]), last.Kind == VerdictKind.Refuse ? last : null);
    }

    public static JsonElement Report(Protection protection) => Wire.Parse(protection.Report());

    public static Figures Figures(Protection protection) => Support.Figures.Of(Report(protection));

    public IReadOnlyList<RuntimeEvent> Drain()
    {
        var events = new List<SequencedEvent>();
        Engine.Drain(events, 0, out _);
        return [.. events.Select(e => e.Event)];
    }

    public void Dispose() => Engine.Dispose();
}
