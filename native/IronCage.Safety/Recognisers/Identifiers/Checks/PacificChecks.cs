using static IronCage.Safety.Recognisers.Identifiers.Checks.CheckDigits;

namespace IronCage.Safety.Recognisers.Identifiers.Checks;

/// <summary>South-east Asia, Australia, New Zealand.</summary>
internal static class PacificChecks
{
    private const string UenOther = "ABCDEFGHJKLMNPQRSTUVWX0123456789";
    private const string NhiLetters = "ABCDEFGHJKLMNPQRSTUVWXYZ";

    /// <summary>The letter says how: S and T for citizens, F, G and M for others.</summary>
    public static bool Nric(ReadOnlySpan<byte> v)
    {
        int rest = Sum(v[1..], [2, 7, 6, 5, 4, 3, 2]) % 11;
        return v[0] switch
        {
            (byte)'S' => v[8] == "JZIHGFEDCBA"[rest],
            (byte)'T' => v[8] == "JZIHGFEDCBA"[(rest + 4) % 11],
            (byte)'F' => v[8] == "XWUTRQPNMLK"[rest],
            (byte)'G' => v[8] == "XWUTRQPNMLK"[(rest + 4) % 11],
            (byte)'M' => v[8] == "KLJNPQRTUWX"[10 - ((rest + 3) % 11)],
            _ => false,
        };
    }

    /// <summary>Nine characters of a business, ten of a company or of another entity (which begins with a letter).</summary>
    public static bool Uen(ReadOnlySpan<byte> v)
    {
        if (v.Length == 9)
            return v[8] == "XMKECAWLJDB"[Sum(v, [10, 4, 9, 3, 8, 2, 7, 1]) % 11];
        if (v[0] <= '9')
            return v[9] == "ZKCMDNERGWH"[Sum(v, [10, 8, 6, 4, 9, 7, 5, 3, 1]) % 11];
        if (v[0] is not ((byte)'R' or (byte)'S' or (byte)'T'))
            return false;
        ReadOnlySpan<byte> weights = [4, 3, 5, 3, 10, 2, 2, 5, 7];
        int sum = -5;
        for (int i = 0; i < 9; i++)
        {
            int value = UenOther.IndexOf((char)v[i], StringComparison.Ordinal);
            if (value < 0)
                return false;
            sum += value * weights[i];
        }

        return v[9] == UenOther[sum % 11];
    }

    public static bool ThaiId(ReadOnlySpan<byte> v) =>
        v[0] is not ((byte)'0' or (byte)'9') && (11 - (Sum(v, [13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2]) % 11)) % 10 == Digit(v[12]);

    /// <summary>Birthday and place of birth; the rest checks nothing.</summary>
    public static bool MyKad(ReadOnlySpan<byte> v) =>
        BirthDates.IsYearMonthDay(v) && BirthDates.Two(v, 6) is not (0 or (>= 17 and <= 20) or 69 or 70 or 73 or 80 or 81 or (>= 94 and <= 97));

    /// <summary>Province, regency, district, birthday (40 added to a woman's day), serial.</summary>
    public static bool Nik(ReadOnlySpan<byte> v) =>
        BirthDates.Two(v, 0) is >= 11 and <= 97 && BirthDates.IsDay(BirthDates.Two(v, 8), BirthDates.Two(v, 6) % 40) && !v.EndsWith("0000"u8);

    /// <summary>One less in the first digit, then divisible by 89.</summary>
    public static bool Abn(ReadOnlySpan<byte> v) => v[0] != '0' && (Sum(v, [10, 1, 3, 5, 7, 9, 11, 13, 15, 17, 19]) - 10) % 89 == 0;

    public static bool Acn(ReadOnlySpan<byte> v) => Sum(v, [8, 7, 6, 5, 4, 3, 2, 1, 1]) % 10 == 0;

    /// <summary>Nine digits, or eight of the first ones.</summary>
    public static bool Tfn(ReadOnlySpan<byte> v)
    {
        ReadOnlySpan<byte> weights = [1, 4, 3, 7, 5, 8, 6, 9, 10];
        return Sum(v, weights[..v.Length]) % 11 == 0;
    }

    /// <summary>Eight digits, their check digit, the issue of the card; an eleventh is the person on it.</summary>
    public static bool Medicare(ReadOnlySpan<byte> v) =>
        v[0] is >= (byte)'2' and <= (byte)'6' && v[9] != '0' && Sum(v, [1, 3, 7, 9, 1, 3, 7, 9]) % 10 == Digit(v[8]);

    /// <summary>Eight or nine digits; a second row of weights where the first leaves 10.</summary>
    public static bool Ird(ReadOnlySpan<byte> v)
    {
        if (Number(v) is < 10_000_000 or >= 160_000_000)
            return false;
        int zero = 9 - v.Length;
        ReadOnlySpan<byte> first = [3, 2, 7, 6, 5, 4, 3, 2];
        ReadOnlySpan<byte> second = [7, 4, 3, 2, 5, 2, 7, 6];
        int check = (11 - (Sum(v, first[zero..]) % 11)) % 11;
        if (check == 10)
            check = (11 - (Sum(v, second[zero..]) % 11)) % 11;
        return check == Digit(v[^1]);
    }

    /// <summary>
    /// Three letters and three digits with a check digit, or since 2019 three letters, two digits, a letter and a check letter: by 24, in an earlier edition of the
    /// standard by 23.
    /// </summary>
    public static bool Nhi(ReadOnlySpan<byte> v)
    {
        int sum = 0;
        for (int i = 0; i < 6; i++)
        {
            int value = v[i] <= '9' ? Digit(v[i]) : NhiLetters.IndexOf((char)v[i], StringComparison.Ordinal) + 1;
            if (v[i] > '9' && value == 0)
                return false;
            sum += value * (7 - i);
        }

        if (v[6] <= '9')
            return sum % 11 != 0 && (11 - (sum % 11)) % 10 == Digit(v[6]);
        int letter = NhiLetters.IndexOf((char)v[6], StringComparison.Ordinal) + 1;
        return letter == 24 - (sum % 24) || letter == 23 - (sum % 23);
    }
}
