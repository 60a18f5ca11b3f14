using static IronCage.Safety.Recognisers.Identifiers.Checks.CheckDigits;

namespace IronCage.Safety.Recognisers.Identifiers.Checks;

/// <summary>India.</summary>
internal static class SouthAsianChecks
{
    /// <summary>States and union territories of number plates.</summary>
    private const string Plates = "ANAPARASBRCGCHDDDLDNGAGJHPHRJHJKKAKLLALDMHMLMNMPMZNLODORPBPYRJSKTGTNTRTSUAUKUPWB";

    public static bool Aadhaar(ReadOnlySpan<byte> v) => v[0] >= '2' && Verhoeff(v);

    /// <summary>The fourth letter is the sort of holder: person, company, family, firm, association, trust, body, authority, juridical person, government.</summary>
    public static bool Pan(ReadOnlySpan<byte> v) => "PCHFATBLJGEK"u8.Contains(v[3]) && !v[5..9].SequenceEqual("0000"u8);

    /// <summary>State, PAN, number of the registration, Z, and a check character by Luhn in base 36.</summary>
    public static bool Gstin(ReadOnlySpan<byte> v)
    {
        if (BirthDates.Two(v, 0) is not ((>= 1 and <= 38) or 97 or 99) || !Pan(v[2..12]) || v[12] == '0' || v[13] != 'Z')
            return false;
        int sum = 0;
        for (int i = 0; i < 14; i++)
        {
            int product = Base36(v[i]) * (1 + (i % 2));
            sum += (product / 36) + (product % 36);
        }

        return (36 - (sum % 36)) % 36 == Base36(v[14]);
    }

    public static bool Voter(ReadOnlySpan<byte> v) => Luhn(v[3..]);

    /// <summary>State, district, series, number.</summary>
    public static bool Plate(ReadOnlySpan<byte> v)
    {
        if (v.EndsWith("0000"u8))
            return false;
        for (int i = 0; i < Plates.Length; i += 2)
        {
            if (v[0] == Plates[i] && v[1] == Plates[i + 1])
                return true;
        }

        return false;
    }

    /// <summary>Year, BH, number, series: plates that are valid in every state.</summary>
    public static bool BharatPlate(ReadOnlySpan<byte> v) => v[2] == 'B' && v[3] == 'H' && v[0] == '2';

    /// <summary>A letter and seven digits that neither begin nor end with 0.</summary>
    public static bool Passport(ReadOnlySpan<byte> v) => !"QX"u8.Contains(v[0]) && v[1] != '0' && v[7] != '0';
}
