namespace IronCage.Safety.Text;

/// <summary>Recognises what replaces a redacted finding: <c>[</c>, then <c>A-Z 0-9 _</c>, ending in <c>_REDACTED]</c>.</summary>
internal static class RedactedForm
{
    /// <summary>The longest: a name of 63 characters, the tail and the bracket.</summary>
    public const int Longest = 80;

    public static ReadOnlySpan<byte> Tail => "_REDACTED]"u8;

    /// <summary>Whether a form begins with the bracket at <paramref name="bracket"/>.</summary>
    public static MatchState At(in TextWindow window, int bracket)
    {
        ReadOnlySpan<byte> text = window.Bytes;
        int i = bracket + 1;
        while (i < text.Length && i - bracket < Longest && IsName(text[i]))
            i++;
        if (i - bracket >= Longest)
            return MatchState.NoMatch;
        if (i >= text.Length)
            return window.AtEnd;
        return text[i] == ']' && text[bracket..(i + 1)].EndsWith(Tail) ? MatchState.Match : MatchState.NoMatch;
    }

    /// <summary>Whether <paramref name="place"/> is inside a form, or on its last bracket.</summary>
    public static MatchState Covers(in TextWindow window, int place)
    {
        ReadOnlySpan<byte> text = window.Bytes;
        if (!IsName(text[place]) && text[place] != ']')
            return MatchState.NoMatch;
        int i = place - 1;
        while (i >= 0 && place - i < Longest && IsName(text[i]))
            i--;
        return i >= 0 && text[i] == '[' ? At(window, i) : MatchState.NoMatch;
    }

    private static bool IsName(byte b) => ByteClass.IsUpper(b) || ByteClass.IsDigit(b) || b == '_';
}
