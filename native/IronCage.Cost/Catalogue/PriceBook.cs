using System.Text;

namespace IronCage.Cost;

/// <summary>
/// Prices of the user's own, from files (docs/prices.md) or made by code in the same form: they go before the catalogue's. Immutable, thread-safe. Of several files
/// the last that knows a model counts.
/// </summary>
public sealed class PriceBook
{
    private readonly (string? Provider, ProviderCatalogue Models, Dictionary<string, string> Aliases)[] files;
    private readonly PriceCatalogue catalogue;
    private readonly TimeProvider time;

    private PriceBook((string?, ProviderCatalogue, Dictionary<string, string>)[] files, PriceCatalogue catalogue, TimeProvider time)
    {
        this.files = files;
        this.catalogue = catalogue;
        this.time = time;
    }

    /// <summary>Reads files, each UTF-8.</summary>
    /// <param name="texts">Their contents.</param>
    /// <param name="catalogue">What aliases may name models of.</param>
    /// <param name="time">Decides which prices are valid now.</param>
    /// <param name="read">How many were read when one failed: its index.</param>
    /// <exception cref="PriceFileException">One of them is no price file.</exception>
    public static PriceBook Read(IReadOnlyList<byte[]> texts, PriceCatalogue catalogue, TimeProvider time, out int read)
    {
        ArgumentNullException.ThrowIfNull(texts);
        ArgumentNullException.ThrowIfNull(catalogue);
        ArgumentNullException.ThrowIfNull(time);
        var files = new (string?, ProviderCatalogue, Dictionary<string, string>)[texts.Count];
        for (read = 0; read < files.Length; read++)
        {
            var models = CatalogueReader.ReadOwn(texts[read], out var provider, out var aliases);
            files[read] = (provider, models, aliases);
        }
        return new PriceBook(files, catalogue, time);
    }

    /// <summary>The user's price of a model, now; null: this book has none, and the catalogue decides.</summary>
    /// <param name="provider">Who serves it, as of <see cref="PriceCatalogue.ProviderAt"/>; files of another provider are left out.</param>
    /// <param name="model">The name that the request uses.</param>
    public ModelPrice? Find(string? provider, string model)
    {
        ArgumentNullException.ThrowIfNull(model);
        return Resolve(provider, model, null)?.Price;
    }

    /// <summary>As <see cref="Find"/>, with the way to the price; null as there. An alias of a model that nobody has a price of says so.</summary>
    /// <param name="provider">As there.</param>
    /// <param name="model">As there.</param>
    /// <param name="at">The time whose prices are asked for; null: now.</param>
    public PriceResolution? Resolve(string? provider, string model, DateTimeOffset? at)
    {
        ArgumentNullException.ThrowIfNull(model);
        if (model.Length is 0 or > 256 || model.AsSpan().IndexOfAnyExceptInRange('!', '~') >= 0)
            return null;
        if (Own(provider, model, at) is { } own)
            return own;
        for (var i = files.Length - 1; i >= 0; i--)
        {
            if (!Concerns(i, provider) || !files[i].Aliases.TryGetValue(model, out var meant))
                continue;
            // provider/model, where the part before the slash is a provider: a gateway's names have slashes, too
            var (whose, name) = (provider, meant);
            var slash = meant.IndexOf('/', StringComparison.Ordinal);
            if (slash > 0 && ProviderTable.Find(meant[..slash]) is not null && catalogue.Find(provider, meant) is null)
                (whose, name) = (meant[..slash], meant[(slash + 1)..]);
            var found = Own(whose, name, at) ?? catalogue.Resolve(whose, name, at);
            return found with { Model = model, Rule = found.Rule is null ? null : $"an alias of {meant}; {found.Rule}" };
        }
        return null;
    }

    private PriceResolution? Own(string? provider, string model, DateTimeOffset? at)
    {
        var name = Encoding.ASCII.GetBytes(model);
        for (var i = files.Length - 1; i >= 0; i--)
        {
            if (Concerns(i, provider) && files[i].Models.Find(name) is { } match)
                return new PriceResolution(model, match.Entry.At((at ?? time.GetUtcNow()).UtcDateTime), provider, match.Name, $"a price of your own; {match.Rule}", null, [], []);
        }
        return null;
    }

    private bool Concerns(int file, string? provider) => files[file].Provider is not { } whose || whose == provider;
}
