using System.Text;
using System.Text.Json;
using IronCage.Runtime.Budgets;

namespace IronCage.Runtime.Protections;

/// <summary>Reads the options of what happens before a budget stops its agent: a cheaper model, a reserve for the last calls.</summary>
internal static class StageOptionsReader
{
    private const int MostModels = 100;
    private const int MostCalls = 1000;
    private const int LongestName = 256;
    private const int LongestNote = 4000;

    /// <summary>Of "degrade", "degrade_at", "reserve_usd", "wrap_up_calls" and "wrap_up_note" of a protection's options.</summary>
    public static ProtectionOptions Read(ProtectionOptions options, JsonElement root)
    {
        var models = Given(root, "degrade") is { } degrade ? Models(degrade, "degrade") : null;
        var at = Given(root, "degrade_at") is { } share ? Share(share, "degrade_at") : (double?)null;
        if (at is not null && models is null)
            throw new ConfigException("degrade_at", "needs degrade: which model stands for which");
        var reserve = Given(root, "reserve_usd") is { } money ? OptionsJson.Dollars(money, "reserve_usd") : null;
        var calls = Given(root, "wrap_up_calls") is { } count ? OptionsJson.Integer(count, "wrap_up_calls", 1, MostCalls) : (int?)null;
        var note = Given(root, "wrap_up_note") is { } text ? OptionsJson.Text(text, "wrap_up_note", LongestNote) : null;
        if (reserve is null && (calls is not null || note is not null))
            throw new ConfigException(calls is not null ? "wrap_up_calls" : "wrap_up_note", "needs reserve_usd: what is kept for these calls");
        if (reserve >= options.Budget)
            throw new ConfigException("reserve_usd", $"must be below the budget of ${options.Budget}");
        return options with
        {
            Degrade = models is null ? DegradePolicy.None : new DegradePolicy { Models = models, At = at ?? 1 },
            HasDegradeAt = at is not null,
            WrapUp = reserve is { } kept ? new WrapUpPolicy(kept, calls ?? 1, note) : null,
        };
    }

    private static JsonElement? Given(JsonElement root, string name) =>
        root.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;

    private static double Share(JsonElement value, string name) =>
        value.ValueKind == JsonValueKind.Number && value.GetDouble() is > 0 and <= 1 and var share ? share : throw new ConfigException(name, "must be a number above 0 and at most 1");

    private static Dictionary<string, string> Models(JsonElement value, string name)
    {
        if (value.ValueKind != JsonValueKind.Object || value.EnumerateObject().Count() is 0 or > MostModels)
            throw new ConfigException(name, $"must name 1 to {MostModels} models, each with a cheaper one");
        var models = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var property in value.EnumerateObject())
        {
            if (!IsName(property.Name) || property.Value.ValueKind != JsonValueKind.String || !IsName(property.Value.GetString()!))
                throw new ConfigException(name, $"must map names of models to names of models, each a string of 1 to {LongestName} bytes");
            if (!models.TryAdd(property.Name, property.Value.GetString()!))
                throw new ConfigException(name, $"names the model '{property.Name}' twice");
        }
        foreach (var model in models.Keys)
        {
            var chain = new List<string> { model };
            while (models.TryGetValue(chain[^1], out var next))
            {
                var again = chain.Contains(next);
                chain.Add(next);
                if (again)
                    throw new ConfigException(name, $"goes round in a circle: {string.Join(" -> ", chain)}");
            }
        }
        return models;
    }

    private static bool IsName(string name) => name.Length > 0 && Encoding.UTF8.GetByteCount(name) <= LongestName;
}
