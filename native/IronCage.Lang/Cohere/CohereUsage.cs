using IronCage.Lang.Usage;

namespace IronCage.Lang.Cohere;

/// <summary>
/// The <c>usage</c> (second API) or <c>meta</c> (first) of chat, embed and rerank: what is billed stands in <c>billed_units</c>; where that is absent, what was processed, of which
/// the cached is a part, in <c>tokens</c>.
/// </summary>
internal struct CohereUsage : IUsageCounts
{
    private long? _billedInput;
    private long? _billedOutput;
    private long _searches;
    private long? _input;
    private long _output;
    private long _cached;

    public void Take(in UsageFigure figure)
    {
        if (figure.IsIn("billed_units"u8))
            TakeBilled(figure);
        else if (figure.IsIn("tokens"u8) && figure.Name.SequenceEqual("input_tokens"u8))
            _input = figure.Count;
        else if (figure.IsIn("tokens"u8) && figure.Name.SequenceEqual("output_tokens"u8))
            _output = figure.Count;
        else if (figure.Is("cached_tokens"u8))
            _cached = figure.Count;
    }

    public readonly WireUsage? ToWire()
    {
        if (_billedInput < 0 || _billedOutput < 0 || _searches < 0)
            return null;
        if (_billedInput is not null || _billedOutput is not null || _searches > 0)
            return new WireUsage(_billedInput ?? 0, 0, 0, _billedOutput ?? 0, 0, 0, 0) { Searches = _searches };
        if (_input is not { } input || (input | _output | _cached) < 0 || _cached > input)
            return null;
        return new WireUsage(input - _cached, _cached, 0, _output, 0, 0, 0);
    }

    private void TakeBilled(in UsageFigure figure)
    {
        if (figure.Name.SequenceEqual("input_tokens"u8) || figure.Name.SequenceEqual("images"u8))
            _billedInput = figure.Count < 0 || _billedInput < 0 ? -1 : (_billedInput ?? 0) + figure.Count;
        else if (figure.Name.SequenceEqual("output_tokens"u8))
            _billedOutput = figure.Count;
        else if (figure.Name.SequenceEqual("search_units"u8))
            _searches = figure.Count;
    }
}
