using IronCage.Safety.Text;

namespace IronCage.Safety.Tokens;

/// <summary>Crockford's base 32: digits and capitals without I, L, O and U. What people and models confuse reads as the same.</summary>
internal static class CodeAlphabet
{
    private static ReadOnlySpan<byte> Symbols => "0123456789ABCDEFGHJKMNPQRSTVWXYZ"u8;

    /// <summary>Writes the first 5 × length bits of <paramref name="bits"/> after <paramref name="from"/> symbols.</summary>
    public static void Write(ReadOnlySpan<byte> bits, int from, Span<byte> code)
    {
        for (int i = 0; i < code.Length; i++)
        {
            int bit = (from + i) * 5;
            int pair = bits[bit >> 3] << 8 | ((bit >> 3) + 1 < bits.Length ? bits[(bit >> 3) + 1] : 0);
            code[i] = Symbols[(pair >> (11 - (bit & 7))) & 31];
        }
    }

    /// <summary>The symbol that a character stands for; 0 if none.</summary>
    public static byte Read(byte b)
    {
        if (ByteClass.IsDigit(b))
            return b;
        if (!ByteClass.IsLetter(b))
            return 0;
        byte upper = (byte)(b & ~0x20);
        return upper switch
        {
            (byte)'O' => (byte)'0',
            (byte)'I' or (byte)'L' => (byte)'1',
            (byte)'U' => 0,
            _ => upper,
        };
    }
}
