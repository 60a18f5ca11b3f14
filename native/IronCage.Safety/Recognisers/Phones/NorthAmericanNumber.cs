namespace IronCage.Safety.Recognisers.Phones;

/// <summary>The ten digits of the North American Numbering Plan: area, exchange, line.</summary>
internal static class NorthAmericanNumber
{
    public const int Length = 10;

    /// <summary>
    /// Area and exchange begin with 2 to 9, and neither is one of the service codes such as 911. Areas with a 9 in the middle, 37x and 96x are kept for the plan's
    /// extension.
    /// </summary>
    public static bool IsValid(ReadOnlySpan<byte> digits) => digits.Length == Length && IsArea(digits) && digits[3] >= 2 && !(digits[4] == 1 && digits[5] == 1);

    /// <summary>Whether the area code can be one.</summary>
    public static bool IsArea(ReadOnlySpan<byte> digits) =>
        digits[0] >= 2 && digits[1] != 9 && !(digits[1] == 1 && digits[2] == 1) && !(digits[0] == 3 && digits[1] == 7) && !(digits[0] == 9 && digits[1] == 6);
}
