using IronCage.Safety.Resolution;
using IronCage.Safety.Text.Folding;

namespace IronCage.Safety.Text;

/// <summary>Folds one text, whole or in pieces, by <see cref="TextFold"/>, and tells which place of the text a folded place is. A text without anything to fold is not copied.</summary>
internal sealed class FoldedText
{
    private const int KeptCapacity = 1 << 18;

    private readonly PlaceShifts shifts = new();
    private readonly byte[] carry = new byte[TextFold.Longest];
    private byte[] joined = [];
    private int carried;

    /// <summary>The last folded bytes of earlier pieces, for what comes after them, then those of the last piece.</summary>
    private byte[] output = new byte[TextFold.LeftReach];
    private int end;
    private long total;

    /// <summary>Forgets everything, for the next text.</summary>
    public void Reset()
    {
        shifts.Reset();
        carried = end = 0;
        total = 0;
        if (output.Length > KeptCapacity)
            output = new byte[TextFold.LeftReach];
        if (joined.Length > KeptCapacity)
            joined = [];
    }

    /// <summary>The next folded bytes, valid until the next call; a sequence that the end of the piece cuts comes with the next one.</summary>
    public ReadOnlySpan<byte> Push(ReadOnlySpan<byte> piece, bool final)
    {
        if (end > TextFold.LeftReach)
        {
            output.AsSpan(end - TextFold.LeftReach, TextFold.LeftReach).CopyTo(output);
            end = TextFold.LeftReach;
        }

        if (carried == 0 && !Changes(piece, final))
        {
            total += piece.Length;
            if (!final)
                Keep(piece);
            return piece;
        }

        int from = end;
        Fold(Join(piece), final);
        total += end - from;
        return output.AsSpan(from, end - from);
    }

    /// <summary>Whether places in the folded text are those in the text as it is.</summary>
    public bool IsPlain => shifts.IsEmpty;

    /// <summary>A candidate at its place in the text: with what folds to nothing inside it, not before or behind it. To be asked in ascending order.</summary>
    public StreamFinding Unfold(in Candidate found)
    {
        if (shifts.IsEmpty)
            return new StreamFinding(found.Kind, found.Start, found.End, found.Score, found.Evidence);
        shifts.Settle(found.Start);
        long start = found.Start + shifts.Before(found.Start, inclusive: true);
        long finish = found.End + shifts.Before(found.End, inclusive: false);
        Evidence decoded = finish - start > found.Length ? Evidence.Decoded : Evidence.None;
        return new StreamFinding(found.Kind, start, finish, found.Score, found.Evidence | decoded);
    }

    /// <summary>The place in the text where what ends before <paramref name="folded"/> ends; no earlier place may be asked for any more.</summary>
    public long UnfoldEnd(long folded)
    {
        shifts.Settle(folded);
        return folded + shifts.Before(folded, inclusive: false);
    }

    /// <summary>The place in the text behind everything that the bytes before <paramref name="folded"/> stand for; no earlier place may be asked for any more.</summary>
    public long Unfold(long folded)
    {
        shifts.Settle(folded);
        return folded + shifts.Before(folded, inclusive: true);
    }

    /// <summary>Whether something in the next piece folds. Where earlier pieces may decide about it, as if it did.</summary>
    public bool Changes(ReadOnlySpan<byte> piece, bool final)
    {
        var search = new FoldSearch(piece, end == 0 ? (byte)0 : output[end - 1]);
        while (search.Next(out int place))
        {
            if (end > 0 && place < TextFold.LeftReach)
                return true;
            if (TextFold.Read(piece[..place], piece[place..], final, out _) != MatchState.NoMatch)
                return true;
        }

        return false;
    }

    private void Keep(ReadOnlySpan<byte> piece)
    {
        ReadOnlySpan<byte> last = piece[Math.Max(0, piece.Length - TextFold.LeftReach)..];
        int old = Math.Min(end, TextFold.LeftReach - last.Length);
        output.AsSpan(end - old, old).CopyTo(output);
        last.CopyTo(output.AsSpan(old));
        end = old + last.Length;
    }

    private ReadOnlySpan<byte> Join(ReadOnlySpan<byte> piece)
    {
        if (carried == 0)
            return piece;
        int length = carried + piece.Length;
        if (joined.Length < length)
            joined = new byte[length];
        carry.AsSpan(0, carried).CopyTo(joined);
        piece.CopyTo(joined.AsSpan(carried));
        carried = 0;
        return joined.AsSpan(0, length);
    }

    private void Fold(ReadOnlySpan<byte> text, bool final)
    {
        if (output.Length < end + text.Length)
            Array.Resize(ref output, end + text.Length);
        long origin = total - end;
        var search = new FoldSearch(text, end == 0 ? (byte)0 : output[end - 1]);
        int done = 0;
        while (search.Next(out int place))
        {
            Copy(text[done..place]);
            done = place;
            MatchState state;
            while ((state = TextFold.Read(output.AsSpan(0, end), text[done..], final, out FoldedSequence folded)) == MatchState.Match)
            {
                Write(folded, origin);
                done += folded.Length;
                if (done == text.Length || !FoldSearch.IsPossible(text[done..]))
                    break;
            }

            if (state == MatchState.NeedMore)
            {
                text[done..].CopyTo(carry);
                carried = text.Length - done;
                return;
            }

            search.SkipTo(Math.Max(done, place + 1));
        }

        Copy(text[done..]);
    }

    private void Copy(ReadOnlySpan<byte> plain)
    {
        plain.CopyTo(output.AsSpan(end));
        end += plain.Length;
    }

    private void Write(in FoldedSequence folded, long origin)
    {
        uint bytes = folded.Bytes;
        for (int i = 0; i < folded.Count; i++, bytes >>= 8)
            output[end++] = (byte)bytes;
        if (folded.Count == 0)
            shifts.AddBetween(origin + end, folded.Length);
        else
            shifts.AddWithin(origin + end, folded.Length - folded.Count);
    }
}
