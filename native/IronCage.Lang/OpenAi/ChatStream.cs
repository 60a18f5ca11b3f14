using IronCage.Core.Text;
using IronCage.Lang.Sse;
using IronCage.Lang.Streams;

namespace IronCage.Lang.OpenAi;

/// <summary>A streamed chat-completions answer: chunks, and <c>[DONE]</c> at the end.</summary>
/// <param name="newScreen">As of <see cref="LlmStream"/>; nothing here is signed.</param>
/// <param name="hideUsage">The usage event was asked for on the caller's behalf and is not handed on.</param>
/// <param name="choices">How many choices were asked for.</param>
public sealed class ChatStream(Func<TextUse, ITextScreen>? newScreen, bool hideUsage, int choices = 1) : SseStream(newScreen, hideUsage)
{
    private protected override int Choices => choices;

    private protected override bool TryRead(ReadOnlySpan<byte> data, int offset, StreamReading reading)
    {
        if (!data.TrimEnd((byte)' ').SequenceEqual("[DONE]"u8))
            return ChatChunk.TryRead(data, offset, reading);
        reading.IsEnd = true;
        return true;
    }
}
