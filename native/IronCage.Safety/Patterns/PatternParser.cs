using System.Globalization;
using System.Text;

namespace IronCage.Safety.Patterns;

/// <summary>
/// Reads a regular expression in the common syntax: literals, classes, <c>. \d \w \s \D \W \S</c>, groups, alternation, <c>* + ? {m} {m,} {m,n}</c> also lazy,
/// <c>^ $ \A \Z \z \b \B</c>, escapes, and the flags <c>i m s</c> as <c>(?i)</c> at the start or <c>(?i:…)</c>. What cannot be matched in linear time is refused
/// by its name.
/// </summary>
internal sealed partial class PatternParser
{
    public const int MostCharacters = 4096;
    private const int MostNesting = 100;
    private const int MostRepeats = 1000;

    private readonly int[] source;
    private int at;
    private int depth;
    private bool ignoreCase;
    private bool multiline;
    private bool dotAll;

    private PatternParser(string pattern) => source = [.. pattern.EnumerateRunes().Select(rune => rune.Value)];

    private bool IsAtEnd => at >= source.Length;

    /// <summary>The tree of a pattern.</summary>
    /// <exception cref="PatternException">It is none.</exception>
    public static PatternNode Parse(string pattern, bool ignoreCase = false)
    {
        if (pattern.Length is 0 or > MostCharacters)
            throw new PatternException($"a pattern has 1 to {MostCharacters} characters");
        var parser = new PatternParser(pattern) { ignoreCase = ignoreCase };
        PatternNode tree = parser.Choice();
        return parser.IsAtEnd ? tree : throw parser.Problem("a ')' that closes nothing");
    }

    private PatternNode Choice()
    {
        if (++depth > MostNesting)
            throw Problem($"groups nested more than {MostNesting} deep");
        var branches = new List<PatternNode> { Sequence() };
        while (Take('|'))
            branches.Add(Sequence());
        depth--;
        return PatternNode.Choice(branches);
    }

    private PatternNode Sequence()
    {
        var parts = new List<PatternNode>();
        while (!IsAtEnd && source[at] is not ('|' or ')'))
        {
            PatternNode? part = Atom();
            if (part is not null)
                parts.Add(Repeated(part));
        }

        return PatternNode.Sequence(parts);
    }

    /// <summary>One part; null for flags, which are none.</summary>
    private PatternNode? Atom()
    {
        int c = source[at++];
        switch (c)
        {
            case '.':
                return PatternNode.Chars(dotAll ? CodePointSet.All : CodePointSet.LineFeed.Complement());
            case '^':
                return PatternNode.At(multiline ? PatternLook.LineStart : PatternLook.TextStart);
            case '$':
                return PatternNode.At(multiline ? PatternLook.LineEnd : PatternLook.TextEndOrLineFeed);
            case '(':
                return Group();
            case '[':
                return PatternNode.Chars(Cased(Class()));
            case '\\':
                return Escape();
            case '*' or '+' or '?':
                throw Problem($"nothing to repeat before '{(char)c}'");
            case '{' when TryCounts(out _, out _):
                throw Problem("nothing to repeat before '{'");
            default:
                return PatternNode.Chars(Cased(CodePointSet.Of(c)));
        }
    }

    private PatternNode Repeated(PatternNode part)
    {
        int least, most;
        if (IsAtEnd)
            return part;
        if (Take('*'))
            (least, most) = (0, PatternNode.Unbounded);
        else if (Take('+'))
            (least, most) = (1, PatternNode.Unbounded);
        else if (Take('?'))
            (least, most) = (0, 1);
        else if (source[at] != '{' || !TakeCounts(out least, out most))
            return part;
        if (part.Kind == PatternNodeKind.Look)
            throw Problem("an anchor cannot be repeated");
        bool isLazy = Take('?');
        if (!isLazy && Take('+'))
            throw Problem("possessive quantifiers (such as *+) are not supported");
        if (!IsAtEnd && source[at] is '*' or '+' or '?')
            throw Problem("two quantifiers in a row");
        return PatternNode.Repeat(part, least, most, isLazy);
    }

    private bool TakeCounts(out int least, out int most)
    {
        at++;
        if (TryCounts(out least, out most))
            return true;
        at--;
        return false;
    }

    /// <summary>Reads <c>m}</c>, <c>m,}</c>, <c>,n}</c> or <c>m,n}</c>; otherwise the bracket before it is a literal, and nothing is read.</summary>
    private bool TryCounts(out int least, out int most)
    {
        int start = at;
        int first = Number();
        (least, most) = (Math.Max(first, 0), first);
        if (Take(','))
        {
            most = Number();
            if (first < 0 && most < 0)
                most = int.MinValue;
        }
        else if (first < 0)
        {
            most = int.MinValue;
        }

        if (most == int.MinValue || !Take('}'))
        {
            at = start;
            return false;
        }

        if (least > MostRepeats || most > MostRepeats)
            throw Problem($"repeat counts go up to {MostRepeats}");
        if (most >= 0 && most < least)
            throw Problem("a repeat count whose bounds are the wrong way round");
        return true;
    }

    private int Number()
    {
        int value = -1;
        while (!IsAtEnd && source[at] is >= '0' and <= '9')
            value = Math.Min(Math.Max(value, 0) * 10 + source[at++] - '0', 1_000_000);
        return value;
    }

    private PatternNode? Group()
    {
        var (wasIgnoreCase, wasMultiline, wasDotAll) = (ignoreCase, multiline, dotAll);
        if (Take('?'))
        {
            if (Take('#'))
            {
                while (!IsAtEnd && source[at] != ')')
                    at++;
                Close();
                return null;
            }

            Opening();
            if (Take(')'))
                return null; // flags for the rest
        }

        PatternNode inside = Choice();
        Close();
        (ignoreCase, multiline, dotAll) = (wasIgnoreCase, wasMultiline, wasDotAll);
        return inside;
    }

    /// <summary>What stands behind <c>(?</c>; a bracket that closes at once is left to be read.</summary>
    private void Opening()
    {
        if (IsAtEnd)
            throw Problem("a '(' that is not closed");
        if (Take('='))
            throw Problem("lookahead (?=…) is not supported");
        if (Take('!'))
            throw Problem("negative lookahead (?!…) is not supported");
        if (Take('>'))
            throw Problem("atomic groups (?>…) are not supported");
        if (Take('('))
            throw Problem("conditions (?(…)…) are not supported");
        bool isNamed = Take('P');
        if (isNamed && Take('='))
            throw Problem("backreferences (?P=…) are not supported");
        if (isNamed && Take('>'))
            throw Problem("recursion (?P>…) is not supported");
        if (Take('<'))
        {
            if (!isNamed && !IsAtEnd && source[at] is '=' or '!')
                throw Problem(source[at] == '=' ? "lookbehind (?<=…) is not supported" : "negative lookbehind (?<!…) is not supported");
            while (!IsAtEnd && source[at] != '>')
                at++;
            if (!Take('>'))
                throw Problem("a group's name that does not end");
            return;
        }

        if (isNamed)
            throw Problem("an unknown group (?P…");
        Flags();
    }

    private void Flags()
    {
        bool on = true;
        while (!IsAtEnd)
        {
            int c = source[at];
            if (c == ')')
                return;
            at++;
            switch (c)
            {
                case ':':
                    return;
                case '-':
                    on = false;
                    break;
                case 'i':
                    ignoreCase = on;
                    break;
                case 'm':
                    multiline = on;
                    break;
                case 's':
                    dotAll = on;
                    break;
                case 'u' when on:
                    break;
                default:
                    throw Problem($"the flag '{new Rune(c)}' is not supported; there are i, m and s");
            }
        }

        throw Problem("a '(' that is not closed");
    }

    private void Close()
    {
        if (!Take(')'))
            throw Problem("a '(' that is not closed");
    }

    private CodePointSet Cased(CodePointSet set) => ignoreCase ? UnicodeTables.WithCases(set) : set;

    private bool Take(char c)
    {
        if (IsAtEnd || source[at] != c)
            return false;
        at++;
        return true;
    }

    private PatternException Problem(string problem) => new(string.Create(CultureInfo.InvariantCulture, $"{problem}, at character {Math.Min(at, source.Length)}"));
}
