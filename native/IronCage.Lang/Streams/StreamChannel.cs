using IronCage.Core.Text;

namespace IronCage.Lang.Streams;

/// <summary>One text that arrives over many events (the content of a choice, the arguments of a tool call), with what its screen has decided.</summary>
internal sealed class StreamChannel(ITextScreen screen, long group)
{
    /// <summary>The part of the answer that it belongs to; all its texts end together.</summary>
    public long Group => group;

    /// <summary>Bytes of text that arrived.</summary>
    public long Length { get; private set; }

    /// <summary>Bytes of text before which nothing will be edited any more.</summary>
    public long Decided { get; private set; }

    /// <summary>Edits that still concern text that was not handed on.</summary>
    public List<TextEdit> Edits { get; } = [];

    public void Push(ReadOnlySpan<byte> piece, bool final)
    {
        Length += piece.Length;
        Decided = Math.Max(Decided, screen.Push(piece, final, Edits));
    }

    /// <summary>Forgets edits that end before <paramref name="end"/>: their text was handed on.</summary>
    public void Release(long end)
    {
        var done = 0;
        while (done < Edits.Count && Edits[done].End <= end)
            done++;
        if (done > 0)
            Edits.RemoveRange(0, done);
    }
}
