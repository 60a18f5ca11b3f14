using IronCage.Lang.Usage;

namespace IronCage.Lang.Responses;

/// <summary>
/// The <c>usage</c> of the Responses API, of images and of transcriptions: cached, cache writes, audio and images ⊂ input; reasoning, audio and images ⊂ output. Where
/// only the input is told by kinds (images), the whole output is an image.
/// </summary>
internal struct ResponsesUsage : IUsageCounts
{
    private long? _input;
    private long _output;
    private long _total;
    private long _cached;
    private long _cacheWrite;
    private long _audioInput;
    private long? _imageInput;
    private long _reasoning;
    private long _audioOutput;
    private long? _imageOutput;
    private bool _tellsOutput;

    public void Take(in UsageFigure figure)
    {
        if (figure.IsIn("input_tokens_details"u8) || figure.IsIn("input_token_details"u8))
            TakeOfInput(figure);
        else if (figure.IsIn("output_tokens_details"u8) || figure.IsIn("output_token_details"u8))
            TakeOfOutput(figure);
        else if (figure.Is("input_tokens"u8))
            _input = figure.Count;
        else if (figure.Is("output_tokens"u8))
            _output = figure.Count;
        else if (figure.Is("total_tokens"u8))
            _total = figure.Count;
    }

    public readonly WireUsage? ToWire()
    {
        var images = _imageInput ?? 0;
        var imageOutput = _imageOutput ?? (_imageInput is not null && !_tellsOutput ? _output : 0);
        if (_input is not { } input || (input | _output | _total | _cached | _cacheWrite | _audioInput | images | _reasoning | _audioOutput | imageOutput) < 0
            || _cached + _cacheWrite + _audioInput > input || _audioOutput + imageOutput > _output || images > input)
            return null;
        var onTop = Math.Max(0, _total - input - _output);
        // Whether cached tokens were text or images is not told: as text they cost no more.
        images = Math.Min(images, input - _cached - _cacheWrite - _audioInput);
        return new WireUsage(input - _cached - _cacheWrite - _audioInput - images, _cached, _cacheWrite, _output - _audioOutput - imageOutput + onTop,
            Math.Min(Math.Max(_reasoning, onTop), _output + onTop), _audioInput, _audioOutput)
        {
            ImageInput = images,
            ImageOutput = imageOutput,
        };
    }

    private void TakeOfInput(in UsageFigure figure)
    {
        if (figure.Name.SequenceEqual("cached_tokens"u8))
            _cached = figure.Count;
        else if (figure.Name.SequenceEqual("cache_write_tokens"u8))
            _cacheWrite = figure.Count;
        else if (figure.Name.SequenceEqual("audio_tokens"u8))
            _audioInput = figure.Count;
        else if (figure.Name.SequenceEqual("image_tokens"u8))
            _imageInput = figure.Count;
    }

    private void TakeOfOutput(in UsageFigure figure)
    {
        _tellsOutput = true;
        if (figure.Name.SequenceEqual("reasoning_tokens"u8))
            _reasoning = figure.Count;
        else if (figure.Name.SequenceEqual("audio_tokens"u8))
            _audioOutput = figure.Count;
        else if (figure.Name.SequenceEqual("image_tokens"u8))
            _imageOutput = figure.Count;
    }
}
