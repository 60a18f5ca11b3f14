using System.Buffers;
using System.Text;

namespace IronCage.Safety.Text.Encoded;

/// <summary>Tells text from other bytes.</summary>
internal static class PlainText
{
    /// <summary>Whether control characters and what is no UTF-8 are at most an eighth of <paramref name="length"/> bytes, of which the first are at hand.</summary>
    public static bool IsMost(ReadOnlySpan<byte> bytes, int length)
    {
        int foreign = 0;
        int i = 0;
        while (i < bytes.Length && foreign * 8 <= length)
        {
            byte b = bytes[i];
            if (b < 0x80)
            {
                if (b is < 0x20 or 0x7F && b is not ((byte)'\t' or (byte)'\n' or (byte)'\r'))
                    foreign++;
                i++;
                continue;
            }

            // A character that the end cuts may be a whole one.
            bool isForeign = Rune.DecodeFromUtf8(bytes[i..], out _, out int taken) == OperationStatus.InvalidData;
            foreign += isForeign ? taken : 0;
            i += taken;
        }

        return foreign * 8 <= length;
    }
}
