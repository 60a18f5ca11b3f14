using System.Buffers;
using System.Text.Json;
using IronCage.Core.Ledger;
using IronCage.Core.Money;
using IronCage.Runtime.Protections;

namespace IronCage.Runtime.Budgets;

/// <summary>A named budget that several protections, processes and machines may share.</summary>
public sealed class SharedBudget
{
    private const string Prefix = "budget:";

    internal SharedBudget(string name, ILedgerAccount account, IStore store)
    {
        Name = name;
        Account = account;
        Store = store;
    }

    /// <summary>The name that its user gave it.</summary>
    public string Name { get; }

    /// <summary>The name under which its store keeps it.</summary>
    public string AccountName => AccountOf(Name);

    /// <summary>Its store, as forked processes find it; null for memory.</summary>
    public string? StoreUrl => Store.Url;

    /// <summary>Where forked processes find its account; 0 for a durable one.</summary>
    public nint SharedAddress => Account.SharedAddress;

    internal ILedgerAccount Account { get; }
    internal IStore Store { get; }

    /// <summary>To whom holds are reported that come with no run.</summary>
    internal AttributionBook Attributions { get; } = new("", "", "");

    /// <summary>The name under which the store keeps the account of the budget <paramref name="name"/>.</summary>
    internal static string AccountOf(string name) => Prefix + name;

    /// <summary>The name that the user gave the budget, or the agent, of an account.</summary>
    internal static string NameOf(string account) => account.IndexOf(':', StringComparison.Ordinal) is >= 0 and var colon ? account[(colon + 1)..] : account;

    /// <summary>Reads <c>{"name", "limit_usd", "window", "time_zone", "parent", "state", "warn_at"}</c>.</summary>
    internal static (BudgetTerms Terms, string? State, IReadOnlyList<double>? WarnAt) ReadOptions(ReadOnlyMemory<byte> json)
    {
        using var document = OptionsJson.Parse(json);
        string name = "";
        string? state = null, window = null, zone = null, parent = null;
        Picodollars? limit = null;
        List<double>? warnAt = null;
        foreach (var property in document.RootElement.EnumerateObject())
        {
            var value = property.Value.ValueKind == JsonValueKind.Null ? (JsonElement?)null : property.Value;
            switch (property.Name)
            {
                case "name": name = OptionsJson.Text(property.Value, "name", 200); break;
                case "limit_usd": limit = OptionsJson.Dollars(property.Value, "limit_usd"); break;
                case "window": window = value is { } w ? OptionsJson.Text(w, "window", 40) : null; break;
                case "time_zone": zone = value is { } z ? OptionsJson.Text(z, "time_zone", 60) : null; break;
                case "parent": parent = value is { } p ? OptionsJson.Text(p, "parent", 200) : null; break;
                case "state": state = value is { } s ? OptionsJson.Text(s, "state", 4096) : null; break;
                case "warn_at": warnAt = value is { } shares ? OptionsJson.Shares(shares, "warn_at") : null; break;
                default: throw new ConfigException(property.Name, "is not an option of a budget; accepted are name, limit_usd, window, time_zone, parent, state, warn_at");
            }
        }
        if (name.Length == 0)
            throw new ConfigException("name", "is required, 1 to 200 characters");
        if (limit is null)
            throw new ConfigException("limit_usd", "is required: an amount above 0");
        return (new BudgetTerms(AccountOf(name), limit, Window(window, zone), parent is null ? null : AccountOf(parent)), state, warnAt);
    }

    private static BudgetWindow? Window(string? window, string? zone)
    {
        try
        {
            return window is null && zone is null ? null : BudgetWindow.Parse(window ?? "total", null).IsTotal && zone is not null and not "UTC"
                ? throw new ConfigException("time_zone", "needs a window of \"day\" or \"month\"")
                : BudgetWindow.Parse(window ?? "total", zone);
        }
        catch (FormatException e)
        {
            throw new ConfigException(e.Message.Contains("IANA", StringComparison.Ordinal) ? "time_zone" : "window", e.Message);
        }
    }

    /// <summary>Opens the account in its store.</summary>
    /// <exception cref="ConfigException">The parent does not exist there, or is another than before.</exception>
    internal static ILedgerAccount Open(IStore store, BudgetTerms terms)
    {
        try
        {
            return store.Open(terms);
        }
        catch (ArgumentException e)
        {
            throw new ConfigException("parent", e.Message.Replace(Prefix, "", StringComparison.Ordinal));
        }
    }

    /// <summary>Opens the account of a process from which this one was forked. The store's limit stays, as somebody may have changed it since.</summary>
    internal static ILedgerAccount Reopen(IStore store, string name, Picodollars limit)
    {
        var account = store.Open(name, null);
        return account.ReadAsync().AsTask().GetAwaiter().GetResult().Limit is null ? store.Open(name, limit) : account;
    }

    /// <summary>The account as its store has it now, as a JSON object.</summary>
    /// <exception cref="StoreException">The store cannot be read.</exception>
    public byte[] Report() => Written(Account.ReadAsync().AsTask().GetAwaiter().GetResult());

    /// <summary>Changes the budget: <c>{"top_up_usd", "limit_usd", "frozen", "note", "id"}</c>, each optional.</summary>
    /// <returns>The account afterwards, as <see cref="Report"/>.</returns>
    /// <exception cref="ConfigException">An option is wrong, or does not fit the budget.</exception>
    /// <exception cref="StoreException">The store cannot be written.</exception>
    public byte[] Change(ReadOnlyMemory<byte> json)
    {
        var change = ReadChange(json);
        try
        {
            return Written(Account.ChangeAsync(change).AsTask().GetAwaiter().GetResult());
        }
        catch (ArgumentException e)
        {
            throw new ConfigException(change.TopUp is null ? "limit_usd" : "top_up_usd", e.Message);
        }
    }

    /// <summary>What happened to the budget, newest first: a JSON array of <c>{"at", "what", "amount_usd", "note"}</c>.</summary>
    /// <param name="most">1 to 10,000.</param>
    /// <exception cref="ConfigException"><paramref name="most"/> is out of range.</exception>
    /// <exception cref="StoreException">The store cannot be read.</exception>
    public byte[] History(int most)
    {
        if (most is < 1 or > 10_000)
            throw new ConfigException("max", "must be a whole number from 1 to 10000");
        var events = Account.HistoryAsync(most).AsTask().GetAwaiter().GetResult();
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartArray();
            foreach (var happened in events)
            {
                writer.WriteStartObject();
                writer.WriteString("at", happened.At.UtcDateTime);
                writer.WriteString("what", happened.What switch
                {
                    BudgetEventKind.Opened => "opened",
                    BudgetEventKind.Limit => "limit",
                    BudgetEventKind.TopUp => "top_up",
                    BudgetEventKind.Frozen => "frozen",
                    BudgetEventKind.Unfrozen => "unfrozen",
                    _ => "window_ended",
                });
                ReportWriter.WriteMoney(writer, "amount_usd", happened.Amount);
                writer.WriteString("note", happened.Note);
                writer.WriteEndObject();
            }
            writer.WriteEndArray();
        }
        return buffer.WrittenSpan.ToArray();
    }

    private static BudgetChange ReadChange(ReadOnlyMemory<byte> json)
    {
        using var document = OptionsJson.Parse(json);
        var change = new BudgetChange();
        foreach (var property in document.RootElement.EnumerateObject())
        {
            if (property.Value.ValueKind == JsonValueKind.Null)
                continue;
            change = property.Name switch
            {
                "top_up_usd" => change with { TopUp = OptionsJson.SignedDollars(property.Value, "top_up_usd") },
                "limit_usd" => change with { Limit = OptionsJson.Dollars(property.Value, "limit_usd") },
                "frozen" => change with { Frozen = OptionsJson.Bool(property.Value, "frozen") },
                "note" => change with { Note = property.Value.ValueKind == JsonValueKind.String && property.Value.GetString()!.Length == 0 ? "" : OptionsJson.Text(property.Value, "note", 200) },
                "id" => change with { Id = Guid.TryParse(OptionsJson.Text(property.Value, "id", 40), out var id) ? id : throw new ConfigException("id", "must be a UUID") },
                _ => throw new ConfigException(property.Name, "is not a change of a budget; accepted are top_up_usd, limit_usd, frozen, note, id"),
            };
        }
        return change;
    }

    private byte[] Written(in BudgetFigures figures)
    {
        var overruns = ReportWriter.Overruns(Account);
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer))
            ReportWriter.WriteBudget(writer, Name, figures, Account.Window, Account.Parent?.Name, overruns);
        return buffer.WrittenSpan.ToArray();
    }
}
