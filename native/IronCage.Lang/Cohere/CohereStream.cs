using IronCage.Core.Text;
using IronCage.Lang.Sse;
using IronCage.Lang.Streams;

namespace IronCage.Lang.Cohere;

/// <summary>A streamed chat of the second API: events of a type each, the last of which tells the usage; servers may say <c>[DONE]</c> behind it.</summary>
/// <param name="newScreen">As of <see cref="LlmStream"/>.</param>
public sealed class CohereStream(Func<TextUse, ITextScreen>? newScreen) : SseStream(newScreen, hideUsage: false)
{
    private protected override bool TryRead(ReadOnlySpan<byte> data, int offset, StreamReading reading) =>
        data.TrimEnd((byte)' ').SequenceEqual("[DONE]"u8) || CohereEvent.TryRead(data, offset, reading);
}
