using System.Runtime.Intrinsics;

namespace IronCage.Cost;

/// <summary>
/// The pattern of cl100k_base:
/// <c>'(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}++|\p{N}{1,3}+| ?[^\s\p{L}\p{N}]++[\r\n]*+|\s++$|\s*[\r\n]|\s+(?!\S)|\s</c>.
/// </summary>
internal readonly unsafe struct Cl100kSplitter : ISplitter
{
    private const CharacterClass NoPrefix = CharacterClass.Letter | CharacterClass.Number | CharacterClass.Newline;

    public static byte* Next(byte* at, byte* end, CharacterClasses classes)
    {
        var first = classes.Of(at, out var length);
        var contraction = SplitterParts.Contraction(at, end);
        if (contraction != at)
            return contraction;
        var letters = (first & NoPrefix) == 0 ? at + length : at;
        if (end - letters >= Vector128<byte>.Count)
        {
            var text = Vector128.Load(letters);
            var run = SplitterParts.Run(SplitterParts.Letters(text, 0x20, (byte)'a'));
            if (run is > 0 and < 16 && letters[run] < 0x80)
                return letters + run;
        }
        var after = Letters(letters, end, classes);
        if (after != letters)
            return after;
        if ((first & CharacterClass.Number) != 0)
            return SplitterParts.Numbers(at, end, classes);
        var signs = *at == ' ' ? at + 1 : at;
        after = SplitterParts.Signs(signs, end, classes);
        if (after != signs)
        {
            while (after < end && *after is (byte)'\r' or (byte)'\n')
                after++;
            return after;
        }
        return SplitterParts.Spaces(at, end, classes, endIsWhole: true);
    }

    private static byte* Letters(byte* at, byte* end, CharacterClasses classes)
    {
        while (at < end && (classes.Of(at, out var length) & CharacterClass.Letter) != 0)
            at += length;
        return at;
    }
}
