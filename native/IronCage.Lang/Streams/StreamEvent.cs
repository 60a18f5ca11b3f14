using IronCage.Core.Text;

namespace IronCage.Lang.Streams;

/// <summary>One event of a stream that waits until all its texts are decided.</summary>
internal sealed class StreamEvent(byte[] raw, bool hidden)
{
    /// <summary>What the segments stand in: the event, of server-sent ones with one data line (several are joined), or what it wraps.</summary>
    public byte[] Raw { get; } = raw;

    /// <summary>Not handed on: the usage that we asked for on the caller's behalf.</summary>
    public bool IsHidden { get; } = hidden;

    /// <summary>The bytes to hand on when nothing is edited, where they differ from <see cref="Raw"/>.</summary>
    public byte[]? Original { get; init; }

    /// <summary>Makes an event of <see cref="Raw"/> after edits, where that is only its inside.</summary>
    public Func<byte[], byte[]>? Wrap { get; init; }

    /// <summary>Bytes that it keeps in memory.</summary>
    public int Size => Raw.Length + (Original?.Length ?? 0);

    public StreamSegment[] Segments { get; init; } = [];

    /// <summary>Places of <c>logprobs</c> values in <see cref="Raw"/>.</summary>
    public Range[] LogProbabilities { get; init; } = [];

    public bool IsDecided
    {
        get
        {
            foreach (ref readonly var segment in Segments.AsSpan())
            {
                if (segment.Channel!.Decided < segment.TextEnd)
                    return false;
            }
            return true;
        }
    }

    /// <summary>The event as it is handed on. <paramref name="edited"/>: whether an event of the stream was edited; log probabilities, which repeat the text, go from then on.</summary>
    public ReadOnlyMemory<byte> Release(ref bool edited)
    {
        if (IsHidden)
            return default;
        List<RawEdit>? edits = null;
        foreach (ref readonly var segment in Segments.AsSpan())
        {
            var local = Local(segment);
            if (local.Count > 0)
                segment.Place.ToRaw(Raw, local, edits ??= []);
            segment.Channel!.Release(segment.TextEnd);
        }
        edited |= edits is not null;
        if (edits is null && (!edited || LogProbabilities.Length == 0))
            return Original ?? Raw;
        edits ??= [];
        foreach (var place in LogProbabilities)
        {
            edits.RemoveAll(edit => edit.Start >= place.Start.Value && edit.End <= place.End.Value); // what goes as a whole needs no edit inside
            edits.Add(RawEdits.Empty(Raw, place));
        }
        var inside = RawEdits.Apply(Raw, edits);
        return Wrap is null ? inside : Wrap(inside);
    }

    /// <summary>The channel's edits as far as they concern this segment. An edit over several segments puts its replacement into the first.</summary>
    private static List<TextEdit> Local(in StreamSegment segment)
    {
        var local = new List<TextEdit>();
        foreach (var edit in segment.Channel!.Edits)
        {
            if (edit.Start >= segment.TextEnd)
                break;
            if (edit.End <= segment.TextStart)
                continue;
            var begins = edit.Start >= segment.TextStart;
            local.Add(new TextEdit(
                begins ? edit.Start - segment.TextStart : 0,
                Math.Min(edit.End, segment.TextEnd) - segment.TextStart,
                begins ? edit.Replacement : default));
        }
        return local;
    }
}
