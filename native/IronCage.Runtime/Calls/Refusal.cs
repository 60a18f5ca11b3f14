using System.Globalization;
using System.Text.Json;
using IronCage.Core.Ledger;
using IronCage.Core.Money;
using IronCage.Cost;
using IronCage.Lang;
using IronCage.Lang.Hosts;
using IronCage.Reliability;
using IronCage.Runtime.Budgets;
using IronCage.Runtime.Protections;

namespace IronCage.Runtime.Calls;

/// <summary>Why a call may not leave (or its answer may not be handed on), with everything a host needs to raise the right error.</summary>
public sealed record Refusal(string Error, string Reason, string Code, int Status)
{
    public string? Model { get; init; }
    public Picodollars? Limit { get; init; }
    public Picodollars? Spent { get; init; }
    public Picodollars? Held { get; init; }
    public Picodollars? Needed { get; init; }

    /// <summary>What of the budget is kept for wrapping up, where the call may not draw on it.</summary>
    public Picodollars? Reserved { get; init; }

    /// <summary>The name of the budget that refused, where that is one above the agent's own.</summary>
    public string? RefusedBy { get; init; }
    public IReadOnlyList<FindingRecord>? Findings { get; init; }
    public TimeSpan? RetryAfter { get; init; }
    public string? LimitReached { get; init; }

    /// <summary>The tool that may not be used; empty where the answer did not name one.</summary>
    public string? DeniedTool { get; init; }
    public string? Why { get; init; }

    /// <summary>The protocol of the refused call, whose errors the body looks like.</summary>
    internal LlmWire Wire { get; init; } = LlmWire.Of(LlmProtocol.OpenAi)[0];

    /// <summary>The protections that refused: their runs remember it, and so do the runs inside them. Empty: the innermost one.</summary>
    internal IReadOnlyList<Protection> By { get; init; } = [];

    /// <summary>Later calls of the run are refused with the same; true for all but an open circuit, a rate, a place in flight, and an endpoint that is not understood.</summary>
    public bool Latches => !IsOfTheMoment && !IsOfEndpoint;

    /// <summary>The same call may be let through later.</summary>
    internal bool IsOfTheMoment { get; private init; }

    /// <summary>The run is over, whatever its calls are: the kill switch, and its time.</summary>
    internal bool EndsRun => Error == "AgentStopped" || LimitReached == "time";

    /// <summary>It says nothing about calls to other endpoints.</summary>
    internal bool IsOfEndpoint => Code == UnsupportedEndpoint;

    private const string UnsupportedEndpoint = "unsupported_endpoint";
    private const string BudgetFrozen = "budget_frozen";

    /// <param name="host">The host.</param>
    /// <param name="wires">What of its protocol is understood.</param>
    public static Refusal Endpoint(string host, IReadOnlyList<LlmWire> wires) => Denied(
        $"this endpoint of {host} may cost money or take data out, and is not understood yet; understood are {string.Join(", ", wires.Select(wire => wire.Understands))}",
        UnsupportedEndpoint, null);

    public static Refusal Denied(string reason, string code, string? model) => new("CallDenied", reason, code, 403) { Model = model };

    /// <summary>A request that would have to be changed, and must not be.</summary>
    internal static Refusal Signed(string model) => Denied(
        "the request is signed (AWS SigV4), so what was found in it cannot be redacted without breaking the signature: call by boto3, which is judged before it signs, or with an API key of Bedrock's instead of a signature",
        "signed_request", model);

    /// <param name="outcome">What the ledger said.</param>
    /// <param name="model">The model asked.</param>
    /// <param name="reserve">Of that budget, what such a call must leave.</param>
    public static Refusal Budget(in HoldOutcome outcome, string model, Picodollars reserve)
    {
        var f = outcome.Figures;
        var above = outcome.RefusedBy is { } name ? SharedBudget.NameOf(name) : null;
        var which = above is null ? "the budget" : $"the budget {above}, on which this one draws,";
        var kept = reserve == Picodollars.Zero ? "" : $", ${reserve} kept for wrapping up";
        var waited = outcome.Status == HoldStatus.TimedOut ? ", and waiting for other calls to settle was in vain" : "";
        return new Refusal("BudgetExceeded",
            outcome.Status == HoldStatus.Frozen
                ? $"{which} is frozen"
                : $"{which} of ${f.Limit} does not cover this call, which needs at least ${outcome.Needed}: ${f.Spent} spent, ${f.Held} held by calls in flight{kept}{waited}",
            outcome.Status == HoldStatus.Frozen ? BudgetFrozen : "budget_exceeded", 402)
        {
            Model = model, Limit = f.Limit, Spent = f.Spent, Held = f.Held, Needed = outcome.Needed, RefusedBy = above,
            Reserved = reserve == Picodollars.Zero ? null : reserve,
        };
    }

    public static Refusal Unpriced(string model, string? feature, PriceResolution? looked) => new("UnpricedModel",
        feature is null
            ? $"the price catalogue has no price for model '{model}', so no budget could hold it{looked?.Advice}"
            : $"the price catalogue has no price for {feature} of model '{model}', so no budget could hold it",
        "unpriced_model", 402) { Model = model };

    public static Refusal Blocked(IReadOnlyList<FindingRecord> findings, bool output, string model)
    {
        var kinds = string.Join(", ", findings.Select(f => f.Kind).Distinct().Order(StringComparer.Ordinal));
        return new Refusal("PiiBlocked", $"{(output ? "the answer" : "the request")} holds data that must not pass: {kinds}", "pii_blocked", 403)
        {
            Model = model, Findings = findings,
        };
    }

    public static Refusal Circuit(string key, TimeSpan retryAfter, string model) => new("CircuitOpen",
        string.Create(CultureInfo.InvariantCulture,
            $"the provider is failing, so the circuit of {key} is open; the next try is allowed in {retryAfter.TotalSeconds:0.###} s"),
        "circuit_open", 503) { Model = model, RetryAfter = retryAfter, IsOfTheMoment = true };

    /// <param name="decision">Why it has no place.</param>
    /// <param name="limits">What there is.</param>
    /// <param name="key">Of which host and model.</param>
    /// <param name="tokens">What the call counts.</param>
    /// <param name="model">The model.</param>
    internal static Refusal Limited(in LimitDecision decision, LimitOptions limits, string key, long tokens, string model)
    {
        var (limit, text) = decision.Kind switch
        {
            LimitKind.TokensPerMinute => ("tokens_per_minute", string.Create(CultureInfo.InvariantCulture, $"calls of {limits.TokensPerMinute} tokens a minute")),
            LimitKind.MaxConcurrent => ("max_concurrent", string.Create(CultureInfo.InvariantCulture, $"{limits.MaxConcurrent} calls at once")),
            _ => ("requests_per_minute", string.Create(CultureInfo.InvariantCulture, $"{limits.RequestsPerMinute} calls a minute")),
        };
        var reason = decision.Status == LimitStatus.NeverFits
            ? string.Create(CultureInfo.InvariantCulture, $"this call counts {tokens} tokens (its input, and the output that it may have), and {key} gets {limits.TokensPerMinute} a minute, so that waiting would be in vain ({limit})")
            : string.Create(CultureInfo.InvariantCulture, $"{key} gets {text} ({limit}), and the wait of {decision.Waited.TotalSeconds:0.###} s for the call's turn was in vain");
        return new Refusal("LimitReached", reason, "rate_limited", 429)
        {
            Model = model, LimitReached = limit, RetryAfter = decision.Status == LimitStatus.NeverFits ? null : decision.RetryAfter, IsOfTheMoment = true,
        };
    }

    public static Refusal Stopped(string why, string? model) => new("AgentStopped", $"the agent was stopped: {why}", "agent_stopped", 403) { Model = model, Why = why };

    public static Refusal CallLimit(int maximum, string? model) => OfLimit("calls", $"this run has made its {maximum} calls (max_calls)", model);

    public static Refusal TokenLimit(long maximum, string? model) => OfLimit("tokens", $"this run has used its {maximum} tokens (max_tokens)", model);

    public static Refusal TimeLimit(TimeSpan maximum, string? model) =>
        OfLimit("time", string.Create(CultureInfo.InvariantCulture, $"this run has had its {maximum.TotalSeconds:0.###} s (timeout)"), model);

    public static Refusal Loop(int rounds, string? model) => OfLimit("loop", $"this run repeats itself: {rounds} rounds of the same (loop_detection)", model);

    public static Refusal Tool(string? tool, string? model) => new("ToolDenied",
        tool is null ? "the model uses a tool without a clear name, and only some are allowed" : $"the model uses the tool '{tool}', which is not allowed", "tool_denied", 403)
    {
        Model = model, DeniedTool = tool ?? "",
    };

    internal static Refusal NotApproved(string tool, string why, string? model) =>
        new("ToolDenied", $"the model uses the tool '{tool}', which was not approved: {why}", "tool_denied", 403) { Model = model, DeniedTool = tool };

    internal static Refusal UnreadTools(string? model) =>
        new("ToolDenied", "the answer cannot be read here, so nobody can say which tools the model uses, and only some are allowed", "tool_denied", 403) { Model = model, DeniedTool = "" };

    private static Refusal OfLimit(string limit, string reason, string? model) => new("LimitReached", reason, "limit_reached", 403) { Model = model, LimitReached = limit };

    /// <summary>The JSON that <c>ironcage_call_begin</c> documents, with a body in the protocol's own shape of errors.</summary>
    /// <param name="respond">The agent is to get the body.</param>
    /// <param name="remembered">The run remembers it.</param>
    /// <param name="facts">Writes what is known of the call; null: nobody asks.</param>
    public ReadOnlyMemory<byte> ToJson(bool respond, bool remembered, Action<Utf8JsonWriter>? facts = null) => JsonDetails.WriteUtf8(writer =>
    {
        writer.WriteString("error", Error);
        writer.WriteString("reason", Reason);
        writer.WriteString("model", Model);
        writer.WriteBoolean("remembered", remembered);
        writer.WriteBoolean("respond", respond);
        writer.WriteNumber("status", Status);
        writer.WriteString("content_type", "application/json");
        writer.WriteString("body", Wire.WriteRefusal("Iron Cage: " + Reason, Code, Status));
        if (Error == "BudgetExceeded")
        {
            ReportWriter.WriteMoney(writer, "limit_usd", Limit);
            ReportWriter.WriteMoney(writer, "spent_usd", Spent);
            ReportWriter.WriteMoney(writer, "held_usd", Held);
            ReportWriter.WriteMoney(writer, "needed_usd", Needed);
            ReportWriter.WriteMoney(writer, "reserve_usd", Reserved);
            writer.WriteString("budget", RefusedBy);
            writer.WriteBoolean("frozen", Code == BudgetFrozen);
        }
        if (Findings is { } findings)
        {
            writer.WriteStartArray("findings");
            foreach (var finding in findings)
                ReportWriter.WriteFinding(writer, finding);
            writer.WriteEndArray();
        }
        if (RetryAfter is { } after)
            writer.WriteNumber("retry_after", Math.Round(after.TotalSeconds, 3));
        if (LimitReached is { } limit)
            writer.WriteString("limit", limit);
        if (DeniedTool is { } tool)
            writer.WriteString("tool", tool);
        if (Why is { } why)
            writer.WriteString("why", why);
        if (facts is not null)
        {
            writer.WriteStartObject("facts");
            facts(writer);
            writer.WriteEndObject();
        }
    });
}
