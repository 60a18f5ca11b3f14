using System.Runtime.Intrinsics;

namespace IronCage.Cost;

/// <summary>
/// The pattern of o200k_base. With U for <c>[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]</c>, L for <c>[\p{Ll}\p{Lm}\p{Lo}\p{M}]</c> and C for
/// <c>(?i:'s|'t|'re|'ve|'m|'ll|'d)?</c>:
/// <c>[^\r\n\p{L}\p{N}]?U*L+C|[^\r\n\p{L}\p{N}]?U+L*C|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+</c>.
/// </summary>
internal readonly unsafe struct O200kSplitter : ISplitter
{
    private const CharacterClass NoPrefix = CharacterClass.Letter | CharacterClass.Number | CharacterClass.Newline;
    private const CharacterClass Uppers = CharacterClass.Upper | CharacterClass.Mark;
    private const CharacterClass Lowers = CharacterClass.Lower | CharacterClass.Mark;

    public static byte* Next(byte* at, byte* end, CharacterClasses classes)
    {
        var first = classes.Of(at, out var length);
        var letters = (first & NoPrefix) == 0 ? at + length : at;
        if (end - letters >= Vector128<byte>.Count && (first & CharacterClass.Mark) == 0)
        {
            var text = Vector128.Load(letters);
            var uppers = SplitterParts.Run(SplitterParts.Letters(text, 0, (byte)'A'));
            var lowers = SplitterParts.Run(SplitterParts.Letters(text, 0, (byte)'a') >> uppers);
            var run = uppers + lowers;
            if (run is > 0 and < 16 && letters[run] < 0x80)
                return SplitterParts.Contraction(letters + run, end);
        }
        var after = Word(at, letters, end, first, classes);
        if (after != at)
            return SplitterParts.Contraction(after, end);
        if ((first & CharacterClass.Number) != 0)
            return SplitterParts.Numbers(at, end, classes);
        var signs = *at == ' ' ? at + 1 : at;
        after = SplitterParts.Signs(signs, end, classes);
        if (after != signs)
        {
            while (after < end && *after is (byte)'\r' or (byte)'\n' or (byte)'/')
                after++;
            return after;
        }
        return SplitterParts.Spaces(at, end, classes, endIsWhole: false);
    }

    /// <summary>
    /// The two alternatives of letters, without their contraction. Letters without case and marks are in both sets, hence the backtracking: the first alternative takes
    /// all of U, and when nothing of L follows gives back up to the last that is in L too.
    /// </summary>
    /// <param name="at">The start of the piece.</param>
    /// <param name="letters">Behind the optional first character; the start where that is none.</param>
    /// <param name="end">The end of the text.</param>
    /// <param name="first">The class of the first character.</param>
    /// <param name="classes">The classes.</param>
    /// <returns>The start when neither matches.</returns>
    private static byte* Word(byte* at, byte* letters, byte* end, CharacterClass first, CharacterClasses classes)
    {
        var p = letters;
        byte* afterBoth = null;
        while (p < end)
        {
            var c = classes.Of(p, out var length);
            if ((c & Uppers) == 0)
            {
                if ((c & Lowers) == 0)
                    break;
                do
                    p += length;
                while (p < end && (classes.Of(p, out length) & Lowers) != 0);
                return p;
            }
            p += length;
            if ((c & Lowers) != 0)
                afterBoth = p;
        }
        if (afterBoth != null)
            return afterBoth;
        // Without the optional character the first alternative still matches where that character is a mark, and comes before the second.
        if ((first & CharacterClass.Mark) != 0)
            return letters;
        return p == letters ? at : p;
    }
}
