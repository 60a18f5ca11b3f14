using static IronCage.Safety.Recognisers.Identifiers.Checks.CheckDigits;

namespace IronCage.Safety.Recognisers.Identifiers.Checks;

internal static class AmericanChecks
{
    /// <summary>Where a letter stands in the alphabet of the Mexican registers, which has Ñ after N.</summary>
    private static int Mexican(byte b) => b <= '9' ? Digit(b) : b - 'A' + (b <= 'N' ? 10 : 11);

    /// <summary>Canada: 0 is not given out and 8 is for businesses.</summary>
    public static bool Sin(ReadOnlySpan<byte> v) => v[0] is not ((byte)'0' or (byte)'8') && Luhn(v);

    public static bool Cpf(ReadOnlySpan<byte> v) =>
        Brazilian(Sum(v, [10, 9, 8, 7, 6, 5, 4, 3, 2])) == Digit(v[9]) && Brazilian(Sum(v, [11, 10, 9, 8, 7, 6, 5, 4, 3, 2])) == Digit(v[10]);

    /// <summary>Since July 2026 the first twelve may be letters too, which count from 17.</summary>
    public static bool Cnpj(ReadOnlySpan<byte> v) =>
        Brazilian(Sum(v, [5, 4, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2])) == Digit(v[12]) && Brazilian(Sum(v, [6, 5, 4, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2])) == Digit(v[13]);

    private static int Brazilian(int sum) => sum % 11 < 2 ? 0 : 11 - (sum % 11);

    public static bool Curp(ReadOnlySpan<byte> v)
    {
        if (!BirthDates.IsYearMonthDay(v[4..]) || v[10] is not ((byte)'H' or (byte)'M' or (byte)'X'))
            return false;
        int sum = 0;
        for (int i = 0; i < 17; i++)
            sum += Mexican(v[i]) * (18 - i);
        return (10 - (sum % 10)) % 10 == Digit(v[17]);
    }

    /// <summary>Thirteen characters of a person, twelve of a company: those count as if a space stood before them.</summary>
    public static bool Rfc(ReadOnlySpan<byte> v)
    {
        int names = v.Length - 9;
        if (!BirthDates.IsYearMonthDay(v[names..]))
            return false;
        int sum = names == 3 ? 37 * 13 : 0;
        for (int i = 0; i < v.Length - 1; i++)
            sum += Mexican(v[i]) * (v.Length - i);
        int check = (11 - (sum % 11)) % 11;
        return v[^1] == (check == 10 ? 'A' : '0' + check);
    }

    public static bool Cuit(ReadOnlySpan<byte> v)
    {
        if (BirthDates.Two(v, 0) is not (20 or (>= 23 and <= 27) or 30 or 33 or 34 or 50 or 51 or 55))
            return false;
        int rest = 11 - (Sum(v, [5, 4, 3, 2, 7, 6, 5, 4, 3, 2]) % 11);
        return Digit(v[10]) == rest switch { 11 => 0, 10 => 9, _ => rest };
    }

    public static bool Rut(ReadOnlySpan<byte> v)
    {
        int sum = 0;
        for (int i = v.Length - 2, weight = 2; i >= 0; i--, weight = weight == 7 ? 2 : weight + 1)
        {
            if (v[i] > '9')
                return false;
            sum += Digit(v[i]) * weight;
        }

        return v[^1] == "0123456789K"[(11 - (sum % 11)) % 11];
    }

    public static bool Nit(ReadOnlySpan<byte> v)
    {
        ReadOnlySpan<byte> weights = [41, 37, 29, 23, 19, 17, 13, 7, 3];
        int sum = Sum(v, weights[^(v.Length - 1)..]);
        return Digit(v[^1]) == (sum % 11 < 2 ? sum % 11 : 11 - (sum % 11));
    }

    /// <summary>Ecuador: province, a third digit below 6 for people, Luhn.</summary>
    public static bool Cedula(ReadOnlySpan<byte> v) => BirthDates.Two(v, 0) is (>= 1 and <= 24) or 30 && v[2] <= '5' && Luhn(v);
}
