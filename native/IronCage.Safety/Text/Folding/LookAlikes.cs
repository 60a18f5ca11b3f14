namespace IronCage.Safety.Text.Folding;

/// <summary>
/// Cyrillic and Greek letters that look like Latin ones. They stand for those only where a word or an address mixes them with Latin letters or digits
/// (<c>bоb@example.com</c> with a Cyrillic о); words of Russian and Greek stay as they are.
/// </summary>
internal static class LookAlikes
{
    private const int MostLetters = 32;

    private const string Cyrillic = "АAВBЕEЅSІIЈJКKМMНHОOРPСCТTУYХXаaеeоoрpсcуyхxѕsіiјj";
    private const string Greek = "ΑAΒBΕEΖZΗHΙIΚKΜMΝNΟOΡPΤTΥYΧXαaιiκkνvοoρpυu";

    /// <summary>By the two bytes of U+0380 to U+047F: what the letter looks like, or 0.</summary>
    private static readonly byte[] Latin = Fill(new byte[4 * 64], Cyrillic + Greek);

    /// <summary>The ASCII letter that a letter of two bytes looks like; 0 when there is none.</summary>
    public static byte Of(byte lead, byte trail) => lead is >= 0xCE and <= 0xD1 && (trail & 0xC0) == 0x80 ? Latin[((lead - 0xCE) << 6) | (trail & 0x3F)] : (byte)0;

    public static byte Of(int codePoint) => codePoint is >= 0x380 and < 0x480 ? Latin[codePoint - 0x380] : (byte)0;

    /// <summary>Whether a look-alike stands for its Latin letter.</summary>
    /// <param name="left">The folded text before it.</param>
    /// <param name="right">The text behind it.</param>
    /// <param name="final">Whether the text ends where <paramref name="right"/> does.</param>
    public static MatchState Stands(ReadOnlySpan<byte> left, ReadOnlySpan<byte> right, bool final)
    {
        byte before = left.IsEmpty ? (byte)0 : left[^1];
        if (before >= 0x80)
            return MatchState.NoMatch;
        int i = 0;
        while (i + 1 < right.Length && Of(right[i], right[i + 1]) != 0)
        {
            i += 2;
            if (i >= 2 * MostLetters)
                return MatchState.NoMatch;
        }

        if (i >= right.Length || (i + 1 == right.Length && right[i] is >= 0xCE and <= 0xD1))
        {
            if (!final)
                return MatchState.NeedMore;
        }

        byte after = i < right.Length ? right[i] : (byte)0;
        if (after >= 0x80 && after is not (0xC2 or 0xD9 or 0xDB or >= 0xE0))
            return MatchState.NoMatch;
        bool isEscape = left.Length >= 2 && left[^2] == '\\' && before is (byte)'n' or (byte)'r' or (byte)'t' or (byte)'b' or (byte)'f';
        if (isEscape)
            before = (byte)' ';
        bool touches = ByteClass.IsLetter(before) || before is (byte)'@' or (byte)']' || ByteClass.IsLetter(after) || after is (byte)'@' or (byte)'[';
        bool inside = IsAddress(before) && IsAddress(after) && (IsWord(before) || (left.Length >= 2 && IsWord(left[^2])));
        return touches || inside ? MatchState.Match : MatchState.NoMatch;
    }

    private static bool IsAddress(byte b) => IsWord(b) || b is (byte)'.' or (byte)'-';

    /// <summary>A word, or what it is when it was redacted or masked: so nothing beside it changes then.</summary>
    private static bool IsWord(byte b) => ByteClass.IsWord(b) || b is (byte)'[' or (byte)']' or (byte)'*';

    private static byte[] Fill(byte[] table, string pairs)
    {
        for (int i = 0; i < pairs.Length; i += 2)
            table[pairs[i] - 0x380] = (byte)pairs[i + 1];
        return table;
    }
}
