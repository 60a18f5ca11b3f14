using IronCage.Safety.Text;

namespace IronCage.Safety.Recognisers.Secrets;

/// <summary>The value right of a colon, an equals sign or an option, in the ways of many languages.</summary>
internal readonly record struct AssignedValue(int Start, int End, bool IsQuoted)
{
    private const int WidestGap = 8;

    /// <summary>Reads the value that begins at or after <paramref name="from"/>.</summary>
    public static MatchState Read(in TextWindow window, int from, out AssignedValue value)
    {
        ReadOnlySpan<byte> text = window.Bytes;
        value = default;
        int start = SkipSpace(text, from);
        if (start >= text.Length)
            return window.AtEnd;
        if (text[start] is (byte)'b' or (byte)'r' or (byte)'u' or (byte)'f' or (byte)'L' or (byte)'@' or (byte)'B' or (byte)'R' or (byte)'&')
        {
            if (start + 1 >= text.Length)
                return window.AtEnd;
            if (text[start + 1] is (byte)'"' or (byte)'\'')
                start++;
        }

        byte quote = text[start];
        if (quote == '\\')
        {
            if (start + 1 >= text.Length)
                return window.AtEnd;
            if (text[start + 1] is not ((byte)'"' or (byte)'\''))
                return MatchState.NoMatch;
            return ReadQuoted(window, start + 2, (byte)'\\', out value);
        }

        if (quote is not ((byte)'"' or (byte)'\'' or (byte)'`'))
            return ReadBare(window, start, out value);
        int quotes = 1;
        while (quotes < 3 && start + quotes < text.Length && text[start + quotes] == quote)
            quotes++;
        if (start + quotes >= text.Length)
            return window.AtEnd;
        return quotes == 2 ? MatchState.NoMatch : ReadQuoted(window, start + quotes, quote, out value);
    }

    /// <summary>Behind the name of a scheme of HTTP's authorization, if there is one.</summary>
    public static int SkipScheme(ReadOnlySpan<byte> text, int start)
    {
        ReadOnlySpan<byte> rest = text[start..];
        foreach (ReadOnlyMemory<byte> scheme in Schemes)
        {
            if (rest.Length > scheme.Length && System.Text.Ascii.EqualsIgnoreCase(rest[..scheme.Length], scheme.Span))
                return start + scheme.Length;
        }

        return start;
    }

    /// <summary>Whether a scheme of HTTP's authorization may begin in what is left of the text.</summary>
    public static bool MayBeScheme(ReadOnlySpan<byte> rest)
    {
        foreach (ReadOnlyMemory<byte> scheme in Schemes)
        {
            if (rest.Length <= scheme.Length && System.Text.Ascii.EqualsIgnoreCase(rest, scheme.Span[..rest.Length]))
                return true;
        }

        return false;
    }

    private static readonly ReadOnlyMemory<byte>[] Schemes =
        ["Bearer "u8.ToArray(), "Basic "u8.ToArray(), "Token "u8.ToArray(), "ApiKey "u8.ToArray(), "Api-Key "u8.ToArray(), "Key "u8.ToArray(), "SSWS "u8.ToArray(), "GenieKey "u8.ToArray()];

    private static int SkipSpace(ReadOnlySpan<byte> text, int start)
    {
        int limit = Math.Min(text.Length, start + WidestGap);
        while (start < limit && text[start] is (byte)' ' or (byte)'\t')
            start++;

        // **Password:** value
        int star = start;
        while (star < text.Length && star - start < 2 && text[star] == '*')
            star++;
        return star > start && (star == text.Length || text[star] == ' ') ? Math.Min(star + 1, text.Length) : start;
    }

    private static MatchState ReadQuoted(in TextWindow window, int start, byte quote, out AssignedValue value)
    {
        ReadOnlySpan<byte> text = window.Bytes;
        start = SkipScheme(text, start);
        ReadOnlySpan<byte> rest = text[start..Math.Min(text.Length, start + SecretValue.Longest + 1)];
        int length = rest.IndexOfAny(quote, (byte)'\n', (byte)' ');
        value = new AssignedValue(start, start + length, IsQuoted: true);
        if (length >= 0)
            return rest[length] == quote ? MatchState.Match : rest[length] == ' ' && !window.Final && MayBeScheme(rest) ? MatchState.NeedMore : MatchState.NoMatch;
        return rest.Length > SecretValue.Longest ? MatchState.NoMatch : window.AtEnd;
    }

    private static MatchState ReadBare(in TextWindow window, int start, out AssignedValue value)
    {
        ReadOnlySpan<byte> text = window.Bytes;
        value = default;
        if (!window.Final && MayBeScheme(text[start..]))
            return MatchState.NeedMore;
        start = SkipScheme(text, start);
        int limit = Math.Min(text.Length, start + SecretValue.Longest + 1);
        int end = start;
        while (end < limit && !EndsBare(text[end]))
            end++;
        if (end == text.Length && !window.Final && end - start <= SecretValue.Longest)
            return MatchState.NeedMore;
        if (end < text.Length && (text[end] is (byte)'(' or (byte)'[' or (byte)'{' || text[end] >= 0x80 && ByteClass.IsLatinLead(text[end])))
            return MatchState.NoMatch;
        while (end > start && text[end - 1] is (byte)'.' or (byte)':' or (byte)'?')
            end--;
        value = new AssignedValue(start, end, IsQuoted: false);
        return end > start ? MatchState.Match : MatchState.NoMatch;
    }

    /// <summary>Signs that end a value without quotes: in prose, lists, addresses and connection strings. Text beyond ASCII follows without a space in some scripts.</summary>
    private static bool EndsBare(byte b) => b is <= 0x20 or >= 0x7F or (byte)'"' or (byte)'\'' or (byte)'`' or (byte)',' or (byte)';' or (byte)'<' or (byte)'>' or (byte)'(' or (byte)')' or (byte)'['
        or (byte)']' or (byte)'{' or (byte)'}' or (byte)'&' or (byte)'|' or (byte)'\\';
}
