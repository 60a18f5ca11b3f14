using IronCage.Core.Text;
using IronCage.Lang.Sse;
using IronCage.Lang.Streams;

namespace IronCage.Lang.Cohere;

/// <summary>A streamed chat of the first API: a line of JSON for each event, the last of which holds the whole answer again, and the usage.</summary>
/// <param name="newScreen">As of <see cref="LlmStream"/>.</param>
public sealed class FirstChatStream(Func<TextUse, ITextScreen>? newScreen) : LineStream(newScreen)
{
    private bool _wereCalled;

    private protected override bool TryRead(ReadOnlySpan<byte> data, int offset, StreamReading reading)
    {
        var isRead = FirstChatEvent.TryRead(data, offset, reading, _wereCalled, out var calls);
        _wereCalled |= calls;
        return isRead;
    }
}
