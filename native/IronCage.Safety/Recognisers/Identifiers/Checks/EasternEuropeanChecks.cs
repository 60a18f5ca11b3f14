using static IronCage.Safety.Recognisers.Identifiers.Checks.CheckDigits;

namespace IronCage.Safety.Recognisers.Identifiers.Checks;

internal static class EasternEuropeanChecks
{
    /// <summary>Months have 20, 40, 60 or 80 added for other centuries.</summary>
    public static bool Pesel(ReadOnlySpan<byte> v) =>
        Sum(v, [1, 3, 7, 9, 1, 3, 7, 9, 1, 3, 1]) % 10 == 0 && BirthDates.IsDay(BirthDates.Two(v, 2) % 20, BirthDates.Two(v, 4));

    /// <summary>With or without PL before it.</summary>
    public static bool Nip(ReadOnlySpan<byte> v)
    {
        if (v.Length == 12 && !v.StartsWith("PL"u8))
            return false;
        v = v[^10..];
        return Sum(v, [6, 5, 7, 2, 3, 4, 5, 6, 7]) % 11 == Digit(v[9]);
    }

    /// <summary>Nine digits, or fourteen of a local unit, whose first nine are those of the whole.</summary>
    public static bool Regon(ReadOnlySpan<byte> v) =>
        Mod11Or0(Sum(v, [8, 9, 2, 3, 4, 5, 6, 7])) == Digit(v[8])
        && (v.Length == 9 || Mod11Or0(Sum(v, [2, 4, 8, 5, 0, 9, 7, 3, 6, 1, 2, 4, 8])) == Digit(v[13]));

    /// <summary>
    /// Birthday, with 50 added to a woman's month and 20 where serials ran out; divisible by 11, but until 1985 a 0 stood for a remainder of 10.
    /// </summary>
    public static bool RodneCislo(ReadOnlySpan<byte> v)
    {
        int month = BirthDates.Two(v, 2) % 50;
        if (!BirthDates.IsDay(month > 20 ? month - 20 : month, BirthDates.Two(v, 4)))
            return false;
        if (v.Length == 9)
            return BirthDates.Two(v, 0) < 54 && !v.EndsWith("000"u8);
        return Number(v) % 11 == 0 || (Number(v[..9]) % 11 == 10 && v[9] == '0');
    }

    public static bool Cnp(ReadOnlySpan<byte> v)
    {
        int rest = Sum(v, [2, 7, 9, 1, 4, 6, 3, 5, 8, 2, 7, 9]) % 11;
        return v[0] != '0' && BirthDates.IsYearMonthDay(v[1..]) && (rest == 10 ? 1 : rest) == Digit(v[12]);
    }

    /// <summary>Months have 20 or 40 added for other centuries.</summary>
    public static bool Egn(ReadOnlySpan<byte> v) =>
        BirthDates.IsDay(BirthDates.Two(v, 2) % 20, BirthDates.Two(v, 4)) && Mod11Or0(Sum(v, [2, 4, 8, 5, 10, 9, 7, 3, 6])) == Digit(v[9]);

    /// <summary>With or without HR before it.</summary>
    public static bool Oib(ReadOnlySpan<byte> v) => (v.Length == 11 || v.StartsWith("HR"u8)) && Mod11And10(v[^11..]);

    /// <summary>Day, month, three digits of the year, region, serial: what all states of Yugoslavia used.</summary>
    public static bool Emso(ReadOnlySpan<byte> v) =>
        BirthDates.IsDayMonthYear(v) && (11 - (Sum(v, [7, 6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2]) % 11)) % 11 % 10 == Digit(v[12]);

    /// <summary>Eight digits of a company, with or without its sort of VAT and its county; ten that begin with 8 of a person.</summary>
    public static bool HungarianTax(ReadOnlySpan<byte> v)
    {
        if (v.Length == 10)
            return v[0] == '8' && Sum(v, [1, 2, 3, 4, 5, 6, 7, 8, 9]) % 11 == Digit(v[9]);
        return Sum(v, [9, 7, 3, 1, 9, 7, 3, 1]) % 10 == 0 && (v.Length == 8 || v[8] is >= (byte)'1' and <= (byte)'5');
    }

    public static bool Inn(ReadOnlySpan<byte> v) => v.Length == 10
        ? Mod11Or0(Sum(v, [2, 4, 10, 3, 5, 9, 4, 6, 8])) == Digit(v[9])
        : Mod11Or0(Sum(v, [7, 2, 4, 10, 3, 5, 9, 4, 6, 8])) == Digit(v[10]) && Mod11Or0(Sum(v, [3, 7, 2, 4, 10, 3, 5, 9, 4, 6, 8])) == Digit(v[11]);

    public static bool Snils(ReadOnlySpan<byte> v) => Sum(v, [9, 8, 7, 6, 5, 4, 3, 2, 1]) % 101 % 100 == Number(v[9..]);

    /// <summary>The first weight is -1, which is 10 modulo 11.</summary>
    public static bool Rnokpp(ReadOnlySpan<byte> v) => Mod11Or0(Sum(v, [10, 5, 7, 9, 4, 6, 10, 5, 7])) == Digit(v[9]);

    /// <summary>Estonia and Lithuania: sex and century, birthday, serial; a second row of weights where the first leaves 10.</summary>
    public static bool BalticCode(ReadOnlySpan<byte> v)
    {
        if (v[0] == '0' || (v[0] != '9' && !BirthDates.IsYearMonthDay(v[1..])))
            return false;
        int rest = Sum(v, [1, 2, 3, 4, 5, 6, 7, 8, 9, 1]) % 11;
        return Digit(v[10]) == (rest == 10 ? Mod11Or0(Sum(v, [3, 4, 5, 6, 7, 8, 9, 1, 2, 3])) : rest);
    }

    /// <summary>A birthday first, or 32 since 2017.</summary>
    public static bool LatvianCode(ReadOnlySpan<byte> v) =>
        (v.StartsWith("32"u8) || BirthDates.IsDayMonthYear(v)) && (1101 - Sum(v, [1, 6, 3, 7, 9, 10, 5, 8, 4, 2])) % 11 == Digit(v[10]);
}
