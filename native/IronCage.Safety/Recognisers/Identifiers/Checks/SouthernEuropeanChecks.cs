using IronCage.Safety.Text;
using static IronCage.Safety.Recognisers.Identifiers.Checks.CheckDigits;

namespace IronCage.Safety.Recognisers.Identifiers.Checks;

/// <summary>Spain, Italy, Portugal, Greece.</summary>
internal static class SouthernEuropeanChecks
{
    /// <summary>Province, serial and the remainder of both by 97; a serial below ten million stands without its first zero. Provinces are 1 to 53, and 66 abroad.</summary>
    public static bool Afiliacion(ReadOnlySpan<byte> v)
    {
        long province = Number(v[..2]);
        if (province is 0 or (> 53 and not 66))
            return false;
        long serial = Number(v[2..10]);
        long number = (province * (serial < 10_000_000 ? 10_000_000 : 100_000_000)) + serial;
        return number % 97 == Number(v[10..]);
    }

    private const string SpanishLetters = "TRWAGMYFPDXBNJZSQVHLCKE";

    /// <summary>What the characters at odd places of a fiscal code count: 0 to 9, which are A to J, then K to Z.</summary>
    private static ReadOnlySpan<byte> OddValues => [1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23];

    public static bool Dni(ReadOnlySpan<byte> v) => v[8] == SpanishLetters[(int)(Number(v[..8]) % 23)];

    /// <summary>NIF of minors, of Spaniards abroad and of foreigners without a NIE.</summary>
    public static bool SpecialNif(ReadOnlySpan<byte> v) => v[0] is (byte)'K' or (byte)'L' or (byte)'M' && v[8] == SpanishLetters[(int)(Number(v[1..8]) % 23)];

    public static bool Nie(ReadOnlySpan<byte> v) =>
        v[0] is >= (byte)'X' and <= (byte)'Z' && v[8] == SpanishLetters[(int)((((v[0] - 'X') * 10_000_000) + Number(v[1..8])) % 23)];

    /// <summary>Sources differ on which companies have a digit and which a letter: both are right.</summary>
    public static bool Cif(ReadOnlySpan<byte> v)
    {
        if (!"ABCDEFGHJNPQRSUVW"u8.Contains(v[0]))
            return false;
        Span<byte> digits = stackalloc byte[8];
        v[1..8].CopyTo(digits);
        digits[7] = (byte)'0';
        int check = (10 - (LuhnSum(digits) % 10)) % 10;
        return v[8] == '0' + check || v[8] == "JABCDEFGHI"[check];
    }

    /// <summary>Where people share a code, letters stand for digits from the right on.</summary>
    public static bool CodiceFiscale(ReadOnlySpan<byte> v)
    {
        if (!"ABCDEHLMPRST"u8.Contains(v[8]))
            return false;
        int sum = 0;
        for (int i = 0; i < 15; i++)
        {
            bool numeric = "0000001101101110"[i] == '1';
            if (numeric && v[i] > '9' && !"LMNPQRSTUV"u8.Contains(v[i]))
                return false;
            int value = v[i] <= '9' ? v[i] - '0' : v[i] - 'A';
            sum += i % 2 == 0 ? OddValues[value] : value;
        }

        return v[15] == 'A' + (sum % 26);
    }

    /// <summary>Seven digits, the office of a province, Luhn. With or without IT before it.</summary>
    public static bool PartitaIva(ReadOnlySpan<byte> v)
    {
        bool prefixed = v.Length == 13;
        if (prefixed && !v.StartsWith("IT"u8))
            return false;
        v = v[^11..];
        return Number(v[7..10]) is (>= 1 and <= 100) or 120 or 121 or 888 or 999 && Luhn(v);
    }

    public static bool ItalianPassport(ReadOnlySpan<byte> v) => "ABCDEFGSY"u8.Contains(v[0]);

    /// <summary>The electronic card, CA00000AA; the paper one, two letters and seven digits.</summary>
    public static bool ItalianCard(ReadOnlySpan<byte> v) => v[2] <= '9' && (v[8] <= '9' || v[0] == 'C');

    public static bool ItalianLicence(ReadOnlySpan<byte> v) => v[1] > '9' || v.StartsWith("U1"u8);

    /// <summary>With or without PT before it.</summary>
    public static bool Contribuinte(ReadOnlySpan<byte> v)
    {
        if (v.Length == 11 && !v.StartsWith("PT"u8))
            return false;
        v = v[^9..];
        return v[0] != '0' && (11 - (Sum(v, [9, 8, 7, 6, 5, 4, 3, 2]) % 11)) % 11 % 10 == Digit(v[8]);
    }

    /// <summary>Number, its check digit, version, and a check digit by Luhn in which letters count from 10.</summary>
    public static bool CartaoDeCidadao(ReadOnlySpan<byte> v)
    {
        int sum = 0;
        for (int i = 0; i < 12; i++)
        {
            int value = Base36(v[i]);
            int twice = value * 2;
            sum += i % 2 != 0 ? value : twice > 9 ? twice - 9 : twice;
        }

        return sum % 10 == 0;
    }

    public static bool Amka(ReadOnlySpan<byte> v) => BirthDates.IsDayMonthYear(v) && Luhn(v);

    /// <summary>Powers of two as weights. With or without EL before it.</summary>
    public static bool Afm(ReadOnlySpan<byte> v)
    {
        if (v.Length == 11 && !v.StartsWith("EL"u8))
            return false;
        v = v[^9..];
        int sum = 0;
        foreach (byte b in v[..8])
            sum = (sum + Digit(b)) * 2;
        return Mod11Or0(sum) == Digit(v[8]);
    }
}
