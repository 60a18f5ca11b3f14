using IronCage.Core.Money;
using IronCage.Lang.Usage;

namespace IronCage.Lang.OpenAi;

/// <summary>
/// The <c>usage</c> of chat completions, legacy completions and embeddings, and of the many hosts that speak this protocol: cached, cache writes and audio ⊂ prompt; reasoning,
/// audio and images ⊂ completion. Where the total is more than both, the rest is reasoning on top of the completion (xAI tells it so, Google's compatible endpoint does not say
/// what it is): it is billed as output.
/// </summary>
internal struct ChatUsage : IUsageCounts
{
    private long? _prompt;
    private long _completion;
    private long _total;
    private long _cached;
    private long _cacheWrite;
    private long _audioInput;
    private long _reasoning;
    private long _audioOutput;
    private long _imageOutput;
    private long? _citations;
    private long _reasoningBeside;
    private long _searches;
    private Picodollars? _charge;

    public void Take(in UsageFigure figure)
    {
        if (figure.IsIn("prompt_tokens_details"u8))
            TakeOfPrompt(figure);
        else if (figure.IsIn("completion_tokens_details"u8))
            TakeOfCompletion(figure);
        else if (figure.Is("cost"u8) || (figure.IsIn("cost"u8) && figure.Name.SequenceEqual("total_cost"u8))) // OpenRouter, Perplexity
            _charge = figure.Dollars;
        else if (figure.Is("prompt_tokens"u8))
            _prompt = figure.Count;
        else if (figure.Is("completion_tokens"u8))
            _completion = figure.Count;
        else if (figure.Is("total_tokens"u8))
            _total = figure.Count;
        else if (figure.Is("cached_tokens"u8) || figure.Is("prompt_cache_hit_tokens"u8) || figure.Is("cached_prompt_text_tokens"u8)) // Moonshot, DeepSeek, xAI
            _cached = UsageFigure.Greater(_cached, figure.Count);
        else if (figure.Is("citation_tokens"u8)) // Perplexity, which then tells reasoning beside the completion
            _citations = figure.Count;
        else if (figure.Is("reasoning_tokens"u8))
            _reasoningBeside = figure.Count;
        else if (figure.Is("num_search_queries"u8) || figure.Is("num_sources_used"u8)) // Perplexity, xAI
            _searches = UsageFigure.Greater(_searches, figure.Count);
    }

    public readonly WireUsage? ToWire()
    {
        var asked = _prompt ?? (_completion == 0 && _total > 0 ? _total : null); // Voyage tells the total alone
        if (asked is not { } prompt || (prompt | _completion | _total | _cached | _cacheWrite | _audioInput | _reasoning | _audioOutput | _imageOutput | _reasoningBeside | _searches) < 0
            || _citations < 0 || _cached + _cacheWrite + _audioInput > prompt || _audioOutput + _imageOutput > _completion)
            return null;
        var onTop = Math.Max(0, _total - prompt - _completion);
        if (_citations is not null)
            onTop = Math.Max(onTop, _reasoningBeside);
        var output = _completion - _audioOutput - _imageOutput + onTop;
        var reasoning = Math.Max(Math.Max(_reasoning, _reasoningBeside), onTop);
        return new WireUsage(prompt - _cached - _cacheWrite - _audioInput + (_citations ?? 0), _cached, _cacheWrite, output, Math.Min(reasoning, _completion + onTop), _audioInput, _audioOutput)
        {
            ImageOutput = _imageOutput,
            Searches = _searches,
            Charge = _charge,
        };
    }

    private void TakeOfPrompt(in UsageFigure figure)
    {
        if (figure.Name.SequenceEqual("cached_tokens"u8))
            _cached = UsageFigure.Greater(_cached, figure.Count);
        else if (figure.Name.SequenceEqual("audio_tokens"u8))
            _audioInput = figure.Count;
        else if (figure.Name.SequenceEqual("cache_write_tokens"u8))
            _cacheWrite = figure.Count;
    }

    private void TakeOfCompletion(in UsageFigure figure)
    {
        if (figure.Name.SequenceEqual("reasoning_tokens"u8))
            _reasoning = figure.Count;
        else if (figure.Name.SequenceEqual("audio_tokens"u8))
            _audioOutput = figure.Count;
        else if (figure.Name.SequenceEqual("image_tokens"u8))
            _imageOutput = figure.Count;
    }
}
