using System.Text.Json;
using IronCage.Safety;
using IronCage.Safety.Tokens;

namespace IronCage.Runtime.Protections;

/// <summary>The options of a protection about what is done with findings: <c>pii_action</c>, <c>pii_actions</c>, <c>key</c>, <c>tenant</c>, <c>restore_in</c>.</summary>
internal static class SafetyOptionsReader
{
    private const int MostKeys = 16;
    private const int LongestTenant = 200;
    private const int MostPlaces = 1000;

    public static PiiAction Action(JsonElement value, string name) =>
        (value.ValueKind == JsonValueKind.String ? value.GetString() : null) switch
        {
            "redact" => PiiAction.Redact,
            "mask" => PiiAction.Mask,
            "hash" => PiiAction.Hash,
            "tokenise" => PiiAction.Tokenise,
            "block" => PiiAction.Block,
            "warn" => PiiAction.Warn,
            "ignore" => PiiAction.Ignore,
            _ => throw new ConfigException(name, "must be one of redact, mask, hash, tokenise, block, warn, ignore"),
        };

    /// <summary>By kind, also one of the user's own, or by group: <c>personal</c>, <c>national</c>, <c>secret</c>, <c>own</c>.</summary>
    public static Dictionary<string, PiiAction> Actions(JsonElement value, string name, HashSet<string> ownKinds)
    {
        if (value.ValueKind != JsonValueKind.Object)
            throw new ConfigException(name, "must be an object of kind or group and action");
        var actions = new Dictionary<string, PiiAction>(StringComparer.Ordinal);
        foreach (var property in value.EnumerateObject())
        {
            if (!PiiKinds.TryGet(property.Name, out _) && !ownKinds.Contains(property.Name) && !Groups.ContainsKey(property.Name))
            {
                throw new ConfigException(name, $"'{property.Name}' is neither a group nor a kind; groups are {string.Join(", ", Groups.Keys)}, "
                    + $"kinds are {string.Join(", ", ownKinds.Order(StringComparer.Ordinal).Concat(PiiKinds.All.ToArray().Select(k => k.Name)))}");
            }
            actions[property.Name] = Action(property.Value, $"{name}[{property.Name}]");
        }
        return actions;
    }

    /// <summary>The groups by the names that options have for them.</summary>
    public static IReadOnlyDictionary<string, PiiGroup> Groups { get; } = new Dictionary<string, PiiGroup>(StringComparer.Ordinal)
    {
        ["personal"] = PiiGroup.Personal,
        ["national"] = PiiGroup.National,
        ["secret"] = PiiGroup.Secret,
        ["own"] = PiiGroup.Own,
    };

    /// <summary>One key, or several of which the first names and seals; null: none.</summary>
    public static KeyRing? Keys(JsonElement value, string name)
    {
        const string Accepted = "must be 32 bytes as 64 hexadecimal digits or as base64, or an array of 1 to 16 such keys, the current one first, or null";
        if (value.ValueKind == JsonValueKind.Null)
            return null;
        var keys = new List<SafetyKey>();
        foreach (var item in value.ValueKind == JsonValueKind.Array ? value.EnumerateArray().ToArray() : [value])
        {
            if (item.ValueKind != JsonValueKind.String || keys.Count == MostKeys || SafetyKey.Parse(item.GetString()!) is not { } key)
                throw new ConfigException(name, Accepted);
            if (keys.TrueForAll(known => known.Id != key.Id))
                keys.Add(key);
        }
        return keys.Count == 0 ? throw new ConfigException(name, Accepted) : new KeyRing([.. keys]);
    }

    public static string Tenant(JsonElement value, string name)
    {
        var tenant = OptionsJson.Text(value, name, LongestTenant);
        return tenant.Contains('\0') ? throw new ConfigException(name, "must not hold a NUL") : tenant;
    }

    public static RestorePlaces RestoreIn(JsonElement value, string name)
    {
        const string Accepted = "must be an array of \"answer\" and \"tool:NAME\"";
        if (value.ValueKind != JsonValueKind.Array || value.GetArrayLength() > MostPlaces)
            throw new ConfigException(name, Accepted);
        var places = new List<string>();
        foreach (var item in value.EnumerateArray())
        {
            if (item.ValueKind != JsonValueKind.String || !RestorePlaces.IsPlace(item.GetString()!))
                throw new ConfigException(name, Accepted);
            places.Add(item.GetString()!);
        }
        return RestorePlaces.Of(places);
    }
}
