namespace IronCage.Cost;

/// <summary>
/// Where a text may be cut before it is counted. Both tokenizers first split a text by a pattern (runs of letters with one leading mark,
/// digits by three,
/// runs of marks, white space) and then merge inside each run; a cut between two runs changes nothing.
/// </summary>
internal static class TextCuts
{
    /// <summary>Merging is quadratic in the length of a run: 200,000 equal characters take 9 s, and 512 take under 1 ms.</summary>
    public const int LongestRun = 512;

    private enum Kind
    {
        None,
        Letter,
        Digit,
        Space,
        Mark,
        Any,
    }

    /// <summary>
    /// The end of the next piece: before the name of what looks like a special token, where both tokenizers have a run's end anyway
    /// ("&lt;|" are marks, a letter
    /// follows), or <paramref name="forced"/> inside a run that is too long, or the end of the text.
    /// </summary>
    public static int Next(ReadOnlySpan<char> text, out bool forced)
    {
        forced = false;
        var kind = Kind.None;
        var run = 0;
        for (var i = 0; i < text.Length; i++)
        {
            var c = text[i];
            if (c == '|' && i > 0 && text[i - 1] == '<' && i + 1 < text.Length && char.IsAsciiLetter(text[i + 1]))
                return i + 1;

            var next = KindOf(c);
            if (next != kind && next != Kind.Any || next == Kind.Digit)
                (kind, run) = (next, 0);
            if (++run >= LongestRun && i + 1 < text.Length && !char.IsHighSurrogate(c))
            {
                forced = true;
                return i + 1;
            }
        }

        return text.Length;
    }

    /// <summary>The last place between a letter and a space that leads a letter, where a run always ends; 0 when there is none.</summary>
    public static int LastBetweenWords(ReadOnlySpan<char> text)
    {
        for (var i = text.Length - 2; i > 0; i--)
        {
            if (text[i] == ' ' && char.IsAsciiLetter(text[i - 1]) && char.IsAsciiLetter(text[i + 1]))
                return i;
        }

        return 0;
    }

    private static Kind KindOf(char c)
    {
        if (char.IsAscii(c))
        {
            return char.IsAsciiLetter(c) ? Kind.Letter
                : char.IsAsciiDigit(c) ? Kind.Digit
                : c is ' ' or (>= '\t' and <= '\r') ? Kind.Space
                : Kind.Mark;
        }

        // Outside ASCII only letters are told apart; combining marks and surrogates go on with whatever run they stand in.
        return char.IsLetter(c) ? Kind.Letter : Kind.Any;
    }
}
