using IronCage.Lang.Usage;

namespace IronCage.Lang.Bedrock;

/// <summary>What answers of InvokeModel say at their top where the model's own protocol has no usage object: Llama, Titan, and the last chunk of a stream.</summary>
internal struct InvokeUsage : IUsageCounts
{
    private long? _input;
    private long _output;
    private long _cached;
    private long _written;

    /// <summary>Whether an answer with this at its top is one.</summary>
    public static bool Has(ReadOnlySpan<byte> name) => name.SequenceEqual("prompt_token_count"u8) || name.SequenceEqual("generation_token_count"u8)
        || name.SequenceEqual("inputTextTokenCount"u8) || name.SequenceEqual("amazon-bedrock-invocationMetrics"u8);

    public void Take(in UsageFigure figure)
    {
        if (figure.Is("prompt_token_count"u8) || figure.Is("inputTextTokenCount"u8))
            _input ??= figure.Count;
        else if (figure.Is("generation_token_count"u8))
            _output = UsageFigure.Greater(_output, figure.Count);
        else if (figure.IsIn("results"u8) && figure.Name.SequenceEqual("tokenCount"u8))
            _output = _output < 0 || figure.Count < 0 ? -1 : _output + figure.Count;
        else if (figure.IsIn("amazon-bedrock-invocationMetrics"u8))
            TakeMetric(figure);
    }

    public readonly WireUsage? ToWire() =>
        _input is not { } input || (input | _output | _cached | _written) < 0 ? null : new WireUsage(input, _cached, _written, _output, 0, 0, 0);

    /// <summary>What the service itself counted goes before what the model said.</summary>
    private void TakeMetric(in UsageFigure figure)
    {
        if (figure.Name.SequenceEqual("inputTokenCount"u8))
            _input = figure.Count;
        else if (figure.Name.SequenceEqual("outputTokenCount"u8))
            _output = figure.Count;
        else if (figure.Name.SequenceEqual("cacheReadInputTokenCount"u8))
            _cached = figure.Count;
        else if (figure.Name.SequenceEqual("cacheWriteInputTokenCount"u8))
            _written = figure.Count;
    }
}
