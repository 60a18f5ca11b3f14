using IronCage.Core.Text;

namespace IronCage.Lang.Streams;

/// <summary>A streamed answer whose events are JSON texts in a framing of text.</summary>
public abstract class JsonEventStream : LlmStream
{
    private protected JsonEventStream(Func<TextUse, ITextScreen>? newScreen, bool hideUsage)
        : base(newScreen, hideUsage)
    {
    }

    /// <summary>Reads the data of an event; false when it is nothing of the protocol, whatever was filled in by then. Segments count from the event's beginning.</summary>
    private protected abstract bool TryRead(ReadOnlySpan<byte> data, int offset, StreamReading reading);

    /// <summary>Takes an event whose data stands at a place of it.</summary>
    private protected void AcceptData(byte[] raw, Range data, byte[]? original)
    {
        Reading.Clear();
        if (!TryRead(raw.AsSpan()[data], data.Start.Value, Reading))
        {
            Unreadable(raw, data, original);
            return;
        }
        Facts?.Read(raw.AsSpan()[data]);
        AcceptReading(raw, original);
    }
}
