using System.Text;

namespace IronCage.Safety.Recognisers.Secrets;

/// <summary>Words in small letters, looked up by bytes without regard to the case of ASCII.</summary>
internal sealed class WordTable
{
    private readonly byte[]?[] slots;
    private readonly int mask;

    public WordTable(params string[] words)
    {
        int size = 16;
        while (size < words.Length * 3)
            size *= 2;
        slots = new byte[size][];
        mask = size - 1;
        foreach (string word in words)
        {
            byte[] bytes = Encoding.UTF8.GetBytes(word);
            int slot = Hash(bytes) & mask;
            while (slots[slot] is not null)
                slot = (slot + 1) & mask;
            slots[slot] = bytes;
            Longest = Math.Max(Longest, bytes.Length);
        }
    }

    /// <summary>The bytes of its longest word.</summary>
    public int Longest { get; }

    public IEnumerable<byte[]> Words => slots.OfType<byte[]>();

    public bool Has(ReadOnlySpan<byte> word)
    {
        if (word.Length > Longest)
            return false;
        for (int slot = Hash(word) & mask; slots[slot] is { } entry; slot = (slot + 1) & mask)
        {
            if (IsSame(entry, word))
                return true;
        }

        return false;
    }

    /// <summary>Whether a word of the table, four bytes long or longer, ends it.</summary>
    public bool HasEndOf(ReadOnlySpan<byte> word)
    {
        for (int i = 1; i <= word.Length - 4; i++)
        {
            if (Has(word[i..]))
                return true;
        }

        return false;
    }

    private static bool IsSame(byte[] entry, ReadOnlySpan<byte> word)
    {
        if (entry.Length != word.Length)
            return false;
        for (int i = 0; i < entry.Length; i++)
        {
            if (entry[i] != Lower(word[i]))
                return false;
        }

        return true;
    }

    private static int Hash(ReadOnlySpan<byte> word)
    {
        uint hash = 2166136261;
        foreach (byte b in word)
            hash = (hash ^ Lower(b)) * 16777619;
        return (int)(hash >> 8);
    }

    private static byte Lower(byte b) => (uint)(b - 'A') <= 25 ? (byte)(b | 0x20) : b;
}
