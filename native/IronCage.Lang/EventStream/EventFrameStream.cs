using IronCage.Core.Text;
using IronCage.Lang.Streams;

namespace IronCage.Lang.EventStream;

/// <summary>
/// A streamed answer of <c>application/vnd.amazon.eventstream</c>. Messages in which nothing is edited are handed on as they came, others with the lengths and checksums of
/// what they hold now. A message that is none (a wrong checksum, an impossible length) damages the stream: where the next one begins is not known.
/// </summary>
public abstract class EventFrameStream : LlmStream
{
    /// <param name="newScreen">As of <see cref="LlmStream"/>.</param>
    private protected EventFrameStream(Func<TextUse, ITextScreen>? newScreen)
        : base(newScreen, hideUsage: false)
    {
    }

    /// <summary>Reads a payload; false when it is nothing of the protocol, whatever was filled in by then.</summary>
    /// <param name="type">What the event is.</param>
    /// <param name="payload">What it holds.</param>
    /// <param name="reading">Receives what it says. Segments count from the payload's beginning.</param>
    private protected abstract bool TryRead(string type, ReadOnlySpan<byte> payload, StreamReading reading);

    /// <summary>Where the payload of an event holds another in base64: its place, and what it is decoded. Null where it holds none; an empty place where it should and does not.</summary>
    private protected virtual (Range Place, byte[] Inside)? Open(string type, ReadOnlySpan<byte> payload) => null;

    private protected sealed override int EventLength(ReadOnlySpan<byte> bytes, int looked) => EventFrame.Length(bytes);

    private protected sealed override void Accept(byte[] raw)
    {
        var frame = EventFrame.Of(raw);
        var (type, isError) = Head(frame);
        var payload = raw[frame.Payload];
        Func<byte[], byte[]> wrap = edited => frame.WithPayload(edited);
        if (payload.Length == 0)
        {
            Reading.Clear();
            Reading.IsError = isError;
            AcceptReading(raw, null);
            return;
        }
        if (!isError && Open(type, payload) is { } opened)
        {
            var (place, whole) = (opened.Place, payload);
            if (place.Equals(default))
            {
                Damaged(raw); // what nobody can decode here may be read elsewhere
                return;
            }
            ScreenAround(whole);
            payload = opened.Inside;
            wrap = edited => frame.WithPayload([.. whole[..place.Start], .. System.Text.Encoding.ASCII.GetBytes(Convert.ToBase64String(edited)), .. whole[place.End..]]);
        }
        Reading.Clear();
        if (!(isError ? EventPayload.TryReadWhole(payload, Reading) : TryRead(type, payload, Reading)))
        {
            Unreadable(payload, 0..payload.Length, raw, wrap);
            return;
        }
        Reading.IsError |= isError;
        Facts?.Read(payload);
        AcceptReading(payload, raw, wrap);
    }

    /// <summary>An incomplete message is no event, and cannot be checked: nobody gets it, but its texts are screened and counted.</summary>
    private protected sealed override void AcceptRest(byte[] rest) => Unreadable(rest, 0..rest.Length, null, hidden: true);

    /// <summary>What the headers say. Strings that are none of the protocol's names are screened, and stay.</summary>
    private (string Type, bool IsError) Head(in EventFrame frame)
    {
        var (type, isError) = ("", false);
        foreach (var (name, value) in frame.Strings())
        {
            switch (name)
            {
                case ":event-type" or ":exception-type":
                    type = System.Text.Encoding.UTF8.GetString(value);
                    break;
                case ":message-type":
                    isError = !value.AsSpan().SequenceEqual("event"u8);
                    break;
                case ":content-type" or ":error-code":
                    break;
                default:
                    Reading.Clear();
                    if (value.Length > 0)
                        Reading.Segments.Add(new StreamSegment(0, new TextSpan(0, value.Length, Escaped: false)) { Group = -1, Use = new TextUse(TextRole.Other, IsSigned: true) });
                    Queue(value, null, hidden: true);
                    break;
            }
        }
        return (type, isError);
    }

    /// <summary>Strings beside what a payload wraps are screened, and stay.</summary>
    private void ScreenAround(byte[] payload)
    {
        Reading.Clear();
        if (!EventPayload.TryReadWhole(payload, Reading, except: "bytes"u8) || Reading.Segments.Count == 0)
            return;
        var segments = System.Runtime.InteropServices.CollectionsMarshal.AsSpan(Reading.Segments);
        foreach (ref var segment in segments)
            segment = segment with { Use = new TextUse(TextRole.Other, IsSigned: true) };
        Queue(payload, null, hidden: true);
    }
}
