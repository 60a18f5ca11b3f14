using System.Buffers;
using System.Text.Json;
using IronCage.Core.Ledger;
using IronCage.Core.Money;
using IronCage.Runtime.Protections;

namespace IronCage.Runtime.Budgets;

/// <summary>A named budget that several protections, processes and machines may share.</summary>
public sealed class SharedBudget
{
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

    /// <summary>The name under which the store keeps the account of the budget <paramref name="name"/>.</summary>
    internal static string AccountOf(string name) => "budget:" + name;

    /// <summary>Reads <c>{"name", "limit_usd", "state"}</c>.</summary>
    internal static (string Name, Picodollars? Limit, string? State) ReadOptions(ReadOnlyMemory<byte> json)
    {
        using var document = OptionsJson.Parse(json);
        string name = "";
        string? state = null;
        Picodollars? limit = null;
        foreach (var property in document.RootElement.EnumerateObject())
        {
            switch (property.Name)
            {
                case "name": name = OptionsJson.Text(property.Value, "name", 200); break;
                case "limit_usd": limit = OptionsJson.Dollars(property.Value, "limit_usd"); break;
                case "state": state = property.Value.ValueKind == JsonValueKind.Null ? null : OptionsJson.Text(property.Value, "state", 4096); break;
                default: throw new ConfigException(property.Name, "is not an option of a budget; accepted are name, limit_usd, state");
            }
        }
        if (name.Length == 0)
            throw new ConfigException("name", "is required, 1 to 200 characters");
        if (limit is null)
            throw new ConfigException("limit_usd", "is required: an amount above 0");
        return (name, limit, state);
    }

    /// <summary>Opens the account of a process from which this one was forked. The store's limit stays, as somebody may have changed it since.</summary>
    internal static ILedgerAccount Reopen(IStore store, string name, Picodollars limit)
    {
        var account = store.Open(name, null);
        return account.ReadAsync().AsTask().GetAwaiter().GetResult().Limit is null ? store.Open(name, limit) : account;
    }

    /// <summary>The account as its store has it now, as a JSON object.</summary>
    /// <exception cref="StoreException">The store cannot be read.</exception>
    public byte[] Report()
    {
        var figures = Account.ReadAsync().AsTask().GetAwaiter().GetResult();
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer))
            ReportWriter.WriteBudget(writer, Name, figures);
        return buffer.WrittenSpan.ToArray();
    }
}
