namespace IronCage.Safety.Recognisers.Crypto;

/// <summary>Base 58, with the alphabet of Bitcoin or of the XRP Ledger.</summary>
internal sealed class Base58
{
    /// <summary>The longest number that is read at once: a Tezos address.</summary>
    public const int LongestBytes = 40;

    private const int Limbs = LongestBytes / 4;
    private const byte No = 0xFF;

    public static readonly Base58 Bitcoin = new("123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz");

    public static readonly Base58 Ripple = new("rpshnaf39wBUDNEGHJKLM4PQRST7VWXYZ2bcdeCg65jkm8oFqi1tuvAxyz");

    private readonly byte[] values = new byte[256];
    private readonly byte zero;

    private Base58(string alphabet)
    {
        Array.Fill(values, No);
        for (int i = 0; i < alphabet.Length; i++)
            values[alphabet[i]] = (byte)i;
        zero = (byte)alphabet[0];
    }

    /// <summary>How many bytes from the first on belong to the alphabet, at most <paramref name="most"/>.</summary>
    public int Run(ReadOnlySpan<byte> text, int most)
    {
        int i = 0;
        while (i < text.Length && i < most && values[text[i]] != No)
            i++;
        return i;
    }

    /// <summary>Reads a whole number; each leading zero sign is a byte of zero.</summary>
    /// <returns>How many bytes; 0 where they are more than <paramref name="bytes"/> has room for, or more than <see cref="LongestBytes"/>.</returns>
    public int Read(ReadOnlySpan<byte> text, Span<byte> bytes)
    {
        Span<uint> limbs = stackalloc uint[Limbs];
        limbs.Clear();
        int used = 0;
        int zeros = 0;
        while (zeros < text.Length && text[zeros] == zero)
            zeros++;
        foreach (byte b in text[zeros..])
        {
            ulong carry = values[b];
            for (int i = 0; i < used; i++)
            {
                carry += (ulong)limbs[i] * 58;
                limbs[i] = (uint)carry;
                carry >>= 32;
            }

            if (carry == 0)
                continue;
            if (used == Limbs)
                return 0;
            limbs[used++] = (uint)carry;
        }

        int length = used * 4;
        while (length > 0 && ByteAt(limbs, length - 1) == 0)
            length--;
        if (zeros + length > bytes.Length)
            return 0;
        bytes[..zeros].Clear();
        for (int i = 0; i < length; i++)
            bytes[zeros + i] = ByteAt(limbs, length - 1 - i);
        return zeros + length;
    }

    /// <summary>Whether the last four bytes are the beginning of the double SHA-256 of those before them.</summary>
    public static bool IsChecked(ReadOnlySpan<byte> bytes)
    {
        Span<byte> digest = stackalloc byte[Sha256.Length];
        Sha256.Hash(bytes[..^4], digest);
        Sha256.Hash(digest, digest);
        return digest[..4].SequenceEqual(bytes[^4..]);
    }

    private static byte ByteAt(ReadOnlySpan<uint> limbs, int i) => (byte)(limbs[i >> 2] >> ((i & 3) * 8));
}
