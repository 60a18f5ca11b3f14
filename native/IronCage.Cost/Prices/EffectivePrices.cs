using IronCage.Core.Money;

namespace IronCage.Cost;

/// <summary>Buckets with every gap filled by its rule: the one place that knows the rules, for settlement and bound alike.</summary>
internal readonly struct EffectivePrices
{
    public EffectivePrices(in PriceBuckets stated, string vendor)
    {
        Input = stated.Input;
        Cached = stated.CachedInput ?? Input;
        CacheWrite = stated.CacheWrite ?? (vendor == "anthropic" ? FiveQuarters(Input) : Input);
        CacheWriteHour = stated.CacheWriteHour ?? Picodollars.Max(CacheWrite, Input * 2);
        Output = stated.Output ?? Input;
        Reasoning = stated.Reasoning ?? Output;
        AudioInput = stated.AudioInput ?? Input;
        CachedAudio = stated.CachedAudioInput ?? AudioInput;
        AudioOutput = stated.AudioOutput ?? Output;
        ImageInput = stated.ImageInput ?? Input;
        ImageOutput = stated.ImageOutput ?? Output;
    }

    public Picodollars Input { get; }
    public Picodollars Cached { get; }
    public Picodollars CacheWrite { get; }
    public Picodollars CacheWriteHour { get; }
    public Picodollars Output { get; }
    public Picodollars Reasoning { get; }
    public Picodollars AudioInput { get; }
    public Picodollars CachedAudio { get; }
    public Picodollars AudioOutput { get; }
    public Picodollars ImageInput { get; }
    public Picodollars ImageOutput { get; }

    /// <summary>The dearest way to charge a token of the prompt. Audio, images and cache writes count only where there may be some.</summary>
    public Picodollars DearestInput(bool audio, bool images, CacheWrites writes)
    {
        var dearest = Picodollars.Max(Input, Cached);
        if (writes != CacheWrites.None)
            dearest = Picodollars.Max(dearest, writes == CacheWrites.Hour ? CacheWriteHour : CacheWrite);
        if (images)
            dearest = Picodollars.Max(dearest, ImageInput);
        return audio ? Picodollars.Max(dearest, Picodollars.Max(AudioInput, CachedAudio)) : dearest;
    }

    /// <summary>The dearest way to charge a token of the answer.</summary>
    public Picodollars DearestOutput(bool audio, bool images)
    {
        var dearest = Picodollars.Max(Output, Reasoning);
        if (images)
            dearest = Picodollars.Max(dearest, ImageOutput);
        return audio ? Picodollars.Max(dearest, AudioOutput) : dearest;
    }

    private static Picodollars FiveQuarters(Picodollars price) =>
        new(checked(price.Value + price.Value / 4 + (price.Value % 4 == 0 ? 0 : 1)));
}
