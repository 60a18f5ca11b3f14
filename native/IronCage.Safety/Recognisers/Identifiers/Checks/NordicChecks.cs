using static IronCage.Safety.Recognisers.Identifiers.Checks.CheckDigits;

namespace IronCage.Safety.Recognisers.Identifiers.Checks;

internal static class NordicChecks
{
    /// <summary>Ten digits, or twelve with the century; co-ordination numbers have 60 added to the day.</summary>
    public static bool Personnummer(ReadOnlySpan<byte> v)
    {
        if (v.Length == 12 && BirthDates.Two(v, 0) is not (>= 18 and <= 20))
            return false;
        v = v[^10..];
        int day = BirthDates.Two(v, 4);
        return BirthDates.IsDay(BirthDates.Two(v, 2), day > 60 ? day - 60 : day) && Luhn(v);
    }

    /// <summary>The third digit is 2 or more, so that it is no month; with SE before it and 01 behind it, it is the VAT number.</summary>
    public static bool Organisationsnummer(ReadOnlySpan<byte> v)
    {
        if (v.Length == 14)
            return v.StartsWith("SE"u8) && v.EndsWith("01"u8) && Luhn(v[2..12]);
        return Luhn(v);
    }

    /// <summary>The letter or sign between birthday and serial tells the century; the last is the remainder by 31.</summary>
    public static bool Henkilotunnus(ReadOnlySpan<byte> v)
    {
        if (!BirthDates.IsDayMonthYear(v) || (v.Length == 11 && !"ABCDEFUVWXY"u8.Contains(v[6])))
            return false;
        ReadOnlySpan<byte> serial = v[^4..^1];
        long number = (Number(v[..6]) * 1000) + Number(serial);
        return Number(serial) >= 2 && v[^1] == "0123456789ABCDEFHJKLMNPRSTUVWXY"[(int)(number % 31)];
    }

    public static bool Ytunnus(ReadOnlySpan<byte> v)
    {
        if (v.Length == 10 && !v.StartsWith("FI"u8))
            return false;
        return Sum(v[^8..], [7, 9, 10, 5, 8, 4, 2, 1]) % 11 == 0;
    }

    /// <summary>Two check digits; the day has 40 added for D numbers, the month 40 or 80 for those of hospitals and tests.</summary>
    public static bool Fodselsnummer(ReadOnlySpan<byte> v) =>
        BirthDates.IsDay(BirthDates.Two(v, 2) % 40, BirthDates.Two(v, 0) % 40)
        && Sum(v, [3, 7, 6, 1, 8, 9, 4, 5, 2, 1]) % 11 == 0 && Sum(v, [5, 4, 3, 2, 7, 6, 5, 4, 3, 2, 1]) % 11 == 0;

    public static bool Organisasjonsnummer(ReadOnlySpan<byte> v) => Sum(v, [3, 2, 7, 6, 5, 4, 3, 2, 1]) % 11 == 0;

    /// <summary>NO, the number, MVA.</summary>
    public static bool NorwegianVat(ReadOnlySpan<byte> v) => v.StartsWith("NO"u8) && v.EndsWith("MVA"u8) && Organisasjonsnummer(v[2..11]);

    /// <summary>Since 2007 the last digit checks nothing.</summary>
    public static bool Cpr(ReadOnlySpan<byte> v) => BirthDates.IsDayMonthYear(v);

    /// <summary>With or without DK before it.</summary>
    public static bool Cvr(ReadOnlySpan<byte> v)
    {
        if (v.Length == 10 && !v.StartsWith("DK"u8))
            return false;
        v = v[^8..];
        return v[0] != '0' && Sum(v, [2, 7, 6, 5, 4, 3, 2, 1]) % 11 == 0;
    }

    /// <summary>Companies have 40 added to the day; the last digit is the century.</summary>
    public static bool Kennitala(ReadOnlySpan<byte> v) =>
        BirthDates.IsDay(BirthDates.Two(v, 2), BirthDates.Two(v, 0) % 40) && v[9] is (byte)'0' or (byte)'9' && Sum(v, [3, 2, 7, 6, 5, 4, 3, 2, 1]) % 11 == 0;
}
