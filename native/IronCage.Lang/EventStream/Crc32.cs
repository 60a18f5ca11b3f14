using System.Buffers.Binary;

namespace IronCage.Lang.EventStream;

/// <summary>CRC-32 as in gzip and Ethernet (ISO 3309, reflected polynomial EDB88320), eight bytes at a time.</summary>
internal static class Crc32
{
    private const uint Polynomial = 0xEDB88320;

    private static readonly uint[][] Tables = Make();

    /// <summary>The checksum of bytes; for the first of several pieces <paramref name="before"/> is 0, for each other the checksum so far.</summary>
    public static uint Of(ReadOnlySpan<byte> bytes, uint before = 0)
    {
        var crc = ~before;
        for (; bytes.Length >= 8; bytes = bytes[8..])
        {
            var low = crc ^ BinaryPrimitives.ReadUInt32LittleEndian(bytes);
            var high = BinaryPrimitives.ReadUInt32LittleEndian(bytes[4..]);
            crc = Tables[7][low & 255] ^ Tables[6][(low >> 8) & 255] ^ Tables[5][(low >> 16) & 255] ^ Tables[4][low >> 24]
                ^ Tables[3][high & 255] ^ Tables[2][(high >> 8) & 255] ^ Tables[1][(high >> 16) & 255] ^ Tables[0][high >> 24];
        }
        foreach (var b in bytes)
            crc = Tables[0][(crc ^ b) & 255] ^ (crc >> 8);
        return ~crc;
    }

    /// <summary>Table n moves a byte n bytes further on.</summary>
    private static uint[][] Make()
    {
        var tables = new uint[8][];
        for (var n = 0; n < tables.Length; n++)
        {
            tables[n] = new uint[256];
            for (uint b = 0; b < 256; b++)
            {
                var crc = n == 0 ? b : tables[n - 1][b];
                for (var bit = 0; n == 0 && bit < 8; bit++)
                    crc = (crc & 1) != 0 ? (crc >> 1) ^ Polynomial : crc >> 1;
                tables[n][b] = n == 0 ? crc : tables[0][crc & 255] ^ (crc >> 8);
            }
        }
        return tables;
    }
}
