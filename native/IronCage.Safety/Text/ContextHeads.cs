namespace IronCage.Safety.Text;

/// <summary>With which three ASCII letters a context word or phrase can begin: most words of a text begin with others, and are not hashed.</summary>
internal sealed class ContextHeads
{
    private const int Letters = 3;
    private const int LetterBits = 5;

    private readonly ulong[] heads = new ulong[1 << ((Letters * LetterBits) - 6)];

    /// <summary>Enters a phrase, or the words with which one begins; also its plural.</summary>
    /// <param name="joined">The words without what joins them.</param>
    public void Add(ReadOnlySpan<byte> joined)
    {
        Enter(joined);
        if (joined.Length < Letters)
            Enter([.. joined, (byte)'s']);
    }

    /// <summary>Whether a phrase can begin with this word, which is of ASCII letters.</summary>
    public bool MayBegin(ReadOnlySpan<byte> word)
    {
        int head = Head(word);
        return (heads[head >> 6] >> head & 1) != 0;
    }

    private void Enter(ReadOnlySpan<byte> joined)
    {
        int head = Head(joined);
        heads[head >> 6] |= 1UL << head;
    }

    private static int Head(ReadOnlySpan<byte> word)
    {
        int head = word[0] & 31;
        if (word.Length > 1)
            head |= (word[1] & 31) << LetterBits;
        return word.Length > 2 ? head | ((word[2] & 31) << (2 * LetterBits)) : head;
    }
}
