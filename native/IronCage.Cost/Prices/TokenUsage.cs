namespace IronCage.Cost;

/// <summary>
/// What one answered call used, in disjoint buckets: every billed token stands in exactly one of them (<see cref="Reasoning"/> is a
/// part of <see cref="Output"/>). All are ≥ 0.
/// </summary>
/// <param name="Input">Text tokens of the prompt that were neither read from nor written to a cache.</param>
/// <param name="Cached">Text tokens read from the provider's cache. Cached audio stands in <paramref name="CachedAudio"/> where the provider
/// tells it apart, else in <paramref name="AudioInput"/>: it is charged at most as fresh audio, but sometimes above cached text.</param>
/// <param name="CacheWrite">Tokens written to the provider's cache, for as long as it usually keeps them.</param>
/// <param name="Output">Text tokens of the answer, reasoning and rejected predictions included.</param>
/// <param name="Reasoning">The hidden part of <paramref name="Output"/>; what is more than that is not charged.</param>
/// <param name="AudioInput">Audio tokens of the prompt.</param>
/// <param name="AudioOutput">Audio tokens of the answer.</param>
/// <param name="CacheWriteHour">Tokens written to a cache that keeps them for an hour (Anthropic), which costs more.</param>
/// <param name="CachedAudio">Audio tokens read from the provider's cache.</param>
/// <param name="ImageInput">Image tokens of the prompt, where the provider tells them apart.</param>
/// <param name="ImageOutput">Image tokens of the answer.</param>
/// <param name="Searches">Searches of the provider's own web search.</param>
public readonly record struct TokenUsage(
    long Input = 0, long Cached = 0, long CacheWrite = 0, long Output = 0, long Reasoning = 0, long AudioInput = 0, long AudioOutput = 0,
    long CacheWriteHour = 0, long CachedAudio = 0, long ImageInput = 0, long ImageOutput = 0, long Searches = 0)
{
    /// <summary>All tokens of the prompt: what decides the price tier.</summary>
    /// <exception cref="OverflowException">The sum leaves Int64.</exception>
    public long TotalInput => checked(Input + Cached + CacheWrite + CacheWriteHour + AudioInput + CachedAudio + ImageInput);

    /// <summary>All tokens of the answer.</summary>
    /// <exception cref="OverflowException">The sum leaves Int64.</exception>
    public long TotalOutput => checked(Output + AudioOutput + ImageOutput);

    /// <summary>The part of <see cref="Output"/> that is not hidden.</summary>
    internal long Shown => Output - Hidden;

    /// <summary><see cref="Reasoning"/>, as far as it is a part of <see cref="Output"/>: where audio is told apart, the rest may be smaller.</summary>
    internal long Hidden => Math.Min(Reasoning, Output);

    /// <summary>Whether a count is negative.</summary>
    internal bool IsImpossible =>
        (Input | Cached | CacheWrite | CacheWriteHour | Output | Reasoning | AudioInput | AudioOutput | CachedAudio | ImageInput | ImageOutput | Searches) < 0;
}
