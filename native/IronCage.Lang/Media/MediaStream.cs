using IronCage.Core.Text;
using IronCage.Lang.Sse;
using IronCage.Lang.Streams;

namespace IronCage.Lang.Media;

/// <summary>A streamed answer of images, speech or a transcription: events of a type each, the last of which tells the usage.</summary>
/// <param name="newScreen">As of <see cref="LlmStream"/>.</param>
public sealed class MediaStream(Func<TextUse, ITextScreen>? newScreen) : SseStream(newScreen, hideUsage: false)
{
    private bool _isTold;

    private protected override bool TryRead(ReadOnlySpan<byte> data, int offset, StreamReading reading)
    {
        if (data.TrimEnd((byte)' ').SequenceEqual("[DONE]"u8))
            return true;
        var read = MediaEvent.TryRead(data, offset, reading, _isTold);
        _isTold |= reading.Segments.Exists(segment => segment.Grows);
        return read;
    }
}
