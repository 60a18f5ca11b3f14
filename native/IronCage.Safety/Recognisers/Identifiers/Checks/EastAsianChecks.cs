using static IronCage.Safety.Recognisers.Identifiers.Checks.CheckDigits;

namespace IronCage.Safety.Recognisers.Identifiers.Checks;

/// <summary>Korea, Japan, China with Hong Kong and Taiwan.</summary>
internal static class EastAsianChecks
{
    private static int Korean(ReadOnlySpan<byte> v) => (11 - (Sum(v, [2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5]) % 11)) % 10;

    /// <summary>Birthday, sex and century, and a check digit.</summary>
    public static bool ResidentNumber(ReadOnlySpan<byte> v) =>
        v[6] is not (>= (byte)'5' and <= (byte)'8') && BirthDates.IsYearMonthDay(v) && Korean(v) == Digit(v[12]);

    /// <summary>Numbers given out since October 2020 are random behind the sex.</summary>
    public static bool RandomResidentNumber(ReadOnlySpan<byte> v) =>
        v[6] is (byte)'3' or (byte)'4' && BirthDates.IsYearMonthDay(v) && Number(v[..4]) is >= 2010 and <= 4012;

    public static bool ForeignerNumber(ReadOnlySpan<byte> v) =>
        v[6] is >= (byte)'5' and <= (byte)'8' && BirthDates.IsYearMonthDay(v) && (Korean(v) + 2) % 10 == Digit(v[12]);

    /// <summary>Region (11 to 28), year, serial, issue.</summary>
    public static bool KoreanLicence(ReadOnlySpan<byte> v) => BirthDates.Two(v, 0) is >= 11 and <= 28;

    /// <summary>M or S (several or a single journey), R, O, D, G; the newer ones have a letter in the middle.</summary>
    public static bool KoreanPassport(ReadOnlySpan<byte> v) => "MSRODG"u8.Contains(v[0]);

    /// <summary>Tax office, sort of business, serial.</summary>
    public static bool KoreanBusinessShape(ReadOnlySpan<byte> v) => Number(v[..3]) >= 101 && !v[3..5].SequenceEqual("00"u8) && !v[5..9].SequenceEqual("0000"u8);

    public static bool KoreanBusiness(ReadOnlySpan<byte> v) =>
        KoreanBusinessShape(v) && (Sum(v, [1, 3, 7, 1, 3, 7, 1, 3, 5, 1]) + (Digit(v[8]) * 5 / 10)) % 10 == 0;

    public static bool MyNumber(ReadOnlySpan<byte> v)
    {
        int rest = Sum(v, [6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2]) % 11;
        return Digit(v[11]) == (rest <= 1 ? 0 : 11 - rest);
    }

    /// <summary>The check digit comes first.</summary>
    public static bool JapaneseCorporation(ReadOnlySpan<byte> v) => Digit(v[0]) == 9 - (Sum(v[1..], [2, 1, 2, 1, 2, 1, 2, 1, 2, 1, 2, 1]) % 9);

    /// <summary>Province, birthday, serial, ISO 7064 MOD 11-2.</summary>
    public static bool ChineseResident(ReadOnlySpan<byte> v)
    {
        bool isProvince = BirthDates.Two(v, 0) is (>= 11 and <= 15) or (>= 21 and <= 23) or (>= 31 and <= 37) or (>= 41 and <= 46) or (>= 50 and <= 54)
            or (>= 61 and <= 65) or 71 or (>= 81 and <= 83) or 91;
        return isProvince && BirthDates.Two(v, 6) is >= 18 and <= 20 && BirthDates.IsYearMonthDay(v[8..])
            && v[17] == "10X98765432"[Sum(v, [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2]) % 11];
    }

    /// <summary>One letter or two (one counts as if a space, 36, stood before it), six digits, a check digit or A.</summary>
    public static bool HongKongId(ReadOnlySpan<byte> v)
    {
        int sum = v.Length == 8 ? 36 * 9 : Base36(v[0]) * 9;
        ReadOnlySpan<byte> rest = v[^8..];
        sum += Base36(rest[0]) * 8;
        for (int i = 1; i < 7; i++)
            sum += Base36(rest[i]) * (8 - i);
        int check = (11 - (sum % 11)) % 11;
        return rest[7] == (check == 10 ? 'A' : '0' + check);
    }

    /// <summary>A letter that is a place, and 1 or 2 (8 or 9 for foreigners).</summary>
    public static bool TaiwaneseId(ReadOnlySpan<byte> v)
    {
        if (v[1] is not ((byte)'1' or (byte)'2' or (byte)'8' or (byte)'9'))
            return false;
        int place = "ABCDEFGHJKLMNPQRSTUVXYWZIO".IndexOf((char)v[0], StringComparison.Ordinal) + 10;
        return ((place / 10) + (place % 10 * 9) + Sum(v[1..], [8, 7, 6, 5, 4, 3, 2, 1, 1])) % 10 == 0;
    }
}
