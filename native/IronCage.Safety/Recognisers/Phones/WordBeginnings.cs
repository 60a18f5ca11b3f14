using IronCage.Safety.Text;

namespace IronCage.Safety.Recognisers.Phones;

/// <summary>
/// The first five letters of some words: tells in a few instructions per byte that none of them stands in a text. Most numbers have no such word beside them, and
/// asking for context costs more.
/// </summary>
internal sealed class WordBeginnings
{
    private const int LetterBits = 5;
    private const int Letters = 5;
    private const int TableBits = 16;

    private readonly ulong[] known = new ulong[(1 << TableBits) / 64];

    /// <param name="phrases">Words and phrases. Those with letters beyond ASCII need not be known: texts with such letters are not judged.</param>
    public WordBeginnings(IEnumerable<string> phrases)
    {
        foreach (string phrase in phrases.Where(phrase => phrase.All(char.IsAscii)))
        {
            string[] words = phrase.Split(' ');
            string longest = words.MaxBy(word => word.Length)!;
            Add(longest);
            Add(longest + "s");
            Add(string.Concat(words));
        }
    }

    /// <summary>Whether one of the words may stand in <paramref name="text"/>.</summary>
    public bool MayHold(ReadOnlySpan<byte> text)
    {
        uint following = 0;
        for (int i = text.Length - 1; i >= 0; i--)
        {
            byte b = text[i];
            if (b >= 0x80)
                return true;
            if (!ByteClass.IsLetter(b))
            {
                following = 0;
                continue;
            }

            uint key = ((b & 0x1Fu) << (LetterBits * (Letters - 1))) | following;
            bool isStart = i == 0 || !ByteClass.IsLetter(text[i - 1]);

            // A capital begins a word as well: homePhone.
            bool isHump = !isStart && ByteClass.IsUpper(b);
            if ((isStart || isHump) && Has(key))
                return true;
            following = isHump && !ByteClass.IsUpper(text[i - 1]) ? 0 : key >> LetterBits;
        }

        return false;
    }

    private static uint Slot(uint key) => (key * 0x9E3779B1) >> (32 - TableBits);

    private bool Has(uint key)
    {
        uint slot = Slot(key);
        return (known[slot >> 6] >> (int)(slot & 63) & 1) != 0;
    }

    private void Add(string word)
    {
        uint key = 0;
        for (int i = 0; i < Letters; i++)
            key = (key << LetterBits) | (i < word.Length && char.IsAsciiLetter(word[i]) ? word[i] & 0x1Fu : 0);
        uint slot = Slot(key);
        known[slot >> 6] |= 1UL << (int)(slot & 63);
    }
}
