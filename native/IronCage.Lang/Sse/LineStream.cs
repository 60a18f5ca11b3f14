using IronCage.Core.Text;
using IronCage.Lang.Streams;

namespace IronCage.Lang.Sse;

/// <summary>A streamed answer whose events are lines of JSON, without any field around it (application/x-ndjson).</summary>
public abstract class LineStream : JsonEventStream
{
    /// <param name="newScreen">As of <see cref="LlmStream"/>.</param>
    private protected LineStream(Func<TextUse, ITextScreen>? newScreen)
        : base(newScreen, hideUsage: false)
    {
    }

    private protected sealed override int EventLength(ReadOnlySpan<byte> bytes, int looked) =>
        bytes[looked..].IndexOf((byte)'\n') is var end and >= 0 ? looked + end + 1 : 0;

    private protected sealed override void Accept(byte[] raw)
    {
        var length = raw.AsSpan().TrimEnd(" \t\r\n"u8).Length;
        if (length == 0)
            Enqueue(new StreamEvent(raw, hidden: false));
        else
            AcceptData(raw, 0..length, null);
    }
}
