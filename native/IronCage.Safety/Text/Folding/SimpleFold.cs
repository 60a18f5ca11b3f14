namespace IronCage.Safety.Text.Folding;

/// <summary>What folds whatever stands around it, and stands in long rows in texts that were escaped as a whole or written with wide digits: told at a glance.</summary>
internal static class SimpleFold
{
    private const byte None = 0xFF;

    private static readonly byte[] Hex = Fill();

    /// <summary>Reads a sequence at the start of <paramref name="text"/>. False says nothing: it may be read otherwise.</summary>
    public static bool Read(ReadOnlySpan<byte> text, out FoldedSequence folded)
    {
        folded = default;
        if (text.Length < 6)
            return false;
        switch (text[0])
        {
            case 0xEF when text[1] == 0xBC && text[2] is (>= 0x90 and <= 0x99) or (>= 0xA1 and <= 0xBA):
                folded = FoldedSequence.Ascii(3, (byte)(text[2] - 0x60));
                return true;
            case 0xEF when text[1] == 0xBD && text[2] is >= 0x81 and <= 0x9A:
                folded = FoldedSequence.Ascii(3, (byte)(text[2] - 0x20));
                return true;
            case (byte)'%':
                return ReadPercent(text, out folded);
            case (byte)'\\' when text[1] == 'u':
                return ReadEscape(text, out folded);
            default:
                return false;
        }
    }

    /// <summary>Letters, digits and the signs of addresses, with hexadecimal digits as encoders write them.</summary>
    private static bool ReadPercent(ReadOnlySpan<byte> text, out FoldedSequence folded)
    {
        int value = Hex[text[1]] << 4 | Hex[text[2]];
        folded = FoldedSequence.Ascii(3, (byte)value);
        return value < 0x80 && (ByteClass.IsWord((byte)value) || value is '@' or '.' or '-' or '+' or '/' or ':') && text[2] is <= (byte)'F' or (byte)'%';
    }

    /// <summary>Printable ASCII, and letters of scripts of which none looks like a Latin one or is written for a digit.</summary>
    private static bool ReadEscape(ReadOnlySpan<byte> text, out FoldedSequence folded)
    {
        folded = default;
        byte first = Hex[text[2]];
        byte second = Hex[text[3]];
        int value = first << 12 | second << 8 | Hex[text[4]] << 4 | Hex[text[5]];
        if ((first | second | Hex[text[4]] | Hex[text[5]]) == None)
            return false;
        if (value is >= 0x20 and < 0x7F)
        {
            folded = FoldedSequence.Ascii(6, (byte)value);
            return true;
        }

        if (value is not ((>= 0x3041 and <= 0x30FF) or (>= 0x4E00 and <= 0x9FFF) or (>= 0xAC00 and <= 0xD7A3)))
            return false;
        folded = FoldedSequence.Utf8(6, value);
        return true;
    }

    private static byte[] Fill()
    {
        var values = new byte[256];
        values.AsSpan().Fill(None);
        for (int b = 0; b < 128; b++)
        {
            if (ByteClass.IsHex((byte)b))
                values[b] = (byte)ByteClass.HexValue((byte)b);
        }

        return values;
    }
}
