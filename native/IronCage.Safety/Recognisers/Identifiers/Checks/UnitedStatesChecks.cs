using IronCage.Safety.Text;
using static IronCage.Safety.Recognisers.Identifiers.Checks.CheckDigits;

namespace IronCage.Safety.Recognisers.Identifiers.Checks;

internal static class UnitedStatesChecks
{
    /// <summary>Area, group and serial, none of them of the never issued values (SSA, 20 CFR 422.103).</summary>
    public static bool Ssn(ReadOnlySpan<byte> v) =>
        v[0] != '9' && !v.StartsWith("000"u8) && !v.StartsWith("666"u8) && !v[3..5].SequenceEqual("00"u8) && !v.EndsWith("0000"u8);

    /// <summary>9, then a group that the IRS gives out.</summary>
    public static bool Itin(ReadOnlySpan<byte> v) =>
        v[0] == '9' && BirthDates.Two(v, 3) is (>= 50 and <= 65) or (>= 70 and <= 88) or (>= 90 and <= 92) or >= 94;

    /// <summary>By the format of the CMS: letters without S, L, O, I, B, Z.</summary>
    public static bool Mbi(ReadOnlySpan<byte> v)
    {
        for (int i = 0; i < 11; i++)
        {
            bool digit = ByteClass.IsDigit(v[i]);
            bool fits = "DLXDLXDLLDD"[i] switch { 'D' => digit, 'L' => !digit, _ => true };
            if (!fits || "SLOIBZ"u8.Contains(v[i]))
                return false;
        }

        return v[0] != '0';
    }

    /// <summary>Luhn over 80840 and the number.</summary>
    public static bool Npi(ReadOnlySpan<byte> v) => v[0] is (byte)'1' or (byte)'2' && (LuhnSum(v) + 24) % 10 == 0;

    public static bool Routing(ReadOnlySpan<byte> v) =>
        BirthDates.Two(v, 0) is <= 12 or (>= 21 and <= 32) or (>= 61 and <= 72) or 80 && Sum(v, [3, 7, 1, 3, 7, 1, 3, 7, 1]) % 10 == 0;

    /// <summary>Two letters, of which the first is the sort of registrant, and seven digits.</summary>
    public static bool Dea(ReadOnlySpan<byte> v) =>
        "ABCDEFGHJKLMPRSTUX"u8.Contains(v[0]) && Sum(v[2..], [1, 2, 1, 2, 1, 2]) % 10 == Digit(v[8]);
}
