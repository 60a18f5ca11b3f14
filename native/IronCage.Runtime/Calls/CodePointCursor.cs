namespace IronCage.Runtime.Calls;

/// <summary>Tells places of one text in code points; they are asked for in ascending order, so every byte is counted once.</summary>
public ref struct CodePointCursor(ReadOnlySpan<byte> utf8)
{
    private readonly ReadOnlySpan<byte> _utf8 = utf8;
    private int _counted;
    private int _codePoints;

    /// <summary>How many code points stand before a byte.</summary>
    public int At(int place)
    {
        _codePoints += CodePoints.Count(_utf8[_counted..place]);
        _counted = place;
        return _codePoints;
    }
}
