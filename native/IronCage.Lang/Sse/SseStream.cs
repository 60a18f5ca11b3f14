using IronCage.Core.Text;
using IronCage.Lang.Streams;

namespace IronCage.Lang.Sse;

/// <summary>A streamed answer of server-sent events.</summary>
public abstract class SseStream : JsonEventStream
{
    /// <param name="newScreen">As of <see cref="LlmStream"/>.</param>
    /// <param name="hideUsage">As of <see cref="LlmStream"/>.</param>
    private protected SseStream(Func<TextUse, ITextScreen>? newScreen, bool hideUsage)
        : base(newScreen, hideUsage)
    {
    }

    private protected sealed override int EventLength(ReadOnlySpan<byte> bytes, int looked) => SseFraming.EventLength(bytes, looked);

    private protected sealed override void Accept(byte[] raw)
    {
        if (!SseFraming.TryFindData(raw, out var data, out var single))
        {
            Foreign(raw);
            return;
        }
        if (single)
        {
            AcceptData(raw, data, null);
            return;
        }
        // Several data lines are one object over several lines, or, from servers that forget the blank line, an event each.
        var joined = SseFraming.Join(raw);
        SseFraming.TryFindData(joined, out data, out _);
        Reading.Clear();
        if (TryRead(joined.AsSpan()[data], data.Start.Value, Reading))
        {
            Facts?.Read(joined.AsSpan()[data]);
            AcceptReading(joined, raw);
            return;
        }
        foreach (var line in SseFraming.Lines(raw))
        {
            var part = raw[line];
            if (SseFraming.TryFindData(part, out data, out _))
                AcceptData(part, data, null);
            else
                Foreign(part);
        }
    }

    /// <summary>An event without data: comments and fields of the protocol pass; anything else is no event at all, and screened as one text.</summary>
    private void Foreign(byte[] raw)
    {
        foreach (var line in SseFraming.Lines(raw))
        {
            var text = raw.AsSpan()[line].TrimEnd("\r\n"u8);
            if (text.StartsWith("\uFEFF"u8))
                text = text[3..];
            if (text.IsEmpty || text[0] == (byte)':' || text.StartsWith("event:"u8) || text.StartsWith("id:"u8) || text.StartsWith("retry:"u8))
                continue;
            Unreadable(raw, 0..raw.Length, null);
            return;
        }
        Enqueue(new StreamEvent(raw, hidden: false));
    }
}
