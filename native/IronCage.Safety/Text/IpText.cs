using System.Numerics;

namespace IronCage.Safety.Text;

/// <summary>Reads addresses from text by RFC 4291 and the strict dotted form: no leading zeros, no signs, no zone.</summary>
internal static class IpText
{
    public const int LongestV6 = 45;

    /// <summary>Reads an IPv4 address at the start of <paramref name="text"/>.</summary>
    /// <returns>Its length, or 0. An octet that goes on with a digit is none.</returns>
    public static int ReadV4(ReadOnlySpan<byte> text, Span<byte> address)
    {
        int i = 0;
        for (int octet = 0; octet < 4; octet++)
        {
            if (octet > 0)
            {
                if (i >= text.Length || text[i] != '.')
                    return 0;
                i++;
            }

            int start = i;
            int value = 0;
            while (i < text.Length && i - start < 4 && ByteClass.IsDigit(text[i]))
            {
                value = (value * 10) + text[i] - '0';
                i++;
            }

            int length = i - start;
            if (length is 0 or 4 || value > 255 || (length > 1 && text[start] == '0'))
                return 0;
            address[octet] = (byte)value;
        }

        return i;
    }

    /// <summary>Reads an IPv6 address that fills <paramref name="text"/>.</summary>
    /// <param name="text">The whole address.</param>
    /// <param name="address">Sixteen bytes.</param>
    /// <param name="groups">How many groups are written out; an embedded IPv4 address counts as two.</param>
    public static bool TryReadV6(ReadOnlySpan<byte> text, Span<byte> address, out int groups)
    {
        groups = 0;
        int gap = -1;
        int i = 0;
        address[..16].Clear();
        if (text.StartsWith("::"u8))
        {
            gap = 0;
            i = 2;
        }

        while (i < text.Length)
        {
            if (groups >= 8)
                return false;
            int start = i;
            int value = 0;
            while (i < text.Length && i - start < 5 && ByteClass.IsHex(text[i]))
                value = (value << 4) | ByteClass.HexValue(text[i++]);
            if (i < text.Length && text[i] == '.')
            {
                if (groups > 6 || ReadV4(text[start..], address[(groups * 2)..]) != text.Length - start)
                    return false;
                groups += 2;
                i = text.Length;
                break;
            }

            if (i - start is 0 or 5)
                return false;
            address[groups * 2] = (byte)(value >> 8);
            address[(groups * 2) + 1] = (byte)value;
            groups++;
            if (i == text.Length)
                break;
            if (text[i] != ':' || ++i == text.Length)
                return false;
            if (text[i] == ':')
            {
                if (gap >= 0)
                    return false;
                gap = groups;
                i++;
            }
        }

        if (gap < 0)
            return groups == 8;
        if (groups > 7)
            return false;
        int tail = (groups - gap) * 2;
        Span<byte> moved = stackalloc byte[16];
        address.Slice(gap * 2, tail).CopyTo(moved);
        address[(gap * 2)..16].Clear();
        moved[..tail].CopyTo(address[(16 - tail)..16]);
        return true;
    }

    /// <summary>As <see cref="TryReadV6"/>, for a text of hexadecimal digits and colons, of which only the form matters.</summary>
    /// <param name="colons">A bit for each byte: whether it is a colon.</param>
    /// <param name="length">How long the text is, at most 63.</param>
    /// <param name="groups">How many groups are written out.</param>
    public static bool IsV6(ulong colons, int length, out int groups)
    {
        ulong all = (1UL << length) - 1;
        ulong digits = ~colons & all;
        ulong doubled = colons & (colons >> 1);
        groups = BitOperations.PopCount(digits & ~(digits << 1));
        bool isLong = (digits & (digits >> 1) & (digits >> 2) & (digits >> 3) & (digits >> 4)) != 0;

        // A colon at either end is half of two.
        ulong ends = colons & (1 | (1UL << (length - 1)));
        bool isOpen = (ends & ~(doubled | (doubled << 1))) != 0;
        return !isLong && !isOpen && (doubled == 0 ? groups == 8 : groups < 8 && (doubled & (doubled - 1)) == 0);
    }
}
