using IronCage.Safety.Text;

namespace IronCage.Safety.Recognisers.Secrets;

/// <summary>The checksum that GitHub and npm put at the end of their tokens.</summary>
internal static class Base62Checksum
{
    private const int Length = 6;

    private static readonly uint[] Table = MakeTable();

    /// <summary>Whether the last six bytes are the CRC-32 of those between the last underscore and them, in base 62 (0-9 A-Z a-z).</summary>
    public static bool Holds(ReadOnlySpan<byte> token)
    {
        ReadOnlySpan<byte> body = token[(token.LastIndexOf((byte)'_') + 1)..];
        if (body.Length <= Length)
            return false;
        ulong stated = 0;
        foreach (byte b in body[^Length..])
            stated = (stated * 62) + (ulong)(ByteClass.IsDigit(b) ? b - '0' : ByteClass.IsUpper(b) ? b - 'A' + 10 : b - 'a' + 36);
        return stated == Crc32(body[..^Length]);
    }

    public static uint Crc32(ReadOnlySpan<byte> bytes)
    {
        uint crc = uint.MaxValue;
        foreach (byte b in bytes)
            crc = Table[(byte)(crc ^ b)] ^ (crc >> 8);
        return ~crc;
    }

    private static uint[] MakeTable()
    {
        var table = new uint[256];
        for (uint i = 0; i < table.Length; i++)
        {
            uint value = i;
            for (int bit = 0; bit < 8; bit++)
                value = (value & 1) != 0 ? 0xEDB88320 ^ (value >> 1) : value >> 1;
            table[i] = value;
        }

        return table;
    }
}
