using static IronCage.Safety.Recognisers.Identifiers.Checks.CheckDigits;

namespace IronCage.Safety.Recognisers.Identifiers.Checks;

/// <summary>The United Kingdom and Ireland.</summary>
internal static class BritishChecks
{
    public static bool Nhs(ReadOnlySpan<byte> v) => Sum(v, [10, 9, 8, 7, 6, 5, 4, 3, 2, 1]) % 11 == 0;

    /// <summary>The check digit comes first.</summary>
    public static bool Utr(ReadOnlySpan<byte> v) => v[0] == "21987654321"[Sum(v[1..], [6, 7, 8, 9, 10, 5, 4, 3, 2]) % 11];

    /// <summary>Prefixes that HMRC does not use (NIM39110).</summary>
    public static bool Nino(ReadOnlySpan<byte> v)
    {
        if ("DFIQUV"u8.Contains(v[0]) || "DFIOQUV"u8.Contains(v[1]) || (v.Length == 9 && v[8] > 'D'))
            return false;
        int prefix = (v[0] << 8) | v[1];
        return prefix is not (('B' << 8) | 'G') and not (('G' << 8) | 'B') and not (('N' << 8) | 'K') and not (('K' << 8) | 'N') and not (('T' << 8) | 'N')
            and not (('N' << 8) | 'T') and not (('Z' << 8) | 'Z');
    }

    /// <summary>Five of the surname filled up with nines, decade, month (plus 50 for women), day, year, two initials or nines, three more.</summary>
    public static bool DrivingLicence(ReadOnlySpan<byte> v)
    {
        int name = 0;
        while (name < 5 && v[name] > '9')
            name++;
        if (name == 0 || v[name..5].ContainsAnyExcept((byte)'9'))
            return false;
        bool first = v[11] > '9';
        bool second = v[12] > '9';
        bool initials = (first || v[11] == '9') && (second ? first : v[12] == '9');
        return initials && BirthDates.IsDay(BirthDates.Two(v, 6) % 50, BirthDates.Two(v, 8));
    }

    /// <summary>Seven digits, a check letter, and since 2013 one more letter that counts nine times; W, T and X of the older second letters do not count.</summary>
    public static bool Pps(ReadOnlySpan<byte> v)
    {
        int sum = Sum(v, [8, 7, 6, 5, 4, 3, 2]);
        if (v.Length == 9 && v[8] is not ((byte)'W' or (byte)'T' or (byte)'X'))
        {
            if (v[8] > 'I')
                return false;
            sum += (v[8] - 'A' + 1) * 9;
        }

        return v[7] == "WABCDEFGHIJKLMNOPQRSTUV"[sum % 23];
    }
}
