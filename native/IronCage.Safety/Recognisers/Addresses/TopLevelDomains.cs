using IronCage.Safety.Text;

namespace IronCage.Safety.Recognisers.Addresses;

/// <summary>Looks up top-level domains. Names are kept as hashes of 64 bits: the table is small, and a lookup compares no text.</summary>
internal static class TopLevelDomains
{
    private const int Size = 4096;
    private const int Longest = 63;

    private static readonly ulong[] Keys = new ulong[Size];
    private static readonly TopLevelKind[] Values = new TopLevelKind[Size];

    static TopLevelDomains()
    {
        Enter(TopLevelNames.Plain, TopLevelKind.Plain);
        Enter(TopLevelNames.Words, TopLevelKind.Word);
        Enter(TopLevelNames.FileEndings, TopLevelKind.FileEnding);
        Enter(TopLevelNames.Reserved, TopLevelKind.Reserved);
    }

    /// <summary>What a label is, in any case.</summary>
    public static TopLevelKind Find(ReadOnlySpan<byte> label)
    {
        if (label.Length is < 2 or > Longest)
            return TopLevelKind.None;
        if (label.Length > 5 && System.Text.Ascii.EqualsIgnoreCase(label[..4], "xn--"u8))
            return label[^1] == '-' ? TopLevelKind.None : TopLevelKind.Plain;
        if (!ByteClass.IsLetter(label[0]))
            return TopLevelKind.None;
        ulong hash = Hash(label);
        int slot = Slot(hash);
        while (Values[slot] != TopLevelKind.None)
        {
            if (Keys[slot] == hash)
                return Values[slot];
            slot = (slot + 1) & (Size - 1);
        }

        return TopLevelKind.None;
    }

    private static void Enter(string names, TopLevelKind kind)
    {
        foreach (string name in names.Split(' '))
        {
            ulong hash = Hash(System.Text.Encoding.ASCII.GetBytes(name));
            int slot = Slot(hash);
            while (Values[slot] != TopLevelKind.None)
                slot = (slot + 1) & (Size - 1);
            (Keys[slot], Values[slot]) = (hash, kind);
        }
    }

    private static ulong Hash(ReadOnlySpan<byte> label)
    {
        ulong hash = 0xCBF29CE484222325;
        foreach (byte b in label)
            hash = (hash ^ (uint)(ByteClass.IsUpper(b) ? b | 0x20 : b)) * 0x100000001B3;
        return hash;
    }

    private static int Slot(ulong hash) => (int)(hash ^ hash >> 29) & (Size - 1);
}
