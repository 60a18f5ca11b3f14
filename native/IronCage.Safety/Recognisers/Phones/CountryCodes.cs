namespace IronCage.Safety.Recognisers.Phones;

/// <summary>Every assigned country code, after ITU-T E.164 and the numbering plans that the countries send to the ITU.</summary>
internal static class CountryCodes
{
    /// <summary>Code, lengths of national numbers, their first digits. Short numbers of services, which nobody has at home, are left out.</summary>
    private const string Table = """
        1 10 2-9
        7 10 3-9
        20 8-10 1-9
        27 9-10 1-8
        30 10 2,5-9
        31 7-11 1-9
        32 8-9 1-9
        33 9 1-9
        34 9 5-9
        36 8-9 1-9
        39 6-12 0,1,3,5,7,8
        40 9 2,3,7-9
        41 9,12 2-9
        43 4-13 1-9
        44 9-10 1-3,5,7-9
        45 8 2-9
        46 7-10,12 1-9
        47 5,8 0,2-9
        48 9 1-9
        49 6-15 1-9
        51 8-9 1,4-9
        52 10-11 1-9
        53 6-8,10 2-9
        54 10-11 1-9
        55 8-11 1-9
        56 9-11 1-9
        57 8,10-11 1-9
        58 10 2,4,5,8,9
        60 8-10 1-9
        61 9-10 1-9
        62 7-13 1-9
        63 8-13 1-9
        64 8-10 2-9
        65 8,10-11 1,3,6-9
        66 8-10 1-9
        81 9-10 1-9
        82 8-12 1-9
        84 7-10 1-9
        86 8-12 1-9
        90 7,10,12 2-9
        91 10-11,13 1-9
        92 8-12 1-9
        93 9 2-7
        94 9 1-9
        95 7-10 1-9
        98 10 1-9
        211 9 1,9
        212 9 5-8
        213 8-9 1-9
        216 8 2-9
        218 8-9 2-9
        220 7 2-9
        221 9 3,7-9
        222 8 2-4,8
        223 8 2-9
        224 8-9 3,6,7
        225 10 0,2
        226 8 0,2,4-7
        227 8 0,2,7-9
        228 8 2,7,9
        229 8,10 0,2-9
        230 7-8,10 2-9
        231 7-9 2-9
        232 8 2-9
        233 8-9 2,3,5,8
        234 7-8,10-12 1-9
        235 8 2,3,6-9
        236 8 2,7,8
        237 8-9 2,6,8
        238 7 2-9
        239 7 2,9
        240 9 2,3,5,8,9
        241 7-8 0-7
        242 9 0,2,8
        243 7,9 1-9
        244 9 2,9
        245 7,9 4,9
        246 7 3
        247 5-6 4-6
        248 7 2-9
        249 9 1,9
        250 8-9 0,2,7-9
        251 9 1-9
        252 7-9 1-9
        253 8 2,7
        254 9-10 1-9
        255 9 2-9
        256 9 2-9
        257 8 2,3,6,7
        258 8-9 2,8
        260 9 2-9
        261 9 2,3
        262 9 2,3,6,8,9
        263 6-10 1-9
        264 8-9 6-9
        265 7,9 1-9
        266 8 2,5,6,8
        267 7-8,10 0,2-9
        268 8-9 0,2,3,7,9
        269 7 3,4,7,8
        290 4-5 2,5-8
        291 7 1,7,8
        297 7 2,4-9
        298 6 2-9
        299 6 2-9
        350 8 2,5,6
        351 9 1-9
        352 5-11 2-9
        353 7-10 1-9
        354 7,9 3-9
        355 6-9 2-9
        356 8 2-9
        357 8 2-9
        358 6-12 1-9
        359 7-9 2-9
        370 8 3-9
        371 8 2,6-9
        372 7-8 3-9
        373 8 2-9
        374 8 1-9
        375 9-10 1-9
        376 6,8-9 1,3-9
        377 8-9 3-9
        378 6-10 0,5-9
        380 9-10 3-9
        381 7-10 1-9
        382 8-9 2-9
        383 8-9 2-4,8,9
        385 7-9 1-9
        386 8 1-9
        387 8-9 3-9
        389 8 2-9
        420 9 2-9
        421 9 2-9
        423 7,9 2-9
        500 5 2-7
        501 7,11 0,2-8
        502 8,11 1-9
        503 7-8,11 2,6-9
        504 8,11 2,3,7-9
        505 8 1,2,5-8
        506 8,10 2,4-9
        507 7-8,10 1-9
        508 6,9 4-9
        509 8 2-5,8,9
        590 9 5-9
        591 8-9 2-8
        592 7 1-9
        593 8-11 1-9
        594 9 5-9
        595 6-11 2-9
        596 9 5-9
        597 6-7 1-8
        598 7-8 2,4,8,9
        599 7-8 3-7,9
        670 7-8 2-9
        672 6 1,3
        673 7 2-8
        674 7 4,5,8
        675 7-8 1-9
        676 5,7 0,2-9
        677 5,7 1-9
        678 5,7 2-9
        679 7,11 0,2-9
        680 7 2-9
        681 6,9 4-8
        682 5 2-8
        683 4,7 4-8
        685 5-7,10 2-8
        686 5,8 2-8
        687 6 0,2-9
        688 5-7 2-9
        689 6,8-9 4,8,9
        690 4-7 2-9
        691 7 3,8,9
        692 7 2-6
        800 8 1-9
        808 8 1-9
        850 8,10 1-9
        852 8-9,11 2-9
        853 7-8 0,2,6,8
        855 8-10 1-9
        856 8-10 2-4
        870 9 3,7
        878 12 1
        880 7-10 1-9
        881 9 0-3,6-9
        882 7-12 1,3
        883 9-12 2,3,5
        886 8-10 2-9
        888 11 1-9
        960 7,10 3,4,6-9
        961 7-8 1-9
        962 8-9 2-9
        963 8-9 1-9
        964 8-10 1-7
        965 7-8 1,2,4-9
        966 9-10 1,5,8,9
        967 7-9 1-7
        968 7-8 1-9
        970 8-10 1-9
        971 8-9 2-9
        972 8-10 1-9
        973 8 1,3,6-9
        974 7-8 2-8
        975 7-8 1-8
        976 8 1,2,5-9
        977 8-11 1-9
        979 9 1-9
        992 9 0-9
        993 8 1,6,7
        994 9 1-9
        995 9 3-9
        996 9 2-9
        998 9 2-9
        """;

    private static readonly CountryCode[] All = [.. Table.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Select(Read)];

    /// <summary>By the first three digits of a number: one more than the index in <see cref="All"/>, or 0.</summary>
    private static readonly byte[] ByPrefix = Index();

    /// <summary>Finds the country code with which <paramref name="digits"/> begin; all its digits must be among them.</summary>
    public static bool TryFind(ReadOnlySpan<byte> digits, out CountryCode code)
    {
        code = default;
        int prefix = 0;
        for (int i = 0; i < 3; i++)
            prefix = (prefix * 10) + (i < digits.Length ? digits[i] : 0);
        int entry = ByPrefix[prefix];
        if (entry == 0)
            return false;
        code = All[entry - 1];
        return code.Digits <= digits.Length;
    }

    private static CountryCode Read(string row)
    {
        string[] cells = row.Split(' ');
        return new CountryCode(int.Parse(cells[0], System.Globalization.CultureInfo.InvariantCulture), cells[0].Length, DigitRanges.Bits(cells[1]), DigitRanges.Bits(cells[2]));
    }

    private static byte[] Index()
    {
        var index = new byte[1000];
        for (int i = 0; i < All.Length; i++)
        {
            int width = All[i].Digits switch { 1 => 100, 2 => 10, _ => 1 };
            index.AsSpan(All[i].Code * width, width).Fill((byte)(i + 1));
        }

        return index;
    }
}
