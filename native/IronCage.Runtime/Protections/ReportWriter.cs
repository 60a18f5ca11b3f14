using System.Text.Json;
using IronCage.Core.Ledger;
using IronCage.Core.Money;
using IronCage.Reliability;
using IronCage.Runtime.Budgets;

namespace IronCage.Runtime.Protections;

/// <summary>Writes the JSON of <c>ironcage_protection_report</c> and its parts.</summary>
internal static class ReportWriter
{
    /// <summary>Overruns that a report lists one by one; of the others it tells count and sum.</summary>
    private const int ListedOverruns = 100;

    /// <summary>Reads of an account what <see cref="WriteBudget"/> writes beside its figures.</summary>
    public static Overruns Overruns(ILedgerAccount account) => account.OverrunsAsync(ListedOverruns).AsTask().GetAwaiter().GetResult();

    public static void WriteBudget(Utf8JsonWriter writer, string name, in BudgetFigures figures, BudgetWindow window, string? parent, Overruns overruns)
    {
        writer.WriteStartObject();
        writer.WriteString("name", name);
        WriteMoney(writer, "limit_usd", figures.Limit);
        WriteMoney(writer, "spent_usd", figures.Spent);
        WriteMoney(writer, "held_usd", figures.Held);
        WriteMoney(writer, "remaining_usd", figures.Available);
        writer.WriteString("window", window.Text);
        writer.WriteString("time_zone", window.Zone);
        if (figures.PeriodEnd is { } end)
            writer.WriteString("window_ends", DateTimeOffset.FromUnixTimeMilliseconds(end).UtcDateTime);
        else
            writer.WriteNull("window_ends");
        writer.WriteString("parent", parent is null ? null : SharedBudget.NameOf(parent));
        writer.WriteBoolean("frozen", figures.IsFrozen);
        WriteOverruns(writer, overruns);
        writer.WriteEndObject();
    }

    private static void WriteOverruns(Utf8JsonWriter writer, Overruns overruns)
    {
        writer.WriteStartObject("overruns");
        writer.WriteNumber("count", overruns.Count);
        WriteMoney(writer, "above_usd", overruns.Above);
        writer.WriteStartArray("newest");
        foreach (var overrun in overruns.Newest)
        {
            writer.WriteStartObject();
            writer.WriteString("at", overrun.At.UtcDateTime);
            writer.WriteString("agent", overrun.By?.Agent);
            writer.WriteString("provider", overrun.By?.Provider);
            writer.WriteString("model", overrun.By?.Model);
            writer.WriteString("project", overrun.By?.Project);
            WriteTags(writer, overrun.By?.Tags ?? "");
            WriteMoney(writer, "held_usd", overrun.Held);
            WriteMoney(writer, "billed_usd", overrun.Billed);
            writer.WriteEndObject();
        }
        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    /// <summary>The details of "budget.overbilled".</summary>
    public static string OverrunDetails(string agent, string model, Picodollars held, Picodollars billed) => JsonDetails.Write(writer =>
    {
        writer.WriteString("agent", agent);
        writer.WriteString("model", model);
        WriteMoney(writer, "held_usd", held);
        WriteMoney(writer, "billed_usd", billed);
    });

    /// <summary>Tags as an array.</summary>
    public static void WriteTags(Utf8JsonWriter writer, string joined)
    {
        writer.WriteStartArray("tags");
        if (joined.Length > 0)
        {
            foreach (var tag in joined.Split('\n'))
                writer.WriteStringValue(tag);
        }
        writer.WriteEndArray();
    }

    public static void WriteMoney(Utf8JsonWriter writer, string name, Picodollars? amount)
    {
        if (amount is { } value)
            writer.WriteString(name, value.ToString());
        else
            writer.WriteNull(name);
    }

    public static void WriteTally(Utf8JsonWriter writer, in ProtectionTally.View view)
    {
        WriteMoney(writer, "spent_usd", view.All.Spent);
        WriteMoney(writer, "held_usd", view.Held);
        writer.WriteNumber("calls", view.All.Calls);
        writer.WriteNumber("denied", view.Denied);
        writer.WriteNumber("retries", view.Retries);
        writer.WriteNumber("fallbacks", view.Fallbacks);
        writer.WriteNumber("hedges", view.Hedges);
        writer.WriteNumber("lowered", view.Lowered);
        writer.WriteNumber("degraded", view.Degraded);
        writer.WriteNumber("wrap_ups", view.WrapUps);
        writer.WriteNumber("unscannable", view.Unscannable);
        WriteMoney(writer, "estimated_usd", view.Estimated);
        WriteTokens(writer, view.All);
        writer.WriteStartObject("by_model");
        foreach (var (model, tally) in view.ByModel.OrderBy(m => m.Key, StringComparer.Ordinal))
        {
            writer.WriteStartObject(model);
            writer.WriteNumber("calls", tally.Calls);
            WriteMoney(writer, "spent_usd", tally.Spent);
            WriteTokens(writer, tally);
            writer.WriteEndObject();
        }
        writer.WriteEndObject();
        writer.WriteStartArray("pii_findings");
        foreach (var finding in view.Findings)
            WriteFinding(writer, finding);
        writer.WriteEndArray();
        writer.WriteStartObject("pii_by_kind");
        foreach (var (kind, count) in view.FindingsByKind)
            writer.WriteNumber(kind, count);
        writer.WriteEndObject();
        writer.WriteStartArray("warnings");
        foreach (var warning in view.Warnings)
            writer.WriteStringValue(warning);
        writer.WriteEndArray();
    }

    public static void WriteFinding(Utf8JsonWriter writer, FindingRecord finding)
    {
        writer.WriteStartObject();
        writer.WriteString("kind", finding.Kind);
        writer.WriteNumber("start", finding.Start);
        writer.WriteNumber("end", finding.End);
        writer.WriteNumber("score", Math.Round(finding.Score, 3));
        writer.WriteString("direction", finding.IsOutput ? "output" : "input");
        writer.WriteString("action", Name(finding.Action));
        writer.WriteEndObject();
    }

    public static void WriteCircuits(Utf8JsonWriter writer, IEnumerable<CircuitReport> circuits)
    {
        writer.WriteStartArray("circuits");
        foreach (var circuit in circuits)
        {
            writer.WriteStartObject();
            writer.WriteString("key", circuit.Key);
            writer.WriteString("state", circuit.State switch
            {
                CircuitState.Open => "open",
                CircuitState.HalfOpen => "half_open",
                _ => "closed",
            });
            writer.WriteNumber("failures", circuit.ConsecutiveFailures);
            writer.WriteNumber("opened", circuit.TimesOpened);
            if (circuit.RetryAfter is { } after)
                writer.WriteNumber("retry_after", Math.Round(after.TotalSeconds, 3));
            else
                writer.WriteNull("retry_after");
            writer.WriteBoolean("elsewhere", circuit.IsFromElsewhere);
            writer.WriteEndObject();
        }
        writer.WriteEndArray();
    }

    public static void WriteLimits(Utf8JsonWriter writer, IEnumerable<LimitReport> limits)
    {
        writer.WriteStartArray("limits");
        foreach (var limit in limits)
        {
            writer.WriteStartObject();
            writer.WriteString("key", limit.Key);
            writer.WriteNumber("requests", limit.Requests);
            writer.WriteNumber("tokens", limit.Tokens);
            writer.WriteNumber("in_flight", limit.InFlight);
            writer.WriteNumber("waiting", limit.Waiting);
            writer.WriteNumber("waited", limit.Waited);
            if (limit.PausedFor is { } paused)
                writer.WriteNumber("paused_for", Math.Round(paused.TotalSeconds, 3));
            else
                writer.WriteNull("paused_for");
            writer.WriteEndObject();
        }
        writer.WriteEndArray();
    }

    public static string Name(PiiAction action) => action switch
    {
        PiiAction.Redact => "redact",
        PiiAction.Mask => "mask",
        PiiAction.Tokenise => "tokenise",
        PiiAction.Hash => "hash",
        PiiAction.Block => "block",
        PiiAction.Warn => "warn",
        _ => "ignore",
    };

    private static void WriteTokens(Utf8JsonWriter writer, ModelTally tally)
    {
        writer.WriteStartObject("tokens");
        writer.WriteNumber("input", tally.Input);
        writer.WriteNumber("cached", tally.Cached);
        writer.WriteNumber("cache_write", tally.CacheWrite);
        writer.WriteNumber("output", tally.Output);
        writer.WriteNumber("reasoning", tally.Reasoning);
        writer.WriteEndObject();
    }
}
