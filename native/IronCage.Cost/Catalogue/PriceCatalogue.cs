using System.Collections.Concurrent;

namespace IronCage.Cost;

/// <summary>
/// The built-in prices of OpenAI, Anthropic and Google (Gemini) models: files in Catalogue/, made by build/prices from public figures.
/// Thread-safe.
/// A provider's file is read when the first of its models is asked for.
/// </summary>
public sealed class PriceCatalogue
{
    /// <summary>No vendor's model name is near this; longer names are unknown.</summary>
    private const int LongestName = 256;

    /// <summary>Bound of the name cache: fine-tunes and dated names are open sets, and come from outside.</summary>
    private const int CachedNames = 1024;

    private static readonly string[] Providers = ["openai", "anthropic", "google"];

    private readonly TimeProvider time;
    private readonly Lazy<ProviderCatalogue>[] files;
    private readonly ConcurrentDictionary<byte[], ModelEntry> cache = new(Utf8NameComparer.Instance);
    private readonly ConcurrentDictionary<byte[], ModelEntry>.AlternateLookup<ReadOnlySpan<byte>> cacheBySpan;
    private int cached;

    private PriceCatalogue(TimeProvider time)
    {
        this.time = time;
        cacheBySpan = cache.GetAlternateLookup<ReadOnlySpan<byte>>();
        files = Array.ConvertAll(Providers, name => new Lazy<ProviderCatalogue>(() => ReadFile(name)));
    }

    /// <summary>A catalogue that reads its files on first use.</summary>
    /// <param name="time">Decides which prices are valid today (UTC) where a vendor changed them.</param>
    public static PriceCatalogue Load(TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(time);
        return new PriceCatalogue(time);
    }

    /// <summary>
    /// The prices of a model, by the name that requests use, today. Null when the catalogue does not know it: another model's price is
    /// never assumed.
    /// Dated and tagged names of a known model resolve to it ("gpt-4o-2024-08-06", "claude-sonnet-4-5-20250929",
    /// "gemini-2.5-pro-preview-05-06");
    /// a leading "models/" is ignored. Case matters. Allocates nothing when the name was found before.
    /// </summary>
    /// <param name="model">UTF-8; any content.</param>
    /// <exception cref="InvalidDataException">The built-in catalogue is damaged (a fault of the build).</exception>
    public ModelPrice? Find(ReadOnlySpan<byte> model)
    {
        if (!cacheBySpan.TryGetValue(model, out var entry))
        {
            entry = Resolve(model);
            if (entry is null)
                return null;
            if (Volatile.Read(ref cached) < CachedNames && cacheBySpan.TryAdd(model, entry))
                Interlocked.Increment(ref cached);
        }

        return entry.At(Today);
    }

    /// <inheritdoc cref="Find(ReadOnlySpan{byte})"/>
    public ModelPrice? Find(string model)
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

        return Find(utf8[..model.Length]);
    }

    /// <summary>Every model of the catalogue with today's prices, by provider and name. Reads all files.</summary>
    public IReadOnlyList<ModelPrice> All()
    {
        var today = Today;
        return [.. files.SelectMany(file => file.Value.Entries).Select(entry => entry.At(today))];
    }

    private DateOnly Today => DateOnly.FromDateTime(time.GetUtcNow().UtcDateTime);

    private ModelEntry? Resolve(ReadOnlySpan<byte> model)
    {
        if (model.Length is 0 or > LongestName || model.IndexOfAnyExceptInRange((byte)'!', (byte)'~') >= 0)
            return null;
        if (model.StartsWith("models/"u8))
            model = model["models/".Length..];
        var file = model.StartsWith("claude"u8) ? 1 : model.StartsWith("gemini"u8) ? 2 : 0;
        return files[file].Value.Find(model);
    }

    private static ProviderCatalogue ReadFile(string provider)
    {
        using var stream = typeof(PriceCatalogue).Assembly.GetManifestResourceStream(provider + ".json")
            ?? throw new InvalidDataException($"the price catalogue of {provider} is not in the library");
        var file = new byte[stream.Length];
        stream.ReadExactly(file);
        return CatalogueReader.Read(provider, file);
    }
}
