namespace IronCage.Cost;

/// <summary>
/// The tokens of one answered call, in disjoint buckets: every billed token stands in exactly one of them (<see cref="Reasoning"/> is a
/// part of <see cref="Output"/>, for information). All are ≥ 0.
/// </summary>
/// <param name="Input">Text tokens of the prompt that were neither read from nor written to a cache.</param>
/// <param name="Cached">Text tokens read from the provider's cache. Cached audio stands in <paramref name="AudioInput"/>: providers charge
/// it
/// at most as fresh audio, but sometimes above cached text.</param>
/// <param name="CacheWrite">Tokens written to the provider's cache, for as long as it usually keeps them.</param>
/// <param name="Output">Text tokens of the answer, reasoning and rejected predictions included.</param>
/// <param name="Reasoning">The hidden part of <paramref name="Output"/>.</param>
/// <param name="AudioInput">Audio tokens of the prompt.</param>
/// <param name="AudioOutput">Audio tokens of the answer.</param>
/// <param name="CacheWriteHour">Tokens written to a cache that keeps them for an hour (Anthropic), which costs more.</param>
public readonly record struct TokenUsage(
    long Input = 0, long Cached = 0, long CacheWrite = 0, long Output = 0, long Reasoning = 0, long AudioInput = 0, long AudioOutput = 0,
    long CacheWriteHour = 0)
{
    /// <summary>All tokens of the prompt: what decides the price tier.</summary>
    /// <exception cref="OverflowException">The sum leaves Int64.</exception>
    public long TotalInput => checked(Input + Cached + CacheWrite + CacheWriteHour + AudioInput);

    /// <summary>All tokens of the answer.</summary>
    /// <exception cref="OverflowException">The sum leaves Int64.</exception>
    public long TotalOutput => checked(Output + AudioOutput);
}
