using IronCage.Safety.Text;

namespace IronCage.Safety;

/// <summary>Makes a found value unreadable but recognisable to its owner: <c>****-****-****-1111</c>.</summary>
public static class Masking
{
    private const int Kept = 4;

    /// <summary>
    /// A copy of <paramref name="value"/>, of the same length, in printable ASCII without quotes and backslashes: letters and digits become asterisks except the
    /// last four, and so does every byte that is not printable ASCII.
    /// </summary>
    /// <remarks>
    /// Fewer are kept where four would tell everything or could be found again: none of a value with four or fewer letters and digits, none before
    /// the at sign of an address, only the last octet where all four octets would show. Scanning the result finds nothing.
    /// </remarks>
    public static byte[] Mask(ReadOnlySpan<byte> value)
    {
        int keep = KeepFrom(value);
        var masked = new byte[value.Length];
        for (int i = 0; i < masked.Length; i++)
        {
            byte b = value[i];
            bool hide = b is < 0x20 or > 0x7E or (byte)'"' or (byte)'\\' || (i < keep && ByteClass.IsAlnum(b));
            masked[i] = hide ? (byte)'*' : b;
        }

        return masked;
    }

    private static int KeepFrom(ReadOnlySpan<byte> value)
    {
        int count = 0;
        int keep = value.Length;
        for (int i = value.Length - 1; i >= 0; i--)
        {
            if (!ByteClass.IsAlnum(value[i]))
                continue;
            if (++count > Kept)
                break;
            keep = i;
        }

        if (count <= Kept)
            return value.Length;
        ReadOnlySpan<byte> tail = value[keep..];
        if (tail.Count((byte)'.') == 3)
            return value.LastIndexOf((byte)'.') + 1;
        int at = tail.LastIndexOf((byte)'@');
        return at < 0 ? keep : keep + at + 1;
    }
}
