using System.Buffers;
using System.Text.Json;
using IronCage.Core.Audit;
using IronCage.Core.Ledger;
using IronCage.Runtime.Protections;

namespace IronCage.Runtime.Standalone;

/// <summary>The audit trail of a store: verified, exported, pruned.</summary>
public static class AuditTools
{
    private const int MostChecked = 1_000_000;
    private const int EnoughBytes = 1 << 20;
    private const double MostDays = 36_500;

    /// <summary>The JSON of <c>ironcage_store_audit_verify</c>.</summary>
    /// <exception cref="ConfigException">An option is wrong.</exception>
    /// <exception cref="StoreException">The store cannot be read.</exception>
    public static byte[] Verify(Engine engine, ReadOnlyMemory<byte> optionsJson)
    {
        ArgumentNullException.ThrowIfNull(engine);
        string? state = null;
        AuditLink? head = null;
        AuditCheck? after = null;
        var most = 100_000;
        foreach (var (name, value) in Options(optionsJson))
        {
            switch (name)
            {
                case "state": state = State(value); break;
                case "head": head = AuditJson.Link(value, "head"); break;
                case "after": after = AuditJson.Check(value, "after"); break;
                case "most": most = OptionsJson.Integer(value, "most", 1, MostChecked); break;
                default: throw new ConfigException(name, "is not an option of verify; accepted are state, head, after, most");
            }
        }
        var audit = Open(engine, state);
        return AuditJson.Write(Refused("head", () => audit.VerifyAsync(after, head, most)));
    }

    /// <summary>The lines of <c>ironcage_store_audit_export</c>.</summary>
    /// <param name="output">Takes them.</param>
    /// <param name="engine">Its stores.</param>
    /// <param name="optionsJson">The options.</param>
    /// <returns>The <c>after</c> of the next call; 0: there is nothing more.</returns>
    /// <exception cref="ConfigException">An option is wrong.</exception>
    /// <exception cref="StoreException">The store cannot be read.</exception>
    public static long Export(IBufferWriter<byte> output, Engine engine, ReadOnlyMemory<byte> optionsJson)
    {
        ArgumentNullException.ThrowIfNull(output);
        ArgumentNullException.ThrowIfNull(engine);
        string? state = null;
        var query = new AuditQuery();
        var isCsv = false;
        foreach (var (name, value) in Options(optionsJson))
        {
            switch (name)
            {
                case "state": state = State(value); break;
                case "format": isCsv = OptionsJson.OneOf(value, "format", "jsonl", "csv") == "csv"; break;
                case "since": query = query with { Since = OptionsJson.Instant(value, "since") }; break;
                case "until": query = query with { Until = OptionsJson.Instant(value, "until") }; break;
                case "agent": query = query with { Agent = OptionsJson.Text(value, "agent", 200) }; break;
                case "event": query = query with { EventType = OptionsJson.Text(value, "event", 200) }; break;
                case "after": query = query with { After = AuditJson.Entry(value, "after") }; break;
                default: throw new ConfigException(name, "is not an option of export; accepted are state, format, since, until, agent, event, after");
            }
        }
        var audit = Open(engine, state);
        AuditLines lines = isCsv ? new CsvAuditLines(output) : new JsonAuditLines(output);
        if (query.After == 0)
            lines.Begin();
        // Some pages at once, as they are small where few entries fit; but not so many that a caller who wants to stop would wait for long.
        for (var pages = 0; pages < 50; pages++)
        {
            var page = audit.ReadAsync(query).AsTask().GetAwaiter().GetResult();
            foreach (var record in page.Entries)
                lines.Write(record);
            query = query with { After = page.Next };
            if (page.Next == 0 || lines.Written > EnoughBytes)
                break;
        }
        return query.After;
    }

    /// <summary>The JSON of <c>ironcage_store_audit_prune</c>.</summary>
    /// <exception cref="ConfigException">An option is wrong.</exception>
    /// <exception cref="StoreException">The store cannot be written.</exception>
    public static byte[] Prune(Engine engine, ReadOnlyMemory<byte> optionsJson)
    {
        ArgumentNullException.ThrowIfNull(engine);
        string? state = null;
        DateTimeOffset? before = null;
        double? days = null;
        foreach (var (name, value) in Options(optionsJson))
        {
            switch (name)
            {
                case "state": state = State(value); break;
                case "before": before = OptionsJson.Instant(value, "before"); break;
                case "older_than_days": days = OptionsJson.Number(value, "older_than_days", 0, MostDays); break;
                default: throw new ConfigException(name, "is not an option of prune; accepted are state, before, older_than_days");
            }
        }
        if (before is null == days is null)
            throw new ConfigException("before", "either this or older_than_days must be given, and not both");
        var audit = Open(engine, state);
        before ??= engine.Clock.GetUtcNow() - TimeSpan.FromDays(days!.Value);
        return AuditJson.Write(Refused("before", () => audit.PruneAsync(before.Value)));
    }

    /// <summary>What is null counts as not given.</summary>
    private static List<(string Name, JsonElement Value)> Options(ReadOnlyMemory<byte> json)
    {
        using var document = OptionsJson.Parse(json);
        return [.. document.RootElement.EnumerateObject().Where(p => p.Value.ValueKind != JsonValueKind.Null).Select(p => (p.Name, p.Value.Clone()))];
    }

    private static string State(JsonElement value) => OptionsJson.Text(value, "state", 4096);

    private static IAuditLog Open(Engine engine, string? state)
    {
        if (state is null)
            throw new ConfigException("state", "must name an SQLite store: \"sqlite:///PATH\", or its path");
        try
        {
            return engine.Stores.OpenAudit(state);
        }
        catch (ArgumentException e)
        {
            throw new ConfigException("state", e.Message);
        }
    }

    private static T Refused<T>(string option, Func<ValueTask<T>> work)
    {
        try
        {
            return work().AsTask().GetAwaiter().GetResult();
        }
        catch (ArgumentException e)
        {
            throw new ConfigException(option, e.Message);
        }
    }
}
