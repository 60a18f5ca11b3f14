using IronCage.Safety.Text;

namespace IronCage.Safety.Recognisers.Crypto;

/// <summary>Bech32 (BIP 173), Bech32m (BIP 350) and the address format of Bitcoin Cash, which share an alphabet.</summary>
internal static class Bech32
{
    public const uint PlainConstant = 1;
    public const uint ModifiedConstant = 0x2BC830A3;

    private const string Alphabet = "qpzry9x8gf2tvdw0s3jn54khce6mua7l";
    private const byte No = 0xFF;
    private const int CheckLength = 6;

    private static readonly byte[] Values = Read();

    private static ReadOnlySpan<uint> Generator => [0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3];

    private static ReadOnlySpan<ulong> CashGenerator => [0x98F2BC8E61, 0x79B76D99E2, 0xF33E5FB3C4, 0xAE2EABE2A8, 0x1E4F43E470];

    /// <summary>Whether a byte, in either case, belongs to the alphabet.</summary>
    public static bool IsSign(byte b) => Values[b] != No;

    /// <summary>The value of a byte of the alphabet, 0 to 31.</summary>
    public static int Value(byte b) => Values[b];

    /// <summary>What the checksum of a text comes to: <see cref="PlainConstant"/> or <see cref="ModifiedConstant"/> if it is right.</summary>
    /// <param name="prefix">What stands before the 1.</param>
    /// <param name="data">What stands behind it, all of the alphabet.</param>
    public static uint Checksum(ReadOnlySpan<byte> prefix, ReadOnlySpan<byte> data)
    {
        uint state = 1;
        foreach (byte b in prefix)
            state = Step(state, Lower(b) >> 5);
        state = Step(state, 0);
        foreach (byte b in prefix)
            state = Step(state, Lower(b) & 31);
        foreach (byte b in data)
            state = Step(state, Values[b]);
        return state;
    }

    /// <summary>How many bytes of a program the signs of <paramref name="data"/> between version and checksum hold; -1 where bits are left over that are not zero.</summary>
    public static int ProgramLength(ReadOnlySpan<byte> data)
    {
        ReadOnlySpan<byte> program = data[1..^CheckLength];
        int rest = program.Length * 5 % 8;
        return rest > 4 || (rest > 0 && (Values[program[^1]] & ((1 << rest) - 1)) != 0) ? -1 : program.Length * 5 / 8;
    }

    /// <summary>Whether the eight signs at the end of <paramref name="data"/> are the checksum of an address of Bitcoin Cash.</summary>
    public static bool IsCash(ReadOnlySpan<byte> prefix, ReadOnlySpan<byte> data)
    {
        ulong state = 1;
        foreach (byte b in prefix)
            state = CashStep(state, Lower(b) & 31);
        state = CashStep(state, 0);
        foreach (byte b in data)
            state = CashStep(state, Values[b]);
        return (state ^ 1) == 0;
    }

    private static uint Step(uint state, int value)
    {
        uint top = state >> 25;
        state = (state & 0x1FFFFFF) << 5 ^ (uint)value;
        for (int i = 0; i < 5; i++)
            state ^= (top >> i & 1) != 0 ? Generator[i] : 0;
        return state;
    }

    private static ulong CashStep(ulong state, int value)
    {
        ulong top = state >> 35;
        state = (state & 0x7FFFFFFFF) << 5 ^ (uint)value;
        for (int i = 0; i < 5; i++)
            state ^= (top >> i & 1) != 0 ? CashGenerator[i] : 0;
        return state;
    }

    private static int Lower(byte b) => ByteClass.IsUpper(b) ? b | 0x20 : b;

    private static byte[] Read()
    {
        var values = new byte[256];
        Array.Fill(values, No);
        for (int i = 0; i < Alphabet.Length; i++)
        {
            values[Alphabet[i]] = (byte)i;
            values[char.ToUpperInvariant(Alphabet[i])] = (byte)i;
        }

        return values;
    }
}
