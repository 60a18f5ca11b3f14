namespace IronCage.Safety.Text.Folding;

/// <summary>
/// The at sign and the full stop as quoted-printable mail writes them (<c>bob=40example=2Ecom</c>). Nothing else of that code: <c>id=4111</c> is an assignment.
/// </summary>
internal static class QuotedPrintable
{
    private const int Length = 3;
    private const int LongestLabel = 63;

    private static ReadOnlySpan<byte> At => "=40"u8;

    private static ReadOnlySpan<byte> Dot => "=2E"u8;

    public static MatchState Read(ReadOnlySpan<byte> text, bool final, out SpelledCharacter character)
    {
        character = default;
        if (text.Length <= Length)
            return !final && (At.StartsWith(text[..Math.Min(text.Length, Length)]) || Dot.StartsWith(text[..Math.Min(text.Length, Length)])) ? MatchState.NeedMore : MatchState.NoMatch;
        bool isAt = text.StartsWith(At);
        if ((!isAt && !text.StartsWith(Dot)) || !ByteClass.IsLetter(text[Length]))
            return MatchState.NoMatch;
        MatchState state = isAt ? Domain(text, final) : MatchState.Match;
        character = new SpelledCharacter(isAt ? '@' : '.', Length, Spelling.QuotedPrintable);
        return state;
    }

    /// <summary>
    /// Whether what stands left allows it: a local part, masked perhaps, and for the full stop an at sign in the same word. Behind a redacted form it stays what it is: what was
    /// there may have been anything, and no address begins in <c>=40</c>.
    /// </summary>
    public static bool IsAfter(ReadOnlySpan<byte> left, byte value)
    {
        if (left.IsEmpty)
            return false;
        if (value == '@')
            return ByteClass.IsWord(left[^1]) || left[^1] is (byte)'*' or >= 0x80;
        if (!(ByteClass.IsWord(left[^1]) || left[^1] is (byte)']' or (byte)'*'))
            return false;
        left = left[Math.Max(0, left.Length - LongestLabel)..];
        int i = left.Length;
        while (i > 0 && (ByteClass.IsWord(left[i - 1]) || left[i - 1] is (byte)'.' or (byte)'-' or (byte)'[' or (byte)']' or (byte)'*'))
            i--;
        return i > 0 && left[i - 1] == '@';
    }

    /// <summary>Whether a label, a full stop and two letters follow the at sign.</summary>
    private static MatchState Domain(ReadOnlySpan<byte> text, bool final)
    {
        int i = Length;
        while (i < text.Length && i - Length <= LongestLabel && (ByteClass.IsAlnum(text[i]) || text[i] == '-'))
            i++;
        if (i - Length > LongestLabel)
            return MatchState.NoMatch;
        ReadOnlySpan<byte> rest = text[i..];
        int dot = rest.Length > 0 && rest[0] == '.' ? 1 : Length;
        if (dot == Length && !rest[..Math.Min(rest.Length, Length)].SequenceEqual(Dot[..Math.Min(rest.Length, Length)]))
            return MatchState.NoMatch;
        for (int letter = dot; letter < dot + 2; letter++)
        {
            if (letter >= rest.Length)
                return SpelledCharacter.AtEnd(final);
            if (!ByteClass.IsLetter(rest[letter]))
                return MatchState.NoMatch;
        }

        return MatchState.Match;
    }
}
