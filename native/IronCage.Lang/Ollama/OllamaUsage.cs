using IronCage.Lang.Usage;

namespace IronCage.Lang.Ollama;

/// <summary>What answers of Ollama's own API say at their top: <c>prompt_eval_count</c>, absent where the whole prompt was cached, and <c>eval_count</c>.</summary>
internal struct OllamaUsage : IUsageCounts
{
    private long? _prompt;
    private long? _written;

    /// <summary>Whether an answer with this at its top is one.</summary>
    public static bool Has(ReadOnlySpan<byte> name) => name.SequenceEqual("prompt_eval_count"u8) || name.SequenceEqual("eval_count"u8);

    public void Take(in UsageFigure figure)
    {
        if (figure.Is("prompt_eval_count"u8))
            _prompt = figure.Count;
        else if (figure.Is("eval_count"u8))
            _written = figure.Count;
    }

    public readonly WireUsage? ToWire() =>
        _prompt is null && _written is null || _prompt < 0 || _written < 0 ? null : new WireUsage(_prompt ?? 0, 0, 0, _written ?? 0, 0, 0, 0);
}
