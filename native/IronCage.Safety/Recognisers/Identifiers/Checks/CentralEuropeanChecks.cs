using IronCage.Safety.Text;
using static IronCage.Safety.Recognisers.Identifiers.Checks.CheckDigits;

namespace IronCage.Safety.Recognisers.Identifiers.Checks;

/// <summary>Germany, Austria, Switzerland.</summary>
internal static class CentralEuropeanChecks
{
    /// <summary>Ten or eleven digits as a Land writes them, or thirteen with its number before and a zero behind that of the office. The check digits differ between the Länder.</summary>
    public static bool Steuernummer(ReadOnlySpan<byte> v) =>
        v.Length < 13 || (v[4] == '0' && (v[0] is (byte)'5' or (byte)'9' || Number(v[..2]) is 10 or 11 or (>= 21 and <= 24) or (>= 26 and <= 28) or (>= 30 and <= 32) or 40 or 41));

    /// <summary>Of the first ten digits one comes twice or three times, the others once at most.</summary>
    public static bool SteuerId(ReadOnlySpan<byte> v)
    {
        if (v[0] == '0')
            return false;
        Span<byte> counts = stackalloc byte[10];
        counts.Clear();
        foreach (byte b in v[..10])
            counts[Digit(b)]++;
        int repeated = 0;
        foreach (byte count in counts)
        {
            if (count > 3)
                return false;
            repeated += count > 1 ? 1 : 0;
        }

        return repeated == 1 && Mod11And10(v);
    }

    public static bool GermanVat(ReadOnlySpan<byte> v) => v[0] == 'D' && v[1] == 'E' && v[2] != '0' && Mod11And10(v[2..]);

    public static bool Passport(ReadOnlySpan<byte> v) => "CFGHJK"u8.Contains(v[0]) && IsDocument(v);

    public static bool IdCard(ReadOnlySpan<byte> v) => "LMNPRTVWXY"u8.Contains(v[0]) && IsDocument(v);

    /// <summary>Nine of digits and letters that cannot make a word; where there is a tenth, it is a check digit.</summary>
    private static bool IsDocument(ReadOnlySpan<byte> v)
    {
        bool digit = false;
        foreach (byte b in v[..9])
        {
            digit |= ByteClass.IsDigit(b);
            if ("ABDEIOQSU"u8.Contains(b))
                return false;
        }

        return digit && (v.Length == 9 || TravelDocument(v));
    }

    /// <summary>Area, birthday, first letter of the name at birth, serial, check digit (VKVV § 4).</summary>
    public static bool Versicherungsnummer(ReadOnlySpan<byte> v)
    {
        if (!BirthDates.IsDayMonthYear(v[2..]))
            return false;
        int letter = v[8] - 'A' + 1;
        ReadOnlySpan<byte> digits = [.. v[..8], (byte)('0' + (letter / 10)), (byte)('0' + (letter % 10)), v[9], v[10]];
        ReadOnlySpan<byte> weights = [2, 1, 2, 5, 7, 1, 2, 1, 2, 1, 2, 1];
        int sum = 0;
        for (int i = 0; i < weights.Length; i++)
        {
            int product = Digit(digits[i]) * weights[i];
            sum += (product / 10) + (product % 10);
        }

        return sum % 10 == Digit(v[11]);
    }

    /// <summary>Serial, check digit, birthday; months above 12 where a day ran out of serials.</summary>
    public static bool AustrianInsurance(ReadOnlySpan<byte> v) =>
        v[0] != '0' && BirthDates.Two(v, 4) <= 31 && BirthDates.Two(v, 6) <= 16 && Sum(v, [3, 7, 9, 0, 5, 8, 4, 2, 1, 6]) % 11 == Digit(v[3]);

    /// <summary>As Luhn, but the last digit but one counts once, and 4 is added.</summary>
    public static bool AustrianVat(ReadOnlySpan<byte> v) => v.StartsWith("ATU"u8) && (LuhnSum(v[3..10]) + 4 + Digit(v[10])) % 10 == 0;

    /// <summary>An EAN-13 with the country number of Switzerland.</summary>
    public static bool Ahv(ReadOnlySpan<byte> v) => v.StartsWith("756"u8) && Sum(v, [1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1]) % 10 == 0;

    public static bool SwissUid(ReadOnlySpan<byte> v) => v.StartsWith("CHE"u8) && Sum(v[3..], [5, 4, 3, 2, 7, 6, 5, 4, 1]) % 11 == 0;
}
