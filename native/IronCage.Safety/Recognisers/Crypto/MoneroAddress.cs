namespace IronCage.Safety.Recognisers.Crypto;

/// <summary>Addresses of Monero: base 58 in blocks of eleven signs for eight bytes, with the beginning of a Keccak-256 at the end.</summary>
internal static class MoneroAddress
{
    public const int Length = 95;
    public const int IntegratedLength = 106;

    private const int BlockSigns = 11;
    private const int BlockBytes = 8;
    private const int CheckBytes = 4;

    /// <summary>Whether <paramref name="text"/>, of one of the two lengths and of the alphabet of base 58, is an address.</summary>
    public static bool IsChecked(ReadOnlySpan<byte> text)
    {
        Span<byte> bytes = stackalloc byte[80];
        Span<byte> block = stackalloc byte[Base58.LongestBytes];
        int count = 0;
        for (int at = 0; at < text.Length; at += BlockSigns)
        {
            ReadOnlySpan<byte> signs = text[at..Math.Min(at + BlockSigns, text.Length)];
            int size = signs.Length == BlockSigns ? BlockBytes : signs.Length == 7 ? 5 : 0;
            if (size == 0)
                return false;

            // A zero sign in front is no byte of its own here: the block's length is fixed.
            int read = Base58.Bitcoin.Read(signs.TrimStart((byte)'1'), block);
            if (read > size)
                return false;
            bytes.Slice(count, size).Clear();
            block[..read].CopyTo(bytes[(count + size - read)..]);
            count += size;
        }

        Span<byte> digest = stackalloc byte[Keccak256.Length];
        Keccak256.Hash(bytes[..(count - CheckBytes)], digest);
        return digest[..CheckBytes].SequenceEqual(bytes[(count - CheckBytes)..count]);
    }
}
