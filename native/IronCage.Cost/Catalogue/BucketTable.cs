using IronCage.Core.Money;

namespace IronCage.Cost;

/// <summary>The buckets of a price by the names that they have in files and reports.</summary>
internal sealed class BucketTable
{
    private static readonly BucketTable[] All =
    [
        new("input", b => b.Input, (b, p) => b with { Input = p }),
        new("cached_input", b => b.CachedInput, (b, p) => b with { CachedInput = p }),
        new("cache_write", b => b.CacheWrite, (b, p) => b with { CacheWrite = p }),
        new("cache_write_hour", b => b.CacheWriteHour, (b, p) => b with { CacheWriteHour = p }),
        new("output", b => b.Output, (b, p) => b with { Output = p }),
        new("reasoning", b => b.Reasoning, (b, p) => b with { Reasoning = p }),
        new("audio_input", b => b.AudioInput, (b, p) => b with { AudioInput = p }),
        new("cached_audio_input", b => b.CachedAudioInput, (b, p) => b with { CachedAudioInput = p }),
        new("audio_output", b => b.AudioOutput, (b, p) => b with { AudioOutput = p }),
        new("image_input", b => b.ImageInput, (b, p) => b with { ImageInput = p }),
        new("image_output", b => b.ImageOutput, (b, p) => b with { ImageOutput = p }),
    ];

    private readonly Func<PriceBuckets, Picodollars?> get;
    private readonly Func<PriceBuckets, Picodollars, PriceBuckets> with;

    private BucketTable(string name, Func<PriceBuckets, Picodollars?> get, Func<PriceBuckets, Picodollars, PriceBuckets> with)
    {
        Name = name;
        this.get = get;
        this.with = with;
    }

    /// <summary>All names, for messages.</summary>
    public static string Names { get; } = string.Join(", ", All.Select(bucket => bucket.Name));

    public string Name { get; }

    public static BucketTable? Find(string name) => Array.Find(All, bucket => bucket.Name == name);

    public PriceBuckets With(in PriceBuckets buckets, Picodollars price) => with(buckets, price);

    /// <summary>Every bucket of a price with its name, in order.</summary>
    public static IEnumerable<KeyValuePair<string, Picodollars?>> Of(PriceBuckets buckets) => All.Select(bucket => KeyValuePair.Create(bucket.Name, bucket.get(buckets)));
}
