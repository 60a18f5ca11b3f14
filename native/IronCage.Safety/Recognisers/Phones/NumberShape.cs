using IronCage.Safety.Text;

namespace IronCage.Safety.Recognisers.Phones;

/// <summary>Groupings of digits: those of North American numbers, those that no telephone number has.</summary>
internal static class NumberShape
{
    /// <summary>The bits of the lengths in a shape.</summary>
    private const ulong Lengths = 0x0F0F0F0F0F0F0F0F;
    private const ulong Date = 0x040202;

    private static readonly ulong[] NorthAmerican =
    [
        Of((PhoneGap.Opening, 3), (PhoneGap.ClosingSpace, 3), (PhoneGap.Hyphen, 4)),
        Of((PhoneGap.Opening, 3), (PhoneGap.Closing, 3), (PhoneGap.Hyphen, 4)),
        Of((PhoneGap.Opening, 3), (PhoneGap.ClosingHyphen, 3), (PhoneGap.Hyphen, 4)),
        Of((PhoneGap.Opening, 3), (PhoneGap.ClosingSpace, 3), (PhoneGap.Dot, 4)),
        Of((PhoneGap.Opening, 3), (PhoneGap.ClosingSpace, 3), (PhoneGap.Space, 4)),
        Of((PhoneGap.Opening, 3), (PhoneGap.Closing, 3), (PhoneGap.Space, 4)),
        Of((PhoneGap.Opening, 3), (PhoneGap.ClosingOther, 3), (PhoneGap.Dot, 4)),
        Of((PhoneGap.None, 3), (PhoneGap.Hyphen, 3), (PhoneGap.Hyphen, 4)),
        Of((PhoneGap.None, 3), (PhoneGap.Dot, 3), (PhoneGap.Dot, 4)),
        Of((PhoneGap.None, 3), (PhoneGap.Space, 3), (PhoneGap.Hyphen, 4)),
        Of((PhoneGap.None, 3), (PhoneGap.Slash, 3), (PhoneGap.Hyphen, 4)),
        Of((PhoneGap.None, 1), (PhoneGap.Hyphen, 3), (PhoneGap.Hyphen, 3), (PhoneGap.Hyphen, 4)),
        Of((PhoneGap.None, 1), (PhoneGap.Dot, 3), (PhoneGap.Dot, 3), (PhoneGap.Dot, 4)),
        Of((PhoneGap.None, 1), (PhoneGap.Space, 3), (PhoneGap.Hyphen, 3), (PhoneGap.Hyphen, 4)),
        Of((PhoneGap.None, 1), (PhoneGap.Space, 3), (PhoneGap.Space, 3), (PhoneGap.Hyphen, 4)),
        Of((PhoneGap.None, 1), (PhoneGap.Opening, 3), (PhoneGap.ClosingSpace, 3), (PhoneGap.Hyphen, 4)),
        Of((PhoneGap.None, 1), (PhoneGap.Opening, 3), (PhoneGap.Closing, 3), (PhoneGap.Hyphen, 4)),
        Of((PhoneGap.None, 1), (PhoneGap.Opening, 3), (PhoneGap.ClosingHyphen, 3), (PhoneGap.Hyphen, 4)),
    ];

    /// <summary>Whether the groups are those in which North American numbers are written and few others.</summary>
    public static bool IsNorthAmerican(ulong shape) => NorthAmerican.AsSpan().Contains(shape);

    /// <summary>Whether the groups are 2024-05-01.</summary>
    public static bool IsDate(in PhoneReader reader) => (reader.Shape & Lengths) == Date && IsDate(reader.Digits);

    /// <summary>Whether the first groups are 2024-05-01.</summary>
    public static bool IsDate(NumberRun number) => number.Groups >= 3 && number.Pattern(3) == 0x422 && IsDate(number.Digits);

    /// <summary>Whether the groups are those of a date, an amount or an address of the Internet.</summary>
    public static bool IsOther(in PhoneReader reader)
    {
        ReadOnlySpan<byte> digits = reader.Digits;
        ulong lengths = reader.Shape & Lengths;
        int separators = reader.Gaps & ~(1 << (int)PhoneGap.None);
        bool isYear = IsYear(digits);
        return lengths switch
        {
            // 01.05.2024; 1990-2009
            0x020204 => IsYear(digits[4..]),
            0x0404 => isYear && IsYear(digits[4..]),

            // 20240501
            0x08 => isYear && digits[4] <= 1 && digits[6] <= 3,

            // 20.123456, 1003.1-2008
            0x0106 or 0x0107 or 0x0108 or 0x0109 or 0x010A or 0x010B or 0x010C or 0x0206 or 0x0207 or 0x0208 => (separators & (1 << (int)PhoneGap.Dot)) != 0,
            0x040104 => true,

            // 123-45-6789
            0x030204 => separators == 1 << (int)PhoneGap.Hyphen,

            // 12.345.678, 192.168.100.200
            0x020303 or 0x030303 => separators == 1 << (int)PhoneGap.Dot,
            0x03030303 or 0x03030302 or 0x03020303 or 0x03030203 or 0x02030303 => separators == 1 << (int)PhoneGap.Dot,
            _ => false,
        };
    }

    /// <summary>Whether three groups or more begin with 0, as in dumps and tables of codes.</summary>
    public static bool IsTable(in PhoneReader reader)
    {
        ReadOnlySpan<byte> digits = reader.Digits;
        int zeros = 0;
        int end = digits.Length;
        ulong shape = reader.Shape;
        for (int left = reader.Groups; left > 0; left--, shape >>= 8)
        {
            int start = end - (int)(shape & 15);
            if (digits[start] == 0)
                zeros++;
            end = start;
        }

        return zeros >= 3;
    }

    private static bool IsYear(ReadOnlySpan<byte> digits) => (digits[0] == 1 && digits[1] == 9) || (digits[0] == 2 && digits[1] == 0);

    private static bool IsDate(ReadOnlySpan<byte> digits) => IsYear(digits) && digits[4] <= 1 && digits[6] <= 3;

    private static ulong Of(params (PhoneGap Gap, int Length)[] groups)
    {
        ulong shape = 0;
        foreach ((PhoneGap gap, int length) in groups)
            shape = (shape << 8) | PhoneReader.ShapeOf(gap, length);
        return shape;
    }
}
