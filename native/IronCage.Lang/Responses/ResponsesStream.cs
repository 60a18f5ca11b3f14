using IronCage.Core.Text;
using IronCage.Lang.Sse;
using IronCage.Lang.Streams;

namespace IronCage.Lang.Responses;

/// <summary>
/// A streamed response: every text comes in pieces, then whole where its part, its item and the response end. The response that is told last has the usage; it is
/// <c>response.completed</c>, <c>.incomplete</c> or <c>.failed</c>.
/// </summary>
/// <param name="newScreen">As of <see cref="LlmStream"/>; nothing that is told to the caller is signed.</param>
public sealed class ResponsesStream(Func<TextUse, ITextScreen>? newScreen) : SseStream(newScreen, hideUsage: false)
{
    private readonly ToldTexts _told = new();

    private protected override bool TryRead(ReadOnlySpan<byte> data, int offset, StreamReading reading)
    {
        if (!data.TrimEnd((byte)' ').SequenceEqual("[DONE]"u8)) // some compatible servers
            return ResponsesEvent.TryRead(data, offset, reading, _told);
        reading.IsEnd = true;
        return true;
    }

    private protected override void TakeUsage(StreamReading reading)
    {
        if (reading.Usage is { } usage)
            Usage = usage with { Searches = reading.Searches };
    }
}
