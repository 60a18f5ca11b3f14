using System.Buffers;
using System.Text;
using IronCage.Safety.Patterns;
using IronCage.Safety.Text;

namespace IronCage.Safety.Terms;

/// <summary>
/// Reads text unit by unit, as terms are compared: a word, one character of a script that is written without spaces, white space (however much), or one other
/// character. Hashes what it reads.
/// </summary>
internal ref struct TermReader(ReadOnlySpan<byte> text, int at, bool final, bool ignoreCase)
{
    private const ulong Prime = 0x9E3779B97F4A7C15;
    private const ulong Seed = 0xCBF29CE484222325;

    private readonly ReadOnlySpan<byte> text = text;
    private bool isSpace;

    /// <summary>The first byte that is not read yet.</summary>
    public int At { get; private set; } = at;

    /// <summary>Of everything read so far.</summary>
    public ulong Hash { get; private set; } = Seed;

    /// <summary>Reads a unit that ends at <paramref name="limit"/> or before. Of white space only the first character counts.</summary>
    /// <returns>No match at the end, or where the unit is too long.</returns>
    public MatchState Next(int limit)
    {
        MatchState state = Peek(At, out int codePoint, out int length);
        if (state != MatchState.Match)
            return state;
        bool wasSpace = isSpace;
        isSpace = CodePointSet.Space.Contains(codePoint);
        if (!(wasSpace && isSpace))
            Mix(isSpace ? ' ' : Folded(codePoint));
        At += length;
        if (isSpace || !IsWordly(codePoint))
            return At <= limit ? MatchState.Match : MatchState.NoMatch;
        while (At <= limit)
        {
            state = Peek(At, out codePoint, out length);
            if (state == MatchState.NeedMore)
                return state;
            if (state == MatchState.NoMatch || !IsWordly(codePoint))
                return MatchState.Match;
            Mix(Folded(codePoint));
            At += length;
        }

        return MatchState.NoMatch;
    }

    /// <summary>Whether a character is part of a word that is written with spaces around it.</summary>
    public static bool IsWordly(int codePoint)
    {
        if (codePoint < 0x80)
            return ByteClass.IsWord((byte)codePoint);
        return !IsAlone(codePoint) && Rune.TryCreate(codePoint, out Rune rune) && UnicodeTables.IsWord(rune);
    }

    /// <summary>Whether a character belongs to a script that is written without spaces: Thai, Lao, Burmese, Khmer, kana, Han, Hangul.</summary>
    public static bool IsAlone(int codePoint) => codePoint is (>= 0xE00 and <= 0xEFF) or (>= 0x1000 and <= 0x109F) or (>= 0x1780 and <= 0x17FF)
        or (>= 0x3040 and <= 0x30FF) or (>= 0x31F0 and <= 0x31FF) or (>= 0x3400 and <= 0x9FFF) or (>= 0xAC00 and <= 0xD7AF) or (>= 0xF900 and <= 0xFAFF)
        or (>= 0x20000 and <= 0x3FFFF);

    private MatchState Peek(int place, out int codePoint, out int length)
    {
        (codePoint, length) = (0, 1);
        if (place >= text.Length)
            return final ? MatchState.NoMatch : MatchState.NeedMore;
        codePoint = text[place];
        if (codePoint < 0x80)
            return MatchState.Match;
        OperationStatus status = Rune.DecodeFromUtf8(text[place..], out Rune rune, out int read);
        if (status == OperationStatus.NeedMoreData && !final)
            return MatchState.NeedMore;
        (codePoint, length) = status == OperationStatus.Done ? (rune.Value, read) : (0xFFFD, 1);
        return MatchState.Match;
    }

    private readonly int Folded(int codePoint)
    {
        if (!ignoreCase)
            return codePoint;
        if (codePoint < 0x80)
            return codePoint is >= 'A' and <= 'Z' ? codePoint | 0x20 : codePoint;
        return Rune.TryCreate(codePoint, out Rune rune) ? Rune.ToLowerInvariant(rune).Value : codePoint;
    }

    private void Mix(int value) => Hash = System.Numerics.BitOperations.RotateLeft((Hash ^ (uint)value) * Prime, 29);
}
