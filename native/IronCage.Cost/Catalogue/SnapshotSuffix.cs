namespace IronCage.Cost;

/// <summary>
/// Tells the suffix of a snapshot ("-2024-08-06", "-20250929", "-preview-05-06") from the rest of another model's name ("-mini", "-image",
/// "-1"),
/// so that a model which the catalogue does not know is never priced as a shorter name.
/// </summary>
internal static class SnapshotSuffix
{
    /// <summary>Length of <c>-YYYY-MM-DD</c>.</summary>
    public const int DashedDateLength = 11;

    /// <summary>Whether <paramref name="name"/> ends in <c>-YYYY-MM-DD</c>.</summary>
    public static bool EndsInDashedDate(ReadOnlySpan<byte> name) =>
        name.Length > DashedDateLength && name[^DashedDateLength] == '-' && IsDashedDate(name[^(DashedDateLength - 1)..]);

    /// <summary>
    /// Anthropic: nothing, <c>-YYYYMMDD</c>, <c>@YYYYMMDD</c> or <c>-latest</c>. Bedrock: <c>-YYYYMMDD</c>, <c>-vN</c>, <c>:N</c> and <c>:Nk</c>, each or none, in
    /// this order. Others: any number of parts, each led by '-', '@' or ':',
    /// that are
    /// a date (YYYY-MM-DD, MM-DD, MM-YYYY), a number of 3, 4 or 8 digits, or one of the words preview, latest, exp, thinking, customtools.
    /// </summary>
    public static bool Accepts(string provider, ReadOnlySpan<byte> rest)
    {
        if (provider == "anthropic")
        {
            return rest.IsEmpty || rest.SequenceEqual("-latest"u8)
                || rest.Length == 9 && rest[0] is (byte)'-' or (byte)'@' && IsCompactDate(rest[1..]);
        }

        if (provider == "aws")
            return IsBedrockVersion(rest);

        while (!rest.IsEmpty)
        {
            if (rest[0] is not ((byte)'-' or (byte)'@' or (byte)':'))
                return false;
            rest = rest[1..];
            var length = PartLength(rest);
            if (length == 0)
                return false;
            rest = rest[length..];
        }

        return true;
    }

    private static bool IsBedrockVersion(ReadOnlySpan<byte> rest)
    {
        if (rest.Length >= 9 && rest[0] == '-' && IsCompactDate(rest[1..9]))
            rest = rest[9..];
        if (rest.StartsWith("-v"u8) && Digits(rest[2..]) is > 0 and <= 2 and var version)
            rest = rest[(2 + version)..];
        if (rest.Length > 1 && rest[0] == ':' && Digits(rest[1..]) is > 0 and <= 2 and var revision)
            rest = rest[(1 + revision)..];
        if (rest.Length > 2 && rest[0] == ':' && rest[^1] == 'k' && Digits(rest[1..]) == rest.Length - 2)
            rest = [];
        return rest.IsEmpty;
    }

    private static int PartLength(ReadOnlySpan<byte> rest)
    {
        if (rest.Length >= 10 && IsDashedDate(rest[..10]) && EndsAt(rest, 10))
            return 10;

        var first = Digits(rest);
        if (first == 2 && IsMonth(rest[..2]) && rest.Length > 2 && rest[2] == '-')
        {
            var second = Digits(rest[3..]);
            return second is 2 or 4 && EndsAt(rest, 3 + second) ? 3 + second : 0;
        }

        if (first is 3 or 4 or 8)
            return EndsAt(rest, first) ? first : 0;
        return first > 0 ? 0 : WordLength(rest);
    }

    private static int WordLength(ReadOnlySpan<byte> rest)
    {
        var end = rest.IndexOfAny((byte)'-', (byte)'@', (byte)':');
        var word = end < 0 ? rest : rest[..end];
        return word.SequenceEqual("preview"u8) || word.SequenceEqual("latest"u8) || word.SequenceEqual("exp"u8)
            || word.SequenceEqual("thinking"u8) || word.SequenceEqual("customtools"u8)
            ? word.Length
            : 0;
    }

    private static bool EndsAt(ReadOnlySpan<byte> rest, int length) =>
        rest.Length == length || rest[length] is (byte)'-' or (byte)'@' or (byte)':';

    private static int Digits(ReadOnlySpan<byte> text)
    {
        var count = text.IndexOfAnyExceptInRange((byte)'0', (byte)'9');
        return count < 0 ? text.Length : count;
    }

    private static bool IsDashedDate(ReadOnlySpan<byte> text) =>
        text.Length == 10 && Digits(text) == 4 && text[0] == '2' && text[4] == '-' && Digits(text[5..]) == 2 && IsMonth(text[5..7])
        && text[7] == '-' && Digits(text[8..]) == 2 && IsDay(text[8..]);

    private static bool IsCompactDate(ReadOnlySpan<byte> text) =>
        text.Length == 8 && Digits(text) == 8 && text[0] == '2' && IsMonth(text[4..6]) && IsDay(text[6..]);

    private static bool IsMonth(ReadOnlySpan<byte> text) => Number(text) is >= 1 and <= 12;

    private static bool IsDay(ReadOnlySpan<byte> text) => Number(text) is >= 1 and <= 31;

    private static int Number(ReadOnlySpan<byte> twoDigits) => (twoDigits[0] - '0') * 10 + (twoDigits[1] - '0');
}
