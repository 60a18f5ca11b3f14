using static IronCage.Safety.Recognisers.Identifiers.Checks.CheckDigits;

namespace IronCage.Safety.Recognisers.Identifiers.Checks;

internal static class MiddleEasternAndAfricanChecks
{
    public static bool Kimlik(ReadOnlySpan<byte> v)
    {
        if (v[0] == '0')
            return false;
        int sum = Sum(v, [1, 1, 1, 1, 1, 1, 1, 1, 1, 1]);
        return sum % 10 == Digit(v[10]) && Sum(v, [7, 9, 7, 9, 7, 9, 7, 9, 7]) % 10 == Digit(v[9]);
    }

    public static bool IsraeliId(ReadOnlySpan<byte> v) => Luhn(v);

    /// <summary>Birthday, serial, 0 for citizens (1 and 2 for others), Luhn.</summary>
    public static bool SouthAfricanId(ReadOnlySpan<byte> v) => v[10] <= '2' && BirthDates.IsYearMonthDay(v) && Luhn(v);

    public static bool Nin(ReadOnlySpan<byte> v) => v[0] != '0';
}
