using System.Globalization;
using System.Text;

namespace IronCage.Safety.Recognisers.Secrets;

/// <summary>
/// How the shape of a token is written: bytes stand for themselves, <c>(a|b)</c> for one of some texts (nothing is one too), <c>&lt;a36&gt;</c> for 36 and
/// <c>&lt;w20-40&gt;</c> for 20 to 40 bytes of a set, <c>&lt;uuid&gt;</c> for a UUID in small letters. The sets: d digits, h hexadecimal in small letters, H in capitals, x in any,
/// l small letters and digits, u capitals and digits, a letters and digits, z small letters, y letters, w letters, digits, _ and -, b those of Base64 without
/// padding, p the same with it, q those of w, full stop and equals sign, % those of w and percent signs, m those of p, _ and -, f those of p, ^ and #, t those of w, full stop and tilde, v letters, digits and all signs but quotes, brackets, commas and semicolons.
/// </summary>
internal static class ShapeNotation
{
    public static readonly AsciiSet Digits = AsciiSet.Range('0', '9');
    public static readonly AsciiSet Small = AsciiSet.Range('a', 'z');
    public static readonly AsciiSet Capital = AsciiSet.Range('A', 'Z');
    public static readonly AsciiSet Alnum = Digits | Small | Capital;
    public static readonly AsciiSet UrlSafe = Alnum | AsciiSet.Of("_-");
    public static readonly AsciiSet Dotted = UrlSafe | AsciiSet.Of(".=");
    public static readonly AsciiSet Base64 = Alnum | AsciiSet.Of("+/");

    /// <summary>Bytes that a trigger's run does not hold; a segment of fixed bytes ends there.</summary>
    private const string EndsRun = "~|$!#^ @";

    /// <summary>All shapes that a notation stands for, each a sequence of segments.</summary>
    public static IEnumerable<TokenSegment[]> Read(string shape)
    {
        foreach (string one in Alternatives(shape.Replace("<uuid>", "<h8>-<h4>-<h4>-<h4>-<h12>", StringComparison.Ordinal)))
            yield return Segments(one);
    }

    private static IEnumerable<string> Alternatives(string shape)
    {
        int open = shape.IndexOf('(', StringComparison.Ordinal);
        if (open < 0)
            return [shape];
        int close = shape.IndexOf(')', open);
        string[] inner = shape[(open + 1)..close].Split('|');
        return inner.SelectMany(text => Alternatives(shape[..open] + text + shape[(close + 1)..]));
    }

    private static TokenSegment[] Segments(string shape)
    {
        var segments = new List<TokenSegment>();
        var literal = new StringBuilder();
        for (int i = 0; i < shape.Length; i++)
        {
            if (shape[i] != '<')
            {
                literal.Append(shape[i]);
                if (EndsRun.Contains(shape[i], StringComparison.Ordinal))
                    Flush(segments, literal);
                continue;
            }

            int close = shape.IndexOf('>', i);
            Flush(segments, literal);
            segments.Add(Class(shape[(i + 1)..close]));
            i = close;
        }

        Flush(segments, literal);
        return [.. segments];
    }

    private static void Flush(List<TokenSegment> segments, StringBuilder literal)
    {
        if (literal.Length > 0)
            segments.Add(TokenSegment.Fixed(Encoding.ASCII.GetBytes(literal.ToString())));
        literal.Clear();
    }

    private static TokenSegment Class(string text)
    {
        string[] counts = text[1..].Split('-');
        int min = int.Parse(counts[0], CultureInfo.InvariantCulture);
        return new TokenSegment([], Set(text[0]), min, counts.Length == 1 ? min : int.Parse(counts[1], CultureInfo.InvariantCulture));
    }

    private static AsciiSet Set(char name) => name switch
    {
        'd' => Digits,
        'h' => Digits | AsciiSet.Range('a', 'f'),
        'H' => Digits | AsciiSet.Range('A', 'F'),
        'x' => Digits | AsciiSet.Range('a', 'f') | AsciiSet.Range('A', 'F'),
        'l' => Digits | Small,
        'u' => Digits | Capital,
        'z' => Small,
        'y' => Small | Capital,
        'a' => Alnum,
        'w' => UrlSafe,
        'b' => Base64,
        'p' => Base64 | AsciiSet.Of("="),
        'q' => Dotted,
        'v' => Alnum | AsciiSet.Of("!#$%&*+-./:=?@^_|~"),
        'm' => UrlSafe | AsciiSet.Of("+/="),
        'f' => Base64 | AsciiSet.Of("=^#"),
        't' => UrlSafe | AsciiSet.Of(".~"),
        '%' => UrlSafe | AsciiSet.Of("%"),
        _ => throw new ArgumentException($"There is no set of bytes called {name}.", nameof(name)),
    };
}
