using IronCage.Lang.Usage;

namespace IronCage.Lang.Gemini;

/// <summary>
/// The <c>usageMetadata</c> of generateContent: cached ⊂ prompt; thoughts come on top of the candidates, and what tools put into the prompt on top of the prompt. Audio and images
/// are told by modality. Names in camel case, as on the wire, or with underscores, as SDKs write them.
/// </summary>
internal struct GenerateContentUsage : IUsageCounts
{
    private long? _prompt;
    private long _cached;
    private long _toolPrompt;
    private long _candidates;
    private long _thoughts;
    private long _total;
    private long _promptAudio;
    private long _cachedAudio;
    private long _toolAudio;
    private long _audioOutput;
    private long _imageOutput;

    public void Take(in UsageFigure figure)
    {
        if (figure.Parent.IsEmpty)
            TakeSum(figure);
        else if (figure.Name.SequenceEqual("tokenCount"u8) || figure.Name.SequenceEqual("token_count"u8))
            TakeModality(figure);
    }

    public readonly WireUsage? ToWire()
    {
        var audio = _promptAudio - _cachedAudio + _toolAudio;
        if (_prompt is not { } prompt || (prompt | _cached | _toolPrompt | _candidates | _thoughts | _total | _promptAudio | _cachedAudio | _toolAudio | _audioOutput | _imageOutput) < 0
            || _cached > prompt || _promptAudio > prompt || _cachedAudio > _cached || _cachedAudio > _promptAudio || _toolAudio > _toolPrompt || _audioOutput + _imageOutput > _candidates
            || _promptAudio - _cachedAudio > prompt - _cached)
            return null;
        var onTop = Math.Max(0, _total - prompt - _toolPrompt - _candidates - _thoughts);
        return new WireUsage(prompt - _cached + _toolPrompt - audio, _cached - _cachedAudio, 0, _candidates - _audioOutput - _imageOutput + _thoughts + onTop, _thoughts + onTop,
            audio, _audioOutput)
        {
            CachedAudio = _cachedAudio,
            ImageOutput = _imageOutput,
        };
    }

    private void TakeSum(in UsageFigure figure)
    {
        if (figure.Is("promptTokenCount"u8) || figure.Is("prompt_token_count"u8))
            _prompt = figure.Count;
        else if (figure.Is("cachedContentTokenCount"u8) || figure.Is("cached_content_token_count"u8))
            _cached = figure.Count;
        else if (figure.Is("toolUsePromptTokenCount"u8) || figure.Is("tool_use_prompt_token_count"u8))
            _toolPrompt = figure.Count;
        else if (figure.Is("candidatesTokenCount"u8) || figure.Is("candidates_token_count"u8))
            _candidates = figure.Count;
        else if (figure.Is("thoughtsTokenCount"u8) || figure.Is("thoughts_token_count"u8))
            _thoughts = figure.Count;
        else if (figure.Is("totalTokenCount"u8) || figure.Is("total_token_count"u8))
            _total = figure.Count;
    }

    private void TakeModality(in UsageFigure figure)
    {
        if (figure.Kind.SequenceEqual("AUDIO"u8))
        {
            if (figure.IsIn("promptTokensDetails"u8) || figure.IsIn("prompt_tokens_details"u8))
                _promptAudio = figure.Count;
            else if (figure.IsIn("cacheTokensDetails"u8) || figure.IsIn("cache_tokens_details"u8))
                _cachedAudio = figure.Count;
            else if (figure.IsIn("toolUsePromptTokensDetails"u8) || figure.IsIn("tool_use_prompt_tokens_details"u8))
                _toolAudio = figure.Count;
            else if (figure.IsIn("candidatesTokensDetails"u8) || figure.IsIn("candidates_tokens_details"u8))
                _audioOutput = figure.Count;
        }
        else if (figure.Kind.SequenceEqual("IMAGE"u8) && (figure.IsIn("candidatesTokensDetails"u8) || figure.IsIn("candidates_tokens_details"u8)))
        {
            _imageOutput = figure.Count;
        }
    }
}
