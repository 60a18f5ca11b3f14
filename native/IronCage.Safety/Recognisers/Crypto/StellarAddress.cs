namespace IronCage.Safety.Recognisers.Crypto;

/// <summary>Accounts of Stellar: base 32 of a version, a public key and a CRC-16.</summary>
internal static class StellarAddress
{
    public const int Length = 56;
    private const int Bytes = 35;
    private const int CheckBytes = 2;

    /// <summary>Whether <paramref name="text"/>, 56 capitals and digits, is an account.</summary>
    public static bool IsChecked(ReadOnlySpan<byte> text)
    {
        Span<byte> bytes = stackalloc byte[Bytes];
        int count = 0;
        uint bits = 0;
        int held = 0;
        foreach (byte b in text)
        {
            int value = b is >= (byte)'A' and <= (byte)'Z' ? b - 'A' : b is >= (byte)'2' and <= (byte)'7' ? b - '2' + 26 : -1;
            if (value < 0)
                return false;
            bits = bits << 5 | (uint)value;
            held += 5;
            if (held >= 8)
            {
                held -= 8;
                bytes[count++] = (byte)(bits >> held);
            }
        }

        ushort check = Crc16(bytes[..^CheckBytes]);
        return bytes[^2] == (byte)check && bytes[^1] == check >> 8;
    }

    /// <summary>CRC-16/XMODEM.</summary>
    private static ushort Crc16(ReadOnlySpan<byte> bytes)
    {
        int crc = 0;
        foreach (byte b in bytes)
        {
            crc ^= b << 8;
            for (int bit = 0; bit < 8; bit++)
                crc = (crc & 0x8000) != 0 ? crc << 1 ^ 0x1021 : crc << 1;
        }

        return (ushort)crc;
    }
}
