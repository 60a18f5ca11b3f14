using System.Text.Json;
using IronCage.Core.Ledger;
using IronCage.Runtime.Protections;
using IronCage.State;

namespace IronCage.Runtime.Standalone;

/// <summary>A store itself, whatever budgets it has.</summary>
public static class StoreTools
{
    /// <summary>The JSON of <c>ironcage_store_check</c>.</summary>
    /// <exception cref="ConfigException">An option is wrong.</exception>
    /// <exception cref="StoreException">The store cannot be read.</exception>
    public static byte[] Check(Engine engine, ReadOnlyMemory<byte> optionsJson)
    {
        ArgumentNullException.ThrowIfNull(engine);
        string? state = null;
        using (var document = OptionsJson.Parse(optionsJson))
        {
            foreach (var option in document.RootElement.EnumerateObject())
            {
                if (option.Name != "state")
                    throw new ConfigException(option.Name, "is not an option of check; accepted is state");
                if (option.Value.ValueKind != JsonValueKind.Null)
                    state = OptionsJson.Text(option.Value, "state", 4096);
            }
        }
        if (state is null)
            throw new ConfigException("state", "must name an SQLite store: \"sqlite:///PATH\", or its path");
        try
        {
            return Write(engine.Stores.OpenFile(state).Check());
        }
        catch (ArgumentException e)
        {
            throw new ConfigException("state", e.Message);
        }
    }

    private static byte[] Write(StoreCheck found)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteBoolean("sound", found.IsSound);
            Texts(json, "problems", found.Problems);
            Texts(json, "repaired", found.Repaired);
            json.WriteNumber("budgets", found.Budgets);
            json.WriteNumber("open_holds", found.OpenHolds);
            json.WriteNumber("entries", found.Entries);
            json.WriteEndObject();
        }
        return buffer.ToArray();
    }

    private static void Texts(Utf8JsonWriter json, string name, IReadOnlyList<string> texts)
    {
        json.WriteStartArray(name);
        foreach (var text in texts)
            json.WriteStringValue(text);
        json.WriteEndArray();
    }
}
