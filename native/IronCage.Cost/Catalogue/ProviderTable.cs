using System.Collections.Frozen;
using System.Text;
using System.Text.Json;

namespace IronCage.Cost;

/// <summary>The providers of the catalogue (Catalogue/providers.json, made by build/prices). Read on first use.</summary>
internal static class ProviderTable
{
    /// <summary>The host where the provider stands in the path or behind the model's name: no provider of its own.</summary>
    public const string Router = "huggingface", RouterHost = "router.huggingface.co";

    private static readonly Lazy<ProviderInfo[]> Table = new(Read);

    private static readonly Lazy<FrozenDictionary<string, ProviderInfo>> ById = new(() => All.ToFrozenDictionary(provider => provider.Id, StringComparer.Ordinal));

    public static ProviderInfo[] All => Table.Value;

    /// <summary>All ids, for messages.</summary>
    public static string Names => string.Join(", ", All.Select(provider => provider.Id));

    public static ProviderInfo? Find(string id) => ById.Value.GetValueOrDefault(id);

    /// <summary>Whether models are looked for at this provider: those of the table, and the router in front of some.</summary>
    public static bool IsKnown(string id) => id == Router || ById.Value.ContainsKey(id);

    /// <summary>Whose host it is; null: nobody's whom the catalogue knows.</summary>
    /// <param name="host">In lower case, with or without a port.</param>
    /// <param name="url">An URL or its path, or empty.</param>
    public static string? ByHost(ReadOnlySpan<char> host, ReadOnlySpan<byte> url)
    {
        var path = PathOf(url);
        var colon = host.LastIndexOf(':');
        if (colon >= 0)
            host = host[..colon];
        foreach (var provider in All)
        {
            foreach (var pattern in provider.Hosts)
            {
                var slash = pattern.IndexOf('/', StringComparison.Ordinal);
                if (Matches(slash < 0 ? pattern : pattern.AsSpan(0, slash), host) && (slash < 0 || StartsPath(path, Encoding.ASCII.GetBytes(pattern[slash..]))))
                    return provider.Id;
            }
        }
        return host.SequenceEqual(RouterHost) ? Router : null;
    }

    /// <summary>The vendor of a model by its name alone; null when the name is nobody's own.</summary>
    public static string? ByName(string model)
    {
        foreach (var provider in All)
        {
            foreach (var beginning in provider.VendorNames)
            {
                if (model.StartsWith(beginning, StringComparison.Ordinal))
                    return provider.Id;
            }
        }
        return null;
    }

    private static bool Matches(ReadOnlySpan<char> pattern, ReadOnlySpan<char> host)
    {
        var star = pattern.IndexOf('*');
        if (star < 0)
            return host.SequenceEqual(pattern) || host.EndsWith(pattern) && host[^(pattern.Length + 1)] == '.'; // a region before it
        return host.Length > pattern.Length - 1 && host.StartsWith(pattern[..star]) && host.EndsWith(pattern[(star + 1)..]);
    }

    private static ReadOnlySpan<byte> PathOf(ReadOnlySpan<byte> url)
    {
        var authority = url.IndexOf("://"u8);
        if (authority >= 0)
            url = url[(authority + 3)..];
        var slash = url.IndexOf((byte)'/');
        return slash < 0 ? [] : url[slash..];
    }

    private static bool StartsPath(ReadOnlySpan<byte> path, ReadOnlySpan<byte> beginning) =>
        path.StartsWith(beginning) && (path.Length == beginning.Length || path[beginning.Length] == '/');

    private static ProviderInfo[] Read()
    {
        using var document = JsonDocument.Parse(EmbeddedFiles.Read("providers.json"));
        return [.. document.RootElement.GetProperty("providers").EnumerateArray().Select(item => new ProviderInfo(
            item.GetProperty("id").GetString()!, item.GetProperty("name").GetString()!, Texts(item, "hosts"), Texts(item, "vendor_names"), Texts(item, "fallbacks")))];
    }

    private static string[] Texts(JsonElement item, string name) =>
        item.TryGetProperty(name, out var texts) ? [.. texts.EnumerateArray().Select(text => text.GetString()!)] : [];
}
