using IronCage.Safety.Text;
using static IronCage.Safety.Recognisers.Identifiers.Checks.CheckDigits;

namespace IronCage.Safety.Recognisers.Identifiers.Checks;

/// <summary>France, Belgium, the Netherlands.</summary>
internal static class WesternEuropeanChecks
{
    private const long LaPoste = 356000000;

    /// <summary>
    /// Sex, year, month (20 and more where it is not known), department, commune, order, and 97 less the remainder; 2A and 2B, Corsica, count as 19 and 18.
    /// </summary>
    public static bool Nir(ReadOnlySpan<byte> v)
    {
        if ("0569"u8.Contains(v[0]) || BirthDates.Two(v, 3) is 0 or (>= 13 and <= 19) or (>= 43 and <= 49))
            return false;
        Span<byte> digits = stackalloc byte[15];
        v.CopyTo(digits);
        if (v[6] is (byte)'A' or (byte)'B')
        {
            if (v[5] != '2')
                return false;
            digits[5] = (byte)'1';
            digits[6] = v[6] == 'A' ? (byte)'9' : (byte)'8';
        }

        return v[6] <= 'B' && 97 - (Number(digits[..13]) % 97) == Number(digits[13..]);
    }

    /// <summary>The last three digits are the remainder by 511; the tax office does not say so.</summary>
    public static bool NumeroFiscal(ReadOnlySpan<byte> v) => NumeroFiscalShape(v) && Number(v[..10]) % 511 == Number(v[10..]);

    public static bool NumeroFiscalShape(ReadOnlySpan<byte> v) => v[0] <= '3';

    /// <summary>A company's SIREN and five digits of a place; those of La Poste add up to a multiple of 5.</summary>
    public static bool Siret(ReadOnlySpan<byte> v)
    {
        if (Number(v[..9]) != LaPoste)
            return Luhn(v[..9]) && Luhn(v);
        int sum = 0;
        foreach (byte b in v)
            sum += Digit(b);
        return sum % 5 == 0 || Luhn(v);
    }

    /// <summary>A SIREN behind a key of two digits, or since 2002 of letters too, but no I and O; with or without FR before it.</summary>
    public static bool FrenchVat(ReadOnlySpan<byte> v)
    {
        if (v.Length == 13 && !v.StartsWith("FR"u8))
            return false;
        v = v[^11..];
        long siren = Number(v[2..]);
        if (!Luhn(v[2..]))
            return false;
        if (v[0] <= '9' && v[1] <= '9')
            return (12 + (3 * (siren % 97))) % 97 == Number(v[..2]);
        int first = VatKey.IndexOf(v[0]);
        int second = VatKey.IndexOf(v[1]);
        if (first < 0 || second < 0)
            return false;
        int key = first < 10 ? (first * 24) + second - 10 : (first * 34) + second - 100;
        return (siren + 1 + (key / 11)) % 11 == key % 11;
    }

    private static ReadOnlySpan<byte> VatKey => "0123456789ABCDEFGHJKLMNPQRSTUVWXYZ"u8;

    /// <summary>97 less the remainder, with a 2 before the number of those born since 2000. Months have 20 or 40 added for people who are not residents.</summary>
    public static bool BelgianNationalNumber(ReadOnlySpan<byte> v)
    {
        int month = BirthDates.Two(v, 2) % 20;
        if (BirthDates.Two(v, 2) > 52 || month > 12 || BirthDates.Two(v, 4) > 31)
            return false;
        long number = Number(v[..9]);
        long check = Number(v[9..]);
        return 97 - (number % 97) == check || 97 - ((2_000_000_000 + number) % 97) == check;
    }

    /// <summary>With or without BE before it.</summary>
    public static bool BelgianCompany(ReadOnlySpan<byte> v)
    {
        if (v.Length == 12 && !v.StartsWith("BE"u8))
            return false;
        v = v[^10..];
        return v[0] <= '1' && (Number(v[..8]) + Number(v[8..])) % 97 == 0;
    }

    public static bool Bsn(ReadOnlySpan<byte> v) => Sum(v, [9, 8, 7, 6, 5, 4, 3, 2]) % 11 == Digit(v[8]) && !v.StartsWith("000000"u8);

    /// <summary>A BSN or RSIN between NL and B, or for sole traders MOD 97-10 over all of it.</summary>
    public static bool DutchVat(ReadOnlySpan<byte> v) =>
        v[0] == 'N' && v[1] == 'L' && v[11] == 'B' && !v.EndsWith("00"u8) && (Bsn(v[2..11]) || Mod97(v) == 1);
}
