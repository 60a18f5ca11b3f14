using IronCage.Safety.Text;

namespace IronCage.Safety.Recognisers.Dates;

/// <summary>Reads the time of day behind a date: hours and minutes, seconds, their fraction, and the distance from UTC.</summary>
internal static class TimeText
{
    private const int LongestFraction = 9;

    /// <summary>Reads on from the end of a date.</summary>
    /// <param name="window">The text.</param>
    /// <param name="date">Where the date ends.</param>
    /// <param name="plain">Where it ends without the distance from UTC; the same as <paramref name="end"/> if there is none.</param>
    /// <param name="end">Where the time ends.</param>
    /// <returns><see cref="MatchState.NoMatch"/> if no time follows that may end where it does.</returns>
    public static MatchState ReadAfter(in TextWindow window, int date, out int plain, out int end)
    {
        ReadOnlySpan<byte> text = window.Bytes;
        plain = end = date;
        if (date + 1 >= text.Length)
            return window.AtEnd;
        int i = date;
        if (text[i] == ',' && text[i + 1] == ' ')
            i++;
        if (text[i] is not ((byte)'T' or (byte)'t' or (byte)' ' or (byte)':'))
            return MatchState.NoMatch;
        MatchState state = Pair(window, ++i, 23);
        if (state != MatchState.Match)
            return state;
        i += 2;
        if (i >= text.Length)
            return window.AtEnd;
        if (text[i] != ':')
            return MatchState.NoMatch;
        state = Pair(window, ++i, 59);
        if (state != MatchState.Match)
            return state;
        i += 2;
        if (i < text.Length && text[i] == ':')
        {
            state = Pair(window, i + 1, 60);
            if (state == MatchState.NeedMore)
                return state;
            if (state == MatchState.Match)
            {
                i += 3;
                if (Fraction(window, ref i) == MatchState.NeedMore)
                    return MatchState.NeedMore;
            }
        }

        plain = i;
        if (Zone(window, ref i) == MatchState.NeedMore)
            return MatchState.NeedMore;
        end = i;
        return Edge.Right(window, end, ":.-"u8);
    }

    private static MatchState Pair(in TextWindow window, int start, int most)
    {
        ReadOnlySpan<byte> text = window.Bytes;
        for (int i = start; i < start + 2; i++)
        {
            if (i >= text.Length)
                return window.AtEnd;
            if (!ByteClass.IsDigit(text[i]))
                return MatchState.NoMatch;
        }

        return ((text[start] - '0') * 10) + text[start + 1] - '0' <= most ? MatchState.Match : MatchState.NoMatch;
    }

    private static MatchState Fraction(in TextWindow window, ref int i)
    {
        ReadOnlySpan<byte> text = window.Bytes;
        if (i >= text.Length || text[i] is not ((byte)'.' or (byte)','))
            return MatchState.NoMatch;
        int end = i + 1;
        while (end < text.Length && end - i <= LongestFraction && ByteClass.IsDigit(text[end]))
            end++;
        if (end >= text.Length && !window.Final)
            return MatchState.NeedMore;
        if (end > i + 1 && (end >= text.Length || !ByteClass.IsDigit(text[end])))
            i = end;
        return MatchState.Match;
    }

    /// <summary>Z, or +02:00, +0200, +02; the figures also behind a space.</summary>
    private static MatchState Zone(in TextWindow window, ref int i)
    {
        ReadOnlySpan<byte> text = window.Bytes;
        if (i >= text.Length)
            return window.AtEnd;
        if (text[i] is (byte)'Z' or (byte)'z')
        {
            i++;
            return MatchState.Match;
        }

        int sign = i;
        if (text[sign] == ' ')
        {
            sign++;
            if (sign >= text.Length)
                return window.AtEnd;
        }

        if (text[sign] is not ((byte)'+' or (byte)'-'))
            return MatchState.NoMatch;
        MatchState state = Pair(window, sign + 1, 14);
        if (state != MatchState.Match)
            return state;
        int end = sign + 3;
        if (end >= text.Length && !window.Final)
            return MatchState.NeedMore;
        bool colon = end < text.Length && text[end] == ':';
        state = Pair(window, end + (colon ? 1 : 0), 59);
        if (state == MatchState.NeedMore)
            return state;
        if (state == MatchState.Match)
            end += colon ? 3 : 2;
        else if (sign > i)
            return MatchState.NoMatch;
        if (end < text.Length && ByteClass.IsDigit(text[end]))
            return MatchState.NoMatch;
        i = end;
        return MatchState.Match;
    }
}
