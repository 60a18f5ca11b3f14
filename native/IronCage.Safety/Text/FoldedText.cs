namespace IronCage.Safety.Text;

/// <summary>Folds one text, whole or in pieces, by <see cref="TextFold"/>, and tells which place of the text a folded place is. A text without anything to fold is not copied.</summary>
internal sealed class FoldedText
{
    private readonly List<(long At, int Extra)> _shifts = [];
    private readonly byte[] _carry = new byte[TextFold.Longest];
    private byte[] _folded = [];
    private int _carried;
    private long _length;
    private long _settled;

    /// <summary>Forgets everything, for the next text.</summary>
    public void Reset()
    {
        _shifts.Clear();
        _carried = 0;
        _length = _settled = 0;
    }

    /// <summary>The next folded bytes; a sequence that the end of the piece cuts comes with the next one.</summary>
    public ReadOnlySpan<byte> Push(ReadOnlySpan<byte> piece, bool final)
    {
        if (_carried == 0 && TextFold.IndexOf(piece, final) < 0)
        {
            _length += piece.Length;
            return piece;
        }
        return Fold(piece, final);
    }

    private ReadOnlySpan<byte> Fold(ReadOnlySpan<byte> piece, bool final)
    {
        byte[] joined = [.. _carry.AsSpan(0, _carried), .. piece];
        _carried = 0;
        if (_folded.Length < joined.Length)
            _folded = new byte[joined.Length];
        ReadOnlySpan<byte> rest = joined;
        int count = 0;
        while (!rest.IsEmpty)
        {
            int plain = TextFold.IndexOf(rest, final);
            if (plain != 0)
            {
                plain = plain < 0 ? rest.Length : plain;
                rest[..plain].CopyTo(_folded.AsSpan(count));
                count += plain;
                rest = rest[plain..];
                continue;
            }
            if (TextFold.Read(rest, final, out int length, out int folded) == MatchState.NeedMore)
            {
                rest.CopyTo(_carry);
                _carried = rest.Length;
                break;
            }
            if (folded > 0xFF)
                _folded[count++] = (byte)(folded >> 8);
            _folded[count++] = (byte)folded;
            _shifts.Add((_length + count - 1, length - (folded > 0xFF ? 2 : 1)));
            rest = rest[length..];
        }
        _length += count;
        return _folded.AsSpan(0, count);
    }

    /// <summary>The place in the text: of the byte at <paramref name="folded"/>, or of the end before it.</summary>
    public long Unfold(long folded)
    {
        long place = folded + _settled;
        foreach (var (at, extra) in _shifts)
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
        while (past < _shifts.Count && _shifts[past].At < folded)
            _settled += _shifts[past++].Extra;
        _shifts.RemoveRange(0, past);
    }
}
