using IronCage.Core.Money;

namespace IronCage.Cost;

/// <summary>Buckets with every gap filled by its rule: the one place that knows the rules, for settlement and bound alike.</summary>
internal readonly struct EffectivePrices
{
    public EffectivePrices(in PriceBuckets stated, string provider)
    {
        Input = stated.Input;
        Cached = stated.CachedInput ?? Input;
        CacheWrite = stated.CacheWrite ?? (provider == "anthropic" ? FiveQuarters(Input) : Input);
        CacheWriteHour = Picodollars.Max(CacheWrite, Input * 2);
        Output = stated.Output ?? Input;
        AudioInput = stated.AudioInput ?? Input;
        AudioOutput = stated.AudioOutput ?? Output;
    }

    public Picodollars Input { get; }
    public Picodollars Cached { get; }
    public Picodollars CacheWrite { get; }
    public Picodollars CacheWriteHour { get; }
    public Picodollars Output { get; }
    public Picodollars AudioInput { get; }
    public Picodollars AudioOutput { get; }

    /// <summary>The dearest way to charge a token of the prompt. Audio and cache writes count only where there may be some.</summary>
    public Picodollars DearestInput(bool audio, CacheWrites writes)
    {
        var text = Picodollars.Max(Input, Cached);
        if (writes != CacheWrites.None)
            text = Picodollars.Max(text, writes == CacheWrites.Hour ? CacheWriteHour : CacheWrite);
        return audio ? Picodollars.Max(text, AudioInput) : text;
    }

    /// <summary>The dearest way to charge a token of the answer.</summary>
    public Picodollars DearestOutput(bool audio) => audio ? Picodollars.Max(Output, AudioOutput) : Output;

    private static Picodollars FiveQuarters(Picodollars price) =>
        new(checked(price.Value + price.Value / 4 + (price.Value % 4 == 0 ? 0 : 1)));
}
