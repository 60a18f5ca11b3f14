using IronCage.Lang.Usage;

namespace IronCage.Lang.Bedrock;

/// <summary>The <c>usage</c> of Converse and ConverseStream: input, cache reads and cache writes are disjoint; of the writes, those for an hour are told in <c>cacheDetails</c>.</summary>
internal struct ConverseUsage : IUsageCounts
{
    private long? _input;
    private long _output;
    private long _total;
    private long _cached;
    private long _written;
    private long _hour;

    public void Take(in UsageFigure figure)
    {
        if (figure.Is("inputTokens"u8) || figure.Is("inputTokenCount"u8))
            _input = figure.Count;
        else if (figure.Is("outputTokens"u8) || figure.Is("outputTokenCount"u8))
            _output = figure.Count;
        else if (figure.Is("totalTokens"u8))
            _total = figure.Count;
        else if (figure.Is("cacheReadInputTokens"u8) || figure.Is("cacheReadInputTokenCount"u8))
            _cached = figure.Count;
        else if (figure.Is("cacheWriteInputTokens"u8) || figure.Is("cacheWriteInputTokenCount"u8))
            _written = figure.Count;
        else if (figure.IsIn("cacheDetails"u8) && figure.Kind.SequenceEqual("1h"u8) && figure.Name.SequenceEqual("inputTokens"u8))
            _hour = figure.Count;
    }

    public readonly WireUsage? ToWire()
    {
        if (_input is not { } input || (input | _output | _total | _cached | _written | _hour) < 0)
            return null;
        var onTop = Math.Max(0, _total - input - _output - _cached - Math.Max(_written, _hour));
        return new WireUsage(input, _cached, Math.Max(0, _written - _hour), _output + onTop, onTop, 0, 0, _hour);
    }
}
