using IronCage.Core.Money;

namespace IronCage.Lang;

/// <summary>
/// What a provider says it billed, in disjoint token buckets: <see cref="Input"/> is neither cached nor written to a cache nor audio;
/// <see cref="Output"/> includes <see cref="Reasoning"/> but neither audio nor images. <see cref="CacheWriteHour"/> are writes to a cache of one hour, which cost more than <see cref="CacheWrite"/>.
/// </summary>
public readonly record struct WireUsage(
    long Input, long Cached, long CacheWrite, long Output, long Reasoning, long AudioInput, long AudioOutput, long CacheWriteHour = 0)
{
    /// <summary>Searches that the provider made and bills one by one.</summary>
    public long Searches { get; init; }

    /// <summary>What the provider says that it charges, in dollars, rounded up to a picodollar; null where it does not say.</summary>
    public Picodollars? Charge { get; init; }

    /// <summary>Audio read from a cache, where the provider tells it apart.</summary>
    public long CachedAudio { get; init; }

    /// <summary>Images of the prompt, where the provider bills them apart.</summary>
    public long ImageInput { get; init; }

    /// <summary>Images of the answer, in tokens.</summary>
    public long ImageOutput { get; init; }

    /// <summary>Everything billed on the input side.</summary>
    public long TotalInput => Input + Cached + CacheWrite + CacheWriteHour + AudioInput + CachedAudio + ImageInput;

    /// <summary>Everything billed on the output side.</summary>
    public long TotalOutput => Output + AudioOutput + ImageOutput;
}
