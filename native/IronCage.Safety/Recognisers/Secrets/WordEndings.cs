namespace IronCage.Safety.Recognisers.Secrets;

/// <summary>With which three letters some words end. Words of other alphabets may end with any.</summary>
internal sealed class WordEndings
{
    private const int LetterBits = 5;
    private const int Count = 1 << (3 * LetterBits);

    private readonly ulong[] endings = new ulong[Count / 64];

    /// <param name="words">Words of two bytes or more.</param>
    public WordEndings(IEnumerable<byte[]> words)
    {
        foreach (byte[] word in words)
        {
            // Before a word of two letters may stand anything.
            int fewest = word.Length > 2 ? word[^3] : 0;
            int most = word.Length > 2 ? word[^3] : (1 << LetterBits) - 1;
            for (int third = fewest; third <= most; third++)
            {
                int place = Place(word[^1], word[^2], (byte)third);
                endings[place >> 6] |= 1UL << place;
            }
        }
    }

    /// <summary>Whether a text may end with one of the words, in any case.</summary>
    public bool MayEnd(ReadOnlySpan<byte> text)
    {
        if (text.Length < 2)
            return text.Length == 1 && text[0] >= 0x80;
        byte last = text[^1];
        byte second = text[^2];
        byte third = text.Length > 2 ? text[^3] : (byte)0;
        if ((last | second | third) >= 0x80)
            return true;
        int place = Place(last, second, third);
        return (endings[place >> 6] >> place & 1) != 0;
    }

    private static int Place(byte last, byte second, byte third) =>
        (last & ((1 << LetterBits) - 1)) | ((second & ((1 << LetterBits) - 1)) << LetterBits) | ((third & ((1 << LetterBits) - 1)) << (2 * LetterBits));
}
