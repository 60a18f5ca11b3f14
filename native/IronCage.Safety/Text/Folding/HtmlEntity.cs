using System.Text;

namespace IronCage.Safety.Text.Folding;

/// <summary>References of HTML: <c>&amp;#64;</c>, <c>&amp;#x40;</c>, <c>&amp;commat;</c>; also where the ampersand is one itself (<c>&amp;amp;#64;</c>).</summary>
internal static class HtmlEntity
{
    private const int LongestName = 14;
    private const int MostDigits = 7;

    /// <summary>The letters of U+00C0 to U+00FF in their order.</summary>
    private const string Latin =
        "Agrave Aacute Acirc Atilde Auml Aring AElig Ccedil Egrave Eacute Ecirc Euml Igrave Iacute Icirc Iuml ETH Ntilde Ograve Oacute Ocirc Otilde Ouml times Oslash Ugrave Uacute "
        + "Ucirc Uuml Yacute THORN szlig agrave aacute acirc atilde auml aring aelig ccedil egrave eacute ecirc euml igrave iacute icirc iuml eth ntilde ograve oacute ocirc otilde "
        + "ouml divide oslash ugrave uacute ucirc uuml yacute thorn yuml";

    private static readonly (byte[] Name, int CodePoint)[] Names =
    [
        .. new (string Name, int CodePoint)[]
        {
            ("amp", '&'), ("lt", '<'), ("gt", '>'), ("quot", '"'), ("apos", '\''), ("nbsp", 0xA0), ("commat", '@'), ("period", '.'), ("plus", '+'), ("hyphen", 0x2010),
            ("dash", 0x2010), ("ndash", 0x2013), ("minus", 0x2212), ("lowbar", '_'), ("UnderBar", '_'), ("colon", ':'), ("semi", ';'), ("comma", ','), ("sol", '/'),
            ("bsol", '\\'), ("num", '#'), ("equals", '='), ("percnt", '%'), ("dollar", '$'), ("ast", '*'), ("excl", '!'), ("quest", '?'), ("lpar", '('), ("rpar", ')'),
            ("lsqb", '['), ("rsqb", ']'), ("lbrack", '['), ("rbrack", ']'), ("lcub", '{'), ("rcub", '}'), ("Tab", '\t'), ("NewLine", '\n'), ("ensp", 0x2002),
            ("emsp", 0x2003), ("numsp", 0x2007), ("puncsp", 0x2008), ("thinsp", 0x2009), ("hairsp", 0x200A), ("shy", 0xAD), ("zwnj", 0x200C), ("zwj", 0x200D),
            ("lrm", 0x200E), ("rlm", 0x200F), ("ZeroWidthSpace", 0x200B), ("NoBreak", 0x2060),
        }.Concat(Latin.Split(' ').Select((name, index) => (name, 0xC0 + index))).Select(entry => (Encoding.ASCII.GetBytes(entry.Item1), entry.Item2)),
    ];

    public static MatchState Read(ReadOnlySpan<byte> text, bool final, out SpelledCharacter character)
    {
        int at = 1;
        character = default;
        MatchState state = Body(text, final, ref at, out int value);
        if (state != MatchState.Match)
            return state;
        if (value == '&')
        {
            int outer = at;
            MatchState inner = Body(text, final, ref at, out int nested);
            if (inner == MatchState.NeedMore)
                return inner;
            if (inner == MatchState.Match)
                value = nested;
            else
                at = outer;
        }

        character = new SpelledCharacter(value, at, Spelling.Entity);
        return MatchState.Match;
    }

    /// <summary>Reads what stands between the ampersand and the semicolon, and that.</summary>
    private static MatchState Body(ReadOnlySpan<byte> text, bool final, ref int at, out int value)
    {
        value = 0;
        if (at >= text.Length)
            return SpelledCharacter.AtEnd(final);
        if (text[at] == '#')
        {
            at++;
            return Number(text, final, ref at, out value);
        }

        int from = at;
        while (at < text.Length && at - from <= LongestName && ByteClass.IsLetter(text[at]))
            at++;
        if (at >= text.Length)
            return SpelledCharacter.AtEnd(final);
        if (text[at] != ';' || at == from)
            return MatchState.NoMatch;
        ReadOnlySpan<byte> name = text[from..at++];
        foreach (var (known, codePoint) in Names)
        {
            if (name.SequenceEqual(known))
            {
                value = codePoint;
                return MatchState.Match;
            }
        }

        return MatchState.NoMatch;
    }

    private static MatchState Number(ReadOnlySpan<byte> text, bool final, ref int at, out int value)
    {
        value = 0;
        bool hex = at < text.Length && (text[at] | 0x20) == 'x';
        if (hex)
            at++;
        int from = at;
        while (true)
        {
            if (at >= text.Length)
                return SpelledCharacter.AtEnd(final);
            byte b = text[at++];
            if (b == ';')
                break;
            if (at - from > MostDigits || !(hex ? ByteClass.IsHex(b) : ByteClass.IsDigit(b)))
                return MatchState.NoMatch;
            value = hex ? (value << 4) | ByteClass.HexValue(b) : (value * 10) + b - '0';
        }

        return at - 1 > from && Rune.IsValid(value) ? MatchState.Match : MatchState.NoMatch;
    }
}
