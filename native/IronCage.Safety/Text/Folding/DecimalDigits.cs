namespace IronCage.Safety.Text.Folding;

/// <summary>The decimal digits of Unicode beyond ASCII (general category Nd): every script's ten stand in a row.</summary>
internal static class DecimalDigits
{
    private static ReadOnlySpan<int> Zeros =>
    [
        0x660, 0x6F0, 0x7C0, 0x966, 0x9E6, 0xA66, 0xAE6, 0xB66, 0xBE6, 0xC66, 0xCE6, 0xD66, 0xDE6, 0xE50, 0xED0, 0xF20, 0x1040, 0x1090, 0x17E0, 0x1810, 0x1946, 0x19D0,
        0x1A80, 0x1A90, 0x1B50, 0x1BB0, 0x1C40, 0x1C50, 0xA620, 0xA8D0, 0xA900, 0xA9D0, 0xA9F0, 0xAA50, 0xABF0, 0xFF10, 0x104A0, 0x10D30, 0x10D40, 0x11066, 0x110F0, 0x11136,
        0x111D0, 0x112F0, 0x11450, 0x114D0, 0x11650, 0x116C0, 0x116D0, 0x116DA, 0x11730, 0x118E0, 0x11950, 0x11BF0, 0x11C50, 0x11D50, 0x11DA0, 0x11DE0, 0x11F50, 0x16130,
        0x16A60, 0x16AC0, 0x16B50, 0x16D70, 0x1CCF0, 0x1D7CE, 0x1D7D8, 0x1D7E2, 0x1D7EC, 0x1D7F6, 0x1E140, 0x1E2F0, 0x1E4F0, 0x1E5F1, 0x1E950, 0x1FBF0,
    ];

    /// <summary>For every 16 code points of the first plane, one more than the place of the zero among them; 0 where there is none. No row of ten crosses such a border.</summary>
    private static readonly byte[] ZeroPlaces = Fill(new byte[0x10000 >> 4]);

    /// <summary>The value of a digit; -1 of anything else.</summary>
    public static int Value(int codePoint)
    {
        if (codePoint < 0x10000)
        {
            int place = ZeroPlaces[codePoint >> 4];
            return place != 0 && (codePoint & 15) - (place - 1) is >= 0 and <= 9 and var near ? near : -1;
        }

        int index = Zeros.BinarySearch(codePoint);
        if (index >= 0)
            return 0;
        index = ~index - 1;
        return index >= 0 && codePoint - Zeros[index] is > 0 and <= 9 and var value ? value : -1;
    }

    private static byte[] Fill(byte[] places)
    {
        foreach (int zero in Zeros)
        {
            if (zero < 0x10000)
                places[zero >> 4] = (byte)((zero & 15) + 1);
        }

        return places;
    }
}
