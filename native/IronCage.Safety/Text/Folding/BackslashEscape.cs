namespace IronCage.Safety.Text.Folding;

/// <summary>
/// Escapes of JSON and of programming languages: <c>\u0040</c> (a pair of surrogates too), <c>\u{40}</c>, <c>\x40</c>, <c>\/</c>; with two or four backslashes where
/// the text was escaped again.
/// </summary>
internal static class BackslashEscape
{
    private const int MostBackslashes = 4;

    public static MatchState Read(ReadOnlySpan<byte> text, bool final, out SpelledCharacter character)
    {
        character = default;
        int at = 0;
        while (at < text.Length && text[at] == '\\' && at <= MostBackslashes)
            at++;
        if (at > MostBackslashes)
            return MatchState.NoMatch;
        int backslashes = at;
        if (at >= text.Length)
            return SpelledCharacter.AtEnd(final);
        byte letter = text[at++];
        if (letter == '/')
        {
            character = new SpelledCharacter('/', at, Spelling.Backslash);
            return MatchState.Match;
        }

        int value;
        MatchState state;
        if (letter == 'x')
            state = Digits(text, final, 2, ref at, out value);
        else if (letter != 'u')
            return MatchState.NoMatch;
        else if (at < text.Length && text[at] == '{')
            state = Braced(text, final, ref at, out value);
        else
            state = Digits(text, final, 4, ref at, out value);
        if (state == MatchState.Match && value is >= 0xD800 and < 0xDC00)
            state = LowHalf(text, final, backslashes, ref at, ref value);
        if (state != MatchState.Match || value is (>= 0xD800 and < 0xE000) or > 0x10FFFF || (letter == 'x' && value > 0x7E))
            return state == MatchState.NeedMore ? state : MatchState.NoMatch;
        character = new SpelledCharacter(value, at, Spelling.Backslash);
        return MatchState.Match;
    }

    private static MatchState Digits(ReadOnlySpan<byte> text, bool final, int count, ref int at, out int value)
    {
        value = 0;
        for (int end = at + count; at < end; at++)
        {
            if (at >= text.Length)
                return SpelledCharacter.AtEnd(final);
            if (!ByteClass.IsHex(text[at]))
                return MatchState.NoMatch;
            value = (value << 4) | ByteClass.HexValue(text[at]);
        }

        return MatchState.Match;
    }

    private static MatchState Braced(ReadOnlySpan<byte> text, bool final, ref int at, out int value)
    {
        value = 0;
        int from = ++at;
        while (true)
        {
            if (at >= text.Length)
                return SpelledCharacter.AtEnd(final);
            byte b = text[at++];
            if (b == '}')
                return at - 1 > from ? MatchState.Match : MatchState.NoMatch;
            if (!ByteClass.IsHex(b) || at - from > 6)
                return MatchState.NoMatch;
            value = (value << 4) | ByteClass.HexValue(b);
        }
    }

    private static MatchState LowHalf(ReadOnlySpan<byte> text, bool final, int backslashes, ref int at, ref int value)
    {
        for (int i = 0; i <= backslashes; i++, at++)
        {
            if (at >= text.Length)
                return SpelledCharacter.AtEnd(final);
            if (text[at] != (i < backslashes ? '\\' : 'u'))
                return MatchState.NoMatch;
        }

        MatchState state = Digits(text, final, 4, ref at, out int low);
        if (state == MatchState.Match && low is < 0xDC00 or > 0xDFFF)
            return MatchState.NoMatch;
        value = 0x10000 + ((value - 0xD800) << 10) + (low - 0xDC00);
        return state;
    }
}
