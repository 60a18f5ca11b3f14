namespace IronCage.Safety.Text;

/// <summary>Folds one text, whole or in pieces, by <see cref="TextFold"/>, and tells which place of the text a folded place is. A text without anything to fold is not copied.</summary>
internal sealed class FoldedText
{
    private const int KeptCapacity = 1 << 20;

    private readonly List<(long At, int Extra)> shifts = [];
    private readonly byte[] carry = new byte[TextFold.Longest];
    private byte[] output = [];
    private int carried;
    private long total;
    private long settled;

    /// <summary>Forgets everything, for the next text.</summary>
    public void Reset()
    {
        shifts.Clear();
        carried = 0;
        total = settled = 0;
        if (output.Length > KeptCapacity)
            output = [];
    }

    /// <summary>The next folded bytes; a sequence that the end of the piece cuts comes with the next one.</summary>
    public ReadOnlySpan<byte> Push(ReadOnlySpan<byte> piece, bool final)
    {
        if (carried == 0 && TextFold.IndexOf(piece, final) < 0)
        {
            total += piece.Length;
            return piece;
        }
        return Fold(piece, final);
    }

    private ReadOnlySpan<byte> Fold(ReadOnlySpan<byte> piece, bool final)
    {
        byte[] joined = carried == 0 ? [] : [.. carry.AsSpan(0, carried), .. piece];
        ReadOnlySpan<byte> rest = carried == 0 ? piece : joined;
        carried = 0;
        if (output.Length < rest.Length)
            output = new byte[rest.Length];
        int count = 0;
        while (!rest.IsEmpty)
        {
            int plain = TextFold.IndexOf(rest, final);
            if (plain != 0)
            {
                plain = plain < 0 ? rest.Length : plain;
                rest[..plain].CopyTo(output.AsSpan(count));
                count += plain;
                rest = rest[plain..];
                continue;
            }
            if (TextFold.Read(rest, final, out int length, out int folded) == MatchState.NeedMore)
            {
                rest.CopyTo(carry);
                carried = rest.Length;
                break;
            }
            if (folded > 0xFF)
                output[count++] = (byte)(folded >> 8);
            output[count++] = (byte)folded;
            shifts.Add((total + count - 1, length - (folded > 0xFF ? 2 : 1)));
            rest = rest[length..];
        }
        total += count;
        return output.AsSpan(0, count);
    }

    /// <summary>The place in the text: of the byte at <paramref name="folded"/>, or of the end before it.</summary>
    public long Unfold(long folded)
    {
        long place = folded + settled;
        foreach (var (at, extra) in shifts)
        {
            if (at >= folded)
                break;
            place += extra;
        }
        return place;
    }

    /// <summary>No place before <paramref name="folded"/> will be asked for any more.</summary>
    public void Settle(long folded)
    {
        int past = 0;
        while (past < shifts.Count && shifts[past].At < folded)
            settled += shifts[past++].Extra;
        shifts.RemoveRange(0, past);
    }
}
