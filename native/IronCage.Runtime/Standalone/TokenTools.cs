using System.Text.Json;
using IronCage.Core.Ledger;
using IronCage.Lang;
using IronCage.Runtime.Protections;
using IronCage.Safety.Tokens;

namespace IronCage.Runtime.Standalone;

/// <summary>Tokens on their own: what <c>restore</c> gives.</summary>
public static class TokenTools
{
    /// <summary>A text with the values in place of the tokens that these options open: <c>key</c>, <c>tenant</c>, <c>state</c>, as of a protection.</summary>
    /// <exception cref="ConfigException">An option is wrong.</exception>
    /// <exception cref="StoreException">The store cannot be read.</exception>
    public static byte[] Restore(Engine engine, ReadOnlyMemory<byte> optionsJson, ReadOnlySpan<byte> text)
    {
        ArgumentNullException.ThrowIfNull(engine);
        using var document = OptionsJson.Parse(optionsJson);
        KeyRing? keys = null;
        string tenant = "";
        string? state = null;
        foreach (var property in document.RootElement.EnumerateObject())
        {
            switch (property.Name)
            {
                case "key": keys = SafetyOptionsReader.Keys(property.Value, "key"); break;
                case "tenant": tenant = SafetyOptionsReader.Tenant(property.Value, "tenant"); break;
                case "state": state = property.Value.ValueKind == JsonValueKind.Null ? null : OptionsJson.Text(property.Value, "state", 4096); break;
                default: throw new ConfigException(property.Name, "is not an option of restore; accepted are key, tenant, state");
            }
        }
        return Restore(engine.Vault(keys, tenant, engine.OpenStore(state)), text);
    }

    internal static byte[] Restore(TokenVault vault, ReadOnlySpan<byte> text)
    {
        var found = new List<FoundToken>();
        TokenStream.Find(text, isJson: false, found);
        if (found.Count == 0)
            return text.ToArray();
        vault.Bring(found.Select(token => token.Name))?.GetAwaiter().GetResult();
        var edits = new List<RawEdit>();
        foreach (var token in found)
        {
            if (vault.Open(token.Name).Value is { } value)
                edits.Add(new RawEdit((int)token.Start, (int)token.End, value));
        }
        return RawEdits.Apply(text, edits);
    }
}
