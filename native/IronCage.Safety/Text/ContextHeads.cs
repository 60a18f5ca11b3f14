namespace IronCage.Safety.Text;

/// <summary>With which three ASCII letters, of a word of which length, a context word or phrase can begin: most words of a text begin with others, and are not hashed.</summary>
internal sealed class ContextHeads
{
    private const int Letters = 3;
    private const int LetterBits = 5;
    private const int LengthBits = 6;
    private const int TableBits = 16;

    private readonly ulong[] heads = new ulong[1 << (TableBits - 6)];

    /// <summary>Enters a phrase, or the words with which one begins; also its plural.</summary>
    /// <param name="joined">The words without what joins them.</param>
    public void Add(ReadOnlySpan<byte> joined)
    {
        Enter(joined);
        Enter([.. joined, (byte)'s']);
    }

    /// <summary>Whether a phrase can begin with this word, which is of ASCII letters.</summary>
    public bool MayBegin(ReadOnlySpan<byte> word)
    {
        int place = Place(word);
        return (heads[place >> 6] >> place & 1) != 0;
    }

    private void Enter(ReadOnlySpan<byte> joined)
    {
        int place = Place(joined);
        heads[place >> 6] |= 1UL << place;
    }

    private static int Place(ReadOnlySpan<byte> word)
    {
        uint head = (uint)(word[0] & 31) | ((uint)word.Length << (Letters * LetterBits) & ((1U << (Letters * LetterBits + LengthBits)) - 1));
        if (word.Length > 1)
            head |= (uint)(word[1] & 31) << LetterBits;
        if (word.Length > 2)
            head |= (uint)(word[2] & 31) << (2 * LetterBits);
        return (int)((head * 0x9E3779B1U) >> (32 - TableBits));
    }
}
