namespace IronCage.Cost;

/// <summary>Which prices of a sum the catalogue does not state and a rule supplied instead. Each rule is an upper bound or the vendor's own
/// formula, but for those that say otherwise.</summary>
[Flags]
public enum DerivedRules
{
    /// <summary>Every token was charged at a stated price.</summary>
    None = 0,

    /// <summary>Cached input at the input price.</summary>
    CachedAsInput = 1,

    /// <summary>Cache writes at the input price; for Anthropic's models at 1.25 times that (their five-minute rate), rounded up to a
    /// picodollar.</summary>
    CacheWriteFromInput = 2,

    /// <summary>Audio at the price of text in the same direction. No bound: audio is usually dearer.</summary>
    AudioAsText = 4,

    /// <summary>Output at the input price: the catalogue has no output price (embeddings).</summary>
    OutputAsInput = 8,

    /// <summary>Cache writes that are kept for an hour at twice the input price, which is Anthropic's own formula; no catalogue states their price.</summary>
    HourCacheWriteFromInput = 16,

    /// <summary>Cached audio as fresh audio.</summary>
    CachedAudioAsAudio = 32,

    /// <summary>Image tokens at the price of text in the same direction: what vendors do with images of the prompt. No bound for images of the answer.</summary>
    ImageAsText = 64,

    /// <summary>The price of the model's vendor, because whoever serves the model has none of its own in the catalogue. No bound: a region or a contract may
    /// cost more.</summary>
    VendorPrice = 128,

    /// <summary>Searches were made whose price is not stated: nothing was charged for them.</summary>
    SearchesUnpriced = 256,
}
