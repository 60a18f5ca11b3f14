using IronCage.Core.Text;
using IronCage.Lang.Sse;
using IronCage.Lang.Streams;

namespace IronCage.Lang.Anthropic;

/// <summary>A streamed message: its usage begins with the first event and is completed near the end; <c>message_stop</c> ends it.</summary>
/// <param name="newScreen">As of <see cref="LlmStream"/>; thinking is signed.</param>
public sealed class MessagesStream(Func<TextUse, ITextScreen>? newScreen) : SseStream(newScreen, hideUsage: false)
{
    private MessagesUsage _told;
    private MessagesUsage _usage;

    private protected override bool TryRead(ReadOnlySpan<byte> data, int offset, StreamReading reading) => MessagesEvent.TryRead(data, offset, reading, out _told);

    private protected override void TakeUsage(StreamReading reading)
    {
        _usage.Take(_told);
        Usage = _usage.ToWire();
    }
}
