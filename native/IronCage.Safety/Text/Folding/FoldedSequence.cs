namespace IronCage.Safety.Text.Folding;

/// <summary>What a sequence of the text folds to.</summary>
/// <param name="Length">How many bytes of the text fold.</param>
/// <param name="Count">How many bytes they fold to: none for a character that cannot be seen, at most four, and fewer than <paramref name="Length"/>.</param>
/// <param name="Bytes">Those bytes, the first lowest.</param>
internal readonly record struct FoldedSequence(int Length, int Count, uint Bytes)
{
    public static FoldedSequence Nothing(int length) => new(length, 0, 0);

    public static FoldedSequence Ascii(int length, byte value) => new(length, 1, value);

    /// <summary>A character beyond ASCII as UTF-8.</summary>
    public static FoldedSequence Utf8(int length, int codePoint)
    {
        var c = (uint)codePoint;
        return c switch
        {
            < 0x800 => new(length, 2, 0x80C0 | c >> 6 | (c & 0x3F) << 8),
            < 0x10000 => new(length, 3, 0x8080E0 | c >> 12 | (c >> 6 & 0x3F) << 8 | (c & 0x3F) << 16),
            _ => new(length, 4, 0x808080F0 | c >> 18 | (c >> 12 & 0x3F) << 8 | (c >> 6 & 0x3F) << 16 | (c & 0x3F) << 24),
        };
    }
}
