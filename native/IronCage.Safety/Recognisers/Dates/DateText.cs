using IronCage.Safety.Text;

namespace IronCage.Safety.Recognisers.Dates;

/// <summary>Reads dates in figures and with the names of months.</summary>
internal static class DateText
{
    private const int FirstYear = 1900;
    private const int LastYear = 2099;
    private const int FirstNamedYear = 1000;

    /// <summary>Whether a date that begins with a year or a day can go on with that byte.</summary>
    public static bool MayFollow(byte b, bool isYear) => b switch
    {
        (byte)'-' or (byte)'/' or (byte)'.' => true,
        _ => isYear ? b is 0xE5 or 0xEB : b is (byte)' ' or (byte)',' or (byte)'s' or (byte)'n' or (byte)'r' or (byte)'t' or (byte)'e' or 0xC2,
    };

    /// <summary>A year of four digits at <paramref name="start"/>, month and day.</summary>
    public static MatchState YearFirst(in TextWindow window, int start, out int end)
    {
        ReadOnlySpan<byte> text = window.Bytes;
        end = start + 4;
        int year = Value(text, start, end);
        if (year is < FirstYear or > LastYear)
            return MatchState.NoMatch;
        if (end >= text.Length)
            return window.AtEnd;
        if (text[end] is (byte)'-' or (byte)'/' or (byte)'.')
        {
            byte separator = text[end];
            MatchState state = Part(window, end + 1, 12, out int next);
            if (state != MatchState.Match)
                return state;
            if (next >= text.Length)
                return window.AtEnd;
            return text[next] != separator ? MatchState.NoMatch : Part(window, next + 1, 31, out end);
        }

        return text[end] == 0xE5 || text[end] == 0xEB ? Signs(window, end, out end) : MatchState.NoMatch;
    }

    /// <summary>Day and month, or month and day, with a year of four digits behind them; or a day and the name of a month.</summary>
    public static MatchState DayFirst(in TextWindow window, int start, out int end)
    {
        ReadOnlySpan<byte> text = window.Bytes;
        MatchState state = Part(window, start, 31, out int next);
        end = next;
        if (state != MatchState.Match)
            return state;
        if (next + 1 >= text.Length)
            return window.AtEnd;
        byte separator = text[next];
        if (separator is (byte)'-' or (byte)'/' or (byte)'.' && ByteClass.IsDigit(text[next + 1]))
        {
            int day = Value(text, start, next);
            state = Part(window, next + 1, day > 12 ? 12 : 31, out int last);
            if (state != MatchState.Match)
                return state;
            if (last >= text.Length)
                return window.AtEnd;
            return text[last] != separator ? MatchState.NoMatch : Year(window, last + 1, FirstYear, out end);
        }

        int i = next;
        if (separator is (byte)'-' or (byte)'/')
        {
            i++;
        }
        else
        {
            i += Ordinal(text, i);
            if (i < text.Length && text[i] == '.')
                i++;
            if (i >= text.Length)
                return window.AtEnd;
            if (text[i] != ' ')
                return MatchState.NoMatch;
            i++;
            if (SkipOf(window, ref i) == MatchState.NeedMore)
                return MatchState.NeedMore;
        }

        int name = i;
        while (i < text.Length && i - name <= MonthNames.Longest && ContextWords.IsLetterEnd(text[i]))
            i++;
        if (i - name > MonthNames.Longest)
            return MatchState.NoMatch;
        if (i >= text.Length)
            return window.AtEnd;
        if (!MonthNames.Contains(text[name..i]))
            return MatchState.NoMatch;
        if (separator is (byte)'-' or (byte)'/')
            return text[i] == separator ? Year(window, i + 1, FirstNamedYear, out end) : MatchState.NoMatch;
        if (text[i] is (byte)'.' or (byte)',')
            i++;
        if (i >= text.Length)
            return window.AtEnd;
        if (text[i] != ' ')
            return MatchState.NoMatch;
        i++;
        return SkipOf(window, ref i) == MatchState.NeedMore ? MatchState.NeedMore : Year(window, i, FirstNamedYear, out end);
    }

    /// <summary>Where the name of a month begins that ends before a day at <paramref name="day"/>; -1 if there is none.</summary>
    public static int MonthBefore(ReadOnlySpan<byte> text, int day)
    {
        int end = day;
        if (end == 0 || text[end - 1] != ' ')
            return -1;
        end--;
        if (end > 0 && text[end - 1] == '.')
            end--;
        int start = end;
        while (start > 0 && end - start <= MonthNames.Longest && ContextWords.IsLetterEnd(text[start - 1]))
            start--;

        // In text without spaces letters of another script, or a sign, may stand before it.
        for (int from = start; end - from >= 3; from++)
        {
            bool begins = from == start ? end - start <= MonthNames.Longest : text[from - 1] >= 0x80 && text[from] is < 0x80 or >= 0xC0;
            if (begins && MonthNames.Contains(text[from..end]))
                return from;
        }

        return -1;
    }

    /// <summary>A day, a comma and a year behind the name of a month.</summary>
    public static MatchState YearAfter(in TextWindow window, int start, out int end)
    {
        ReadOnlySpan<byte> text = window.Bytes;
        MatchState state = Part(window, start, 31, out end);
        if (state != MatchState.Match)
            return state;
        int i = end + Ordinal(text, end);
        if (i < text.Length && text[i] == ',')
            i++;
        if (i >= text.Length)
            return window.AtEnd;
        return text[i] != ' ' ? MatchState.NoMatch : Year(window, i + 1, FirstNamedYear, out end);
    }

    /// <summary>One or two digits that make a value from 1 to <paramref name="most"/>.</summary>
    public static MatchState Part(in TextWindow window, int start, int most, out int end)
    {
        ReadOnlySpan<byte> text = window.Bytes;
        end = start;
        while (end < text.Length && end - start < 3 && ByteClass.IsDigit(text[end]))
            end++;
        if (end - start is > 0 and < 3 && end < text.Length && Value(text, start, end) is var value && value > 0 && value <= most)
            return MatchState.Match;
        if (end < text.Length || end - start == 3)
            return MatchState.NoMatch;
        return !window.Final ? MatchState.NeedMore : end > start && Value(text, start, end) is var last && last > 0 && last <= most ? MatchState.Match : MatchState.NoMatch;
    }

    private static MatchState Year(in TextWindow window, int start, int first, out int end)
    {
        ReadOnlySpan<byte> text = window.Bytes;
        end = start;
        while (end < text.Length && end - start <= 4 && ByteClass.IsDigit(text[end]))
            end++;
        if (end >= text.Length && !window.Final)
            return MatchState.NeedMore;
        return end - start == 4 && Value(text, start, end) is var year && year >= first && year <= LastYear ? MatchState.Match : MatchState.NoMatch;
    }

    /// <summary>年, 月 and 日, or the same in Korean, behind their figures.</summary>
    private static MatchState Signs(in TextWindow window, int start, out int end)
    {
        ReadOnlySpan<byte> text = window.Bytes;
        bool korean = text[start] == 0xEB;
        end = start;
        MatchState state = Sign(window, ref end, korean ? "년"u8 : "年"u8, korean);
        if (state == MatchState.Match)
            state = Part(window, end, 12, out end);
        if (state == MatchState.Match)
            state = Sign(window, ref end, korean ? "월"u8 : "月"u8, korean);
        if (state == MatchState.Match)
            state = Part(window, end, 31, out end);
        return state == MatchState.Match ? Sign(window, ref end, korean ? "일"u8 : "日"u8, space: false) : state;
    }

    private static MatchState Sign(in TextWindow window, ref int end, ReadOnlySpan<byte> sign, bool space)
    {
        ReadOnlySpan<byte> rest = window.Bytes[end..];
        if (rest.Length < sign.Length + (space ? 1 : 0))
            return sign.StartsWith(rest[..Math.Min(rest.Length, sign.Length)]) && !(window.Final && rest.Length < sign.Length) ? window.AtEnd : MatchState.NoMatch;
        if (!rest.StartsWith(sign))
            return MatchState.NoMatch;
        end += sign.Length + (space && rest[sign.Length] == ' ' ? 1 : 0);
        return MatchState.Match;
    }

    /// <summary>How long the ending of an ordinal number is: 1st, 2nd, 3rd, 4th, 1er, 1º.</summary>
    private static int Ordinal(ReadOnlySpan<byte> text, int i)
    {
        if (i + 1 >= text.Length)
            return 0;
        ReadOnlySpan<byte> two = text.Slice(i, 2);
        return two.SequenceEqual("st"u8) || two.SequenceEqual("nd"u8) || two.SequenceEqual("rd"u8) || two.SequenceEqual("th"u8) || two.SequenceEqual("er"u8) || two.SequenceEqual("º"u8) ? 2 : 0;
    }

    /// <summary>Skips the word between the parts in Spanish and Portuguese.</summary>
    private static MatchState SkipOf(in TextWindow window, ref int i)
    {
        ReadOnlySpan<byte> rest = window.Bytes[i..];
        if (rest.Length < 3)
            return "de "u8.StartsWith(rest) && !window.Final ? MatchState.NeedMore : MatchState.NoMatch;
        if (rest.StartsWith("de "u8))
            i += 3;
        return MatchState.Match;
    }

    private static int Value(ReadOnlySpan<byte> text, int start, int end)
    {
        int value = 0;
        for (int i = start; i < end; i++)
            value = (value * 10) + text[i] - '0';
        return value;
    }
}
