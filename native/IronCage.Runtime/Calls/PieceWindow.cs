namespace IronCage.Runtime.Calls;

/// <summary>The bytes of a text that arrives in pieces, as far as they are still needed, and how many code points stood before them.</summary>
internal sealed class PieceWindow
{
    private const int LeastCapacity = 256;

    private byte[] _bytes = [];
    private int _length;

    /// <summary>The bytes that are done with; they go when a piece comes, not at every finding.</summary>
    private int _done;
    private long _start;

    /// <summary>The code points before what is not done with.</summary>
    public long CodePointCount { get; private set; }

    /// <summary>Takes the next piece.</summary>
    public void Append(ReadOnlySpan<byte> piece)
    {
        _bytes.AsSpan(_done, _length - _done).CopyTo(_bytes);
        _length -= _done;
        _start += _done;
        _done = 0;
        var needed = _length + piece.Length;
        if (_bytes.Length < needed)
            Array.Resize(ref _bytes, Math.Max(needed, Math.Max(LeastCapacity, 2 * _bytes.Length)));
        piece.CopyTo(_bytes.AsSpan(_length));
        _length = needed;
    }

    /// <summary>Is done with what stands before a place of the whole text; how many code points that is.</summary>
    public long Advance(long to)
    {
        var until = (int)Math.Min(to - _start, _length);
        if (until > _done)
        {
            CodePointCount += CodePoints.Count(_bytes.AsSpan(_done, until - _done));
            _done = until;
        }
        return CodePointCount;
    }

    /// <summary>The bytes from what is done with to a place of the whole text.</summary>
    public ReadOnlySpan<byte> Until(long end) => _bytes.AsSpan(_done, (int)(end - _start) - _done);
}
