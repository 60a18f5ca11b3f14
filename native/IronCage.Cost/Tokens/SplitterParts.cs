using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace IronCage.Cost;

/// <summary>What both splitting patterns have in common.</summary>
internal static unsafe class SplitterParts
{
    private const CharacterClass NotMarks = CharacterClass.Letter | CharacterClass.Number | CharacterClass.Space;

    /// <summary>Which of 16 bytes are ASCII letters once <paramref name="folded"/> (0x20 folds case, 0 does not), from <paramref name="first"/> on: bit by bit.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint Letters(Vector128<byte> text, byte folded, byte first)
    {
        var distance = (text | Vector128.Create(folded)) - Vector128.Create(first);
        return Vector128.Equals(Vector128.Min(distance, Vector128.Create((byte)25)), distance).ExtractMostSignificantBits();
    }

    /// <summary>How many of the low bits are set without a gap.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Run(uint bits) => BitOperations.TrailingZeroCount(~bits);

    /// <summary><c>\p{N}{1,3}</c>; the first is known.</summary>
    public static byte* Numbers(byte* at, byte* end, CharacterClasses classes)
    {
        for (var i = 0; i < 3 && at < end && (classes.Of(at, out var length) & CharacterClass.Number) != 0; i++)
            at += length;
        return at;
    }

    /// <summary><c>[^\s\p{L}\p{N}]*</c>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static byte* Signs(byte* at, byte* end, CharacterClasses classes)
    {
        while (at < end && (classes.Of(at, out var length) & NotMarks) == 0)
            at += length;
        return at;
    }

    /// <summary>
    /// White space: all of it up to its last line break; else, before other text, all but its last character; else all. <paramref name="endIsWhole"/>: at the end of the
    /// text all of it, line breaks or not (<c>\s++$</c> comes first).
    /// </summary>
    public static byte* Spaces(byte* at, byte* end, CharacterClasses classes, bool endIsWhole)
    {
        byte* start = at, last = at, afterNewline = null;
        while (at < end)
        {
            var c = classes.Of(at, out var length);
            if ((c & CharacterClass.Space) == 0)
                break;
            last = at;
            at += length;
            if ((c & CharacterClass.Newline) != 0)
                afterNewline = at;
        }
        if (at == end && endIsWhole)
            return at;
        if (afterNewline != null)
            return afterNewline;
        return at == end || last == start ? at : last;
    }

    /// <summary>
    /// The end of <c>(?i:'s|'t|'re|'ve|'m|'ll|'d)</c> at <paramref name="at"/>; itself when it is not there. The long s folds to s in the reference's regular expressions.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static byte* Contraction(byte* at, byte* end) => end - at >= 2 && *at == '\'' ? Suffix(at, end) : at;

    private static byte* Suffix(byte* at, byte* end)
    {
        switch (at[1] | 0x20)
        {
            case 's' or 't' or 'm' or 'd':
                return at + 2;
            case 'r' or 'v' when end - at >= 3 && (at[2] | 0x20) == 'e':
            case 'l' when end - at >= 3 && (at[2] | 0x20) == 'l':
                return at + 3;
            default:
                return end - at >= 3 && at[1] == 0xC5 && at[2] == 0xBF ? at + 3 : at;
        }
    }
}
