using System.Text;

namespace IronCage.Safety.Patterns;

/// <summary>Escapes and classes.</summary>
internal sealed partial class PatternParser
{
    private PatternNode Escape()
    {
        int c = Next("a '\\' at the end");
        switch (c)
        {
            case 'b':
                return PatternNode.At(PatternLook.WordBoundary);
            case 'B':
                return PatternNode.At(PatternLook.NoWordBoundary);
            case 'A':
                return PatternNode.At(PatternLook.TextStart);
            case 'Z' or 'z':
                return PatternNode.At(PatternLook.TextEnd);
            case >= '1' and <= '9' or 'k' or 'g':
                throw Problem($"backreferences (\\{(char)c}) are not supported");
        }

        return PatternNode.Chars(Shorthand(c) ?? Cased(CodePointSet.Of(Literal(c))));
    }

    /// <summary>The inside of <c>[…]</c>, behind its first bracket.</summary>
    private CodePointSet Class()
    {
        bool isNegated = Take('^');
        var ranges = new List<(int First, int Last)>();
        bool isFirst = true;
        while (isFirst || IsAtEnd || source[at] != ']')
        {
            isFirst = false;
            int c = Next("a '[' that is not closed");
            if (c == '[' && !IsAtEnd && source[at] is ':' or '.' or '=')
                throw Problem("POSIX classes such as [:alpha:] are not supported");
            CodePointSet? shorthand = c == '\\' ? InClass(ref c) : null;
            if (shorthand is not null)
            {
                ranges.AddRange(shorthand.Ranges.ToArray());
                continue;
            }

            int last = c;
            if (at + 1 < source.Length && source[at] == '-' && source[at + 1] != ']')
            {
                at++;
                last = source[at++];
                if (last == '\\' && InClass(ref last) is not null)
                    throw Problem("a range that ends in a class");
                if (last < c)
                    throw Problem("a range whose ends are the wrong way round");
            }

            ranges.Add((c, last));
        }

        at++;
        CodePointSet set = Cased(CodePointSet.Of(ranges));
        return isNegated ? set.Complement() : set;
    }

    /// <summary>An escape in a class: a set, or null and the one character it stands for.</summary>
    private CodePointSet? InClass(ref int c)
    {
        c = Next("a '\\' at the end");
        if (Shorthand(c) is { } set)
            return set;
        c = c == 'b' ? '\b' : Literal(c);
        return null;
    }

    private CodePointSet? Shorthand(int c) => c switch
    {
        'd' => CodePointSet.Digit,
        'D' => CodePointSet.Digit.Complement(),
        's' => CodePointSet.Space,
        'S' => CodePointSet.Space.Complement(),
        'w' => UnicodeTables.Word,
        'W' => UnicodeTables.Word.Complement(),
        'p' or 'P' => throw Problem("Unicode classes (\\p) are not supported: write the range"),
        _ => null,
    };

    private int Literal(int c) => c switch
    {
        't' => '\t',
        'n' => '\n',
        'r' => '\r',
        'f' => '\f',
        'v' => '\v',
        'a' => '\a',
        '0' => 0,
        'x' => Hex(2),
        'u' => Hex(4),
        'U' => Hex(8),
        >= 'a' and <= 'z' or >= 'A' and <= 'Z' => throw Problem($"the escape \\{(char)c} is not known"),
        _ => c,
    };

    private int Hex(int digits)
    {
        long value = 0;
        for (int i = 0; i < digits; i++)
        {
            int c = Next("a hexadecimal escape that is too short");
            if (c > 0x7F || !char.IsAsciiHexDigit((char)c))
                throw Problem("a hexadecimal escape with something else in it");
            value = value << 4 | (uint)Convert.ToInt32(((char)c).ToString(), 16);
        }

        return value <= CodePointSet.Last && Rune.IsValid((int)value) ? (int)value : throw Problem("a hexadecimal escape that is no character");
    }

    private int Next(string problem) => IsAtEnd ? throw Problem(problem) : source[at++];
}
