namespace IronCage.Safety.Recognisers.Identifiers.Checks;

/// <summary>Whether digits can be the date that an identifier begins with.</summary>
internal static class BirthDates
{
    /// <summary>Whether some year has the day; 29 February counts.</summary>
    public static bool IsDay(int month, int day) => month is >= 1 and <= 12 && day >= 1 && day <= month switch { 2 => 29, 4 or 6 or 9 or 11 => 30, _ => 31 };

    /// <summary>Two digits as a number.</summary>
    public static int Two(ReadOnlySpan<byte> digits, int at) => ((digits[at] - '0') * 10) + digits[at + 1] - '0';

    /// <summary>Six digits: year, month, day.</summary>
    public static bool IsYearMonthDay(ReadOnlySpan<byte> digits) => IsDay(Two(digits, 2), Two(digits, 4));

    /// <summary>Six digits: day, month, year.</summary>
    public static bool IsDayMonthYear(ReadOnlySpan<byte> digits) => IsDay(Two(digits, 2), Two(digits, 0));
}
