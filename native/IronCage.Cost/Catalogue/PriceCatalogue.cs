using System.Collections.Concurrent;
using System.Text;

namespace IronCage.Cost;

/// <summary>
/// The built-in prices of the text, embedding, image-reading and audio models of 34 providers: files in Catalogue/, made by build/prices from public figures.
/// Thread-safe.
/// A provider's file is read when the first of its models is asked for.
/// </summary>
public sealed class PriceCatalogue
{
    /// <summary>No vendor's model name is near this; longer names are unknown.</summary>
    private const int LongestName = 256;

    /// <summary>Bound of the name cache: fine-tunes and dated names are open sets, and come from outside.</summary>
    private const int CachedNames = 1024;

    private readonly TimeProvider time;
    private readonly ConcurrentDictionary<string, Lazy<ProviderCatalogue>> files = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, NameCache> caches = new(StringComparer.Ordinal);

    private readonly ConcurrentDictionary<string, string?> hosts = new(StringComparer.Ordinal);

    private PriceCatalogue(TimeProvider time) => this.time = time;

    /// <summary>The providers that the catalogue has prices of.</summary>
    public static IReadOnlyList<ProviderInfo> Providers => ProviderTable.All;

    /// <summary>A catalogue that reads its files on first use.</summary>
    /// <param name="time">Decides which prices are valid now (UTC) where a vendor changed them, or has others by the hour.</param>
    public static PriceCatalogue Load(TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(time);
        return new PriceCatalogue(time);
    }

    /// <summary>The provider at a host, in the form that <see cref="Find(string, ReadOnlySpan{byte})"/> takes; null: none that the catalogue knows.</summary>
    /// <param name="host">In lower case, with or without a port.</param>
    /// <param name="url">Of the request, or empty: at the Hugging Face router it says more than its host.</param>
    public string? ProviderAt(string host, ReadOnlySpan<byte> url = default)
    {
        ArgumentNullException.ThrowIfNull(host);
        if (hosts.TryGetValue(host, out var known))
            return known;
        var provider = ProviderTable.ByHost(host, url);
        if (hosts.Count < CachedNames && provider?.StartsWith(ProviderTable.Router, StringComparison.Ordinal) != true)
            hosts.TryAdd(host, provider);
        return provider;
    }

    /// <summary>
    /// The prices of a model, by the name that requests use, now. Null when the catalogue does not know it: another model's price is
    /// never assumed.
    /// Dated and tagged names of a known model resolve to it ("gpt-4o-2024-08-06", "claude-sonnet-4-5-20250929",
    /// "gemini-2.5-pro-preview-05-06"). Case matters. Allocates nothing when the name was found before.
    /// </summary>
    /// <param name="provider">Who serves it, as of <see cref="ProviderAt"/>; null or unknown: whose it is by its name.</param>
    /// <param name="model">UTF-8; any content.</param>
    /// <exception cref="InvalidDataException">The built-in catalogue is damaged (a fault of the build).</exception>
    public ModelPrice? Find(string? provider, ReadOnlySpan<byte> model)
    {
        if (provider is not null && !ProviderTable.IsKnown(provider))
            provider = null;
        var cache = caches.GetOrAdd(provider ?? "", static _ => new NameCache(CachedNames));
        if (cache.Find(model) is not { } entry)
        {
            if (model.Length is 0 or > LongestName || model.IndexOfAnyExceptInRange((byte)'!', (byte)'~') >= 0)
                return null;
            if (Match(provider, Encoding.ASCII.GetString(model), out _, out _) is not { } match)
                return null;
            entry = match.Entry;
            cache.Add(model, entry);
        }

        return entry.At(Now);
    }

    /// <inheritdoc cref="Find(string, ReadOnlySpan{byte})"/>
    public ModelPrice? Find(string? provider, string model)
    {
        if (model is null || model.Length > LongestName)
            return null;
        Span<byte> utf8 = stackalloc byte[LongestName];
        for (var i = 0; i < model.Length; i++)
        {
            if (model[i] > '~')
                return null;
            utf8[i] = (byte)model[i];
        }

        return Find(provider, utf8[..model.Length]);
    }

    /// <inheritdoc cref="Find(string, ReadOnlySpan{byte})"/>
    public ModelPrice? Find(ReadOnlySpan<byte> model) => Find(null, model);

    /// <inheritdoc cref="Find(string, ReadOnlySpan{byte})"/>
    public ModelPrice? Find(string model) => Find(null, model);

    /// <summary>As <see cref="Find(string, string)"/>, with the way to the price, or why there is none. For people: slower, and reads every file for a model that is unknown.</summary>
    /// <param name="provider">As there.</param>
    /// <param name="model">As there.</param>
    /// <param name="at">The time whose prices are asked for; null: now.</param>
    public PriceResolution Resolve(string? provider, string model, DateTimeOffset? at = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        if (model.Length is 0 or > LongestName || model.AsSpan().IndexOfAnyExceptInRange('!', '~') >= 0)
            return new PriceResolution(model, null, provider, null, null, "a model's name is 1 to 256 printable ASCII characters without spaces", [], []);
        if (Match(provider, model, out var address, out var rule) is { } match)
            return new PriceResolution(model, match.Entry.At(at?.UtcDateTime ?? Now), address.Provider, match.Name, rule, null, [], []);
        var known = ProviderTable.Find(address.Provider);
        var isGuess = provider is null || !ProviderTable.IsKnown(provider);
        var elsewhere = ProviderTable.All.Where(other => other.Id != address.Provider && File(other.Id).Find(Encoding.ASCII.GetBytes(model)) is not null).Select(other => other.Id);
        var names = isGuess || known is null ? ProviderTable.All.SelectMany(other => File(other.Id).Names) : File(known.Id).Names.Concat(known.Fallbacks.SelectMany(id => File(id).Names));
        var problem = address.Problem ?? (isGuess ? "no provider has a price for it by this name alone" : $"{known?.Name ?? address.Provider} has no price for it in the catalogue");
        return new PriceResolution(model, null, isGuess ? null : address.Provider, null, null, problem, NearestNames.Of(address.Name, names), [.. elsewhere]);
    }

    /// <summary>
    /// The price to settle at. On Azure a request names a deployment, which anybody may call as they like, and the answer names the model: where that
    /// has a price, it is taken. Elsewhere, and where the user gave the price, what was found for the request stays.
    /// </summary>
    /// <param name="provider">Who served it.</param>
    /// <param name="requested">The price of the request; null stays null.</param>
    /// <param name="answeredBy">The model that the answer names.</param>
    public ModelPrice? Served(string? provider, ModelPrice? requested, string? answeredBy)
    {
        if (provider != "azure" || answeredBy is null || requested is null || requested.IsAssumed)
            return requested;
        return Find(provider, answeredBy) is { } served && served.Id != requested.Id ? served : requested;
    }

    /// <summary>Every model of the catalogue with today's prices, by provider and name. Reads all files.</summary>
    public IReadOnlyList<ModelPrice> All() => [.. ProviderTable.All.SelectMany(provider => Of(provider.Id))];

    /// <summary>Every model of one provider with today's prices; none of an unknown one.</summary>
    public IReadOnlyList<ModelPrice> Of(string provider)
    {
        var now = Now;
        return ProviderTable.Find(provider) is null ? [] : [.. File(provider).Entries.Select(entry => entry.At(now))];
    }

    /// <summary>Files that were read so far.</summary>
    internal int FilesRead => files.Count;

    private DateTime Now => time.GetUtcNow().UtcDateTime;

    private ProviderCatalogue File(string provider) =>
        files.GetOrAdd(provider, static id => new Lazy<ProviderCatalogue>(() => CatalogueReader.Read(id, EmbeddedFiles.Read(id + ".json")))).Value;

    private NameMatch? Match(string? provider, string model, out ModelAddress address, out string? rule)
    {
        rule = null;
        address = provider is not null && ProviderTable.IsKnown(provider)
            ? ModelAddress.At(provider, model)
            : ModelAddress.Anywhere(model);
        if (address.Problem is not null || ProviderTable.Find(address.Provider) is not { } known)
            return null;
        var name = Encoding.ASCII.GetBytes(address.Name);
        var found = File(known.Id).Find(name);
        var steps = address.Step;
        if (found is null && known.Id == "aws" && ModelAddress.WithoutRegion(address.Name) is { } anyRegion)
        {
            found = File(known.Id).Find(Encoding.ASCII.GetBytes(anyRegion));
            steps = Join(steps, "any region");
        }
        for (var i = 0; found is null && i < known.Fallbacks.Length; i++)
        {
            found = File(known.Fallbacks[i]).Find(name);
            if (found is { } vendors)
            {
                found = vendors with { Entry = vendors.Entry.ServedBy(known.Id) };
                steps = Join(steps, $"the price of {known.Fallbacks[i]}, where {known.Id} has none");
            }
        }
        rule = found is { } match ? Join(steps, match.Rule) : null;
        return found;
    }

    private static string Join(string? steps, string step) => steps is null ? step : $"{steps}; {step}";
}
