namespace IronCage.Safety.Text.Folding;

/// <summary>
/// What a character stands for in numbers, addresses and tokens. Punctuation of Chinese and Japanese sentences stays what it is: a comma or a bracket of full width
/// ends an address.
/// </summary>
internal static class CharacterFold
{
    private const int AsciiOfFullWidth = 0xFEE0;

    /// <summary>Folds a character.</summary>
    /// <param name="left">The folded text before it.</param>
    /// <param name="right">The text behind it.</param>
    /// <param name="final">Whether the text ends where <paramref name="right"/> does.</param>
    /// <param name="character">The character.</param>
    /// <param name="folded">What it folds to.</param>
    /// <returns><see cref="MatchState.NoMatch"/> when it stays as it is.</returns>
    public static MatchState Fold(ReadOnlySpan<byte> left, ReadOnlySpan<byte> right, bool final, in SpelledCharacter character, out FoldedSequence folded)
    {
        int length = character.Length;
        int c = character.CodePoint;
        if (c < 0x80)
            return FoldEscape(left, character, out folded);
        int value = Sign(left, c);
        if (value != 0)
        {
            folded = FoldedSequence.Ascii(length, (byte)value);
            return MatchState.Match;
        }

        if (IsInvisible(c) && Hides(left, c))
        {
            folded = FoldedSequence.Nothing(length);
            return MatchState.Match;
        }

        MatchState state = MatchState.NoMatch;
        if (IsDot(c))
            (state, value) = (IsAddressEnd(left) ? StandsBefore(left, right, final, c) : state, '.');
        else if (LookAlikes.Of(c) is > 0 and var letter)
            (state, value) = (LookAlikes.Stands(left, right, final), letter);
        folded = FoldedSequence.Ascii(length, (byte)value);
        if (state != MatchState.NoMatch || character.Spelling == Spelling.Literal || c < 0xA0)
            return state;

        // Escaped, and nothing but itself: words around a number are read too.
        folded = FoldedSequence.Utf8(length, c);
        return MatchState.Match;
    }

    private static MatchState FoldEscape(ReadOnlySpan<byte> left, in SpelledCharacter character, out FoldedSequence folded)
    {
        var value = (byte)character.CodePoint;
        bool stands = value is (>= 0x20 and < 0x7F) or (byte)'\t' or (byte)'\n' or (byte)'\r';
        if (character.Spelling == Spelling.Percent)
            value = PercentEscape.Fold(left, value);
        else if (character.Spelling == Spelling.QuotedPrintable)
            stands = QuotedPrintable.IsAfter(left, value);
        folded = FoldedSequence.Ascii(character.Length, value);
        return stands ? MatchState.Match : MatchState.NoMatch;
    }

    /// <summary>The ASCII character that <paramref name="c"/> is in another form, wherever it stands; 0 when there is none.</summary>
    private static int Sign(ReadOnlySpan<byte> left, int c) => c switch
    {
        0xA0 or (>= 0x2000 and <= 0x200A) or 0x202F or 0x205F => ' ',
        0x3000 => !left.IsEmpty && ByteClass.IsDigit(left[^1]) ? ' ' : 0,
        (>= 0x2010 and <= 0x2013) or 0x2043 or 0x2212 or 0xFE63 or 0xFF0D => '-',
        0xFE6B or 0xFF20 => '@',
        0xFE62 or 0xFF0B => '+',
        0xFF3F => '_',
        0xFF0F => IsAddressEnd(left) ? '/' : 0,
        (>= 0xFF21 and <= 0xFF3A) or (>= 0xFF41 and <= 0xFF5A) => c - AsciiOfFullWidth,
        >= 0x24B6 and <= 0x24CF => 'A' + c - 0x24B6,
        >= 0x24D0 and <= 0x24E9 => 'a' + c - 0x24D0,
        >= 0x1D400 and <= 0x1D6A3 => MathematicalLetter((c - 0x1D400) % 52),
        >= 0xE0020 and <= 0xE007E => c - 0xE0000,
        _ => DecimalDigits.Value(c) is >= 0 and var digit ? '0' + digit : 0,
    };

    private static int MathematicalLetter(int index) => index < 26 ? 'A' + index : 'a' + index - 26;

    /// <summary>Full stops of other scripts and shapes.</summary>
    private static bool IsDot(int c) => c is 0x2024 or 0x3002 or 0xFE52 or 0xFF0E or 0xFF61;

    /// <summary>Characters without a shape of their own: joiners, marks of direction, soft hyphens, selectors, marks on the letter before.</summary>
    private static bool IsInvisible(int c) => c switch
    {
        0xAD or 0x180E or (>= 0x200B and <= 0x200F) or (>= 0x202A and <= 0x202E) or (>= 0x2060 and <= 0x206F) or 0xFEFF => true,
        (>= 0xFE00 and <= 0xFE0F) or 0xE0001 or 0xE007F or (>= 0xE0100 and <= 0xE01EF) => true,
        _ => IsMark(c),
    };

    private static bool IsMark(int c) => c is (>= 0x300 and <= 0x36F) or (>= 0x20D0 and <= 0x20F0);

    /// <summary>Behind letters and signs of ASCII such a character means nothing. In other scripts it makes words, as joiners do in Persian.</summary>
    private static bool Hides(ReadOnlySpan<byte> left, int c)
    {
        if (left.IsEmpty)
            return false;
        byte before = left[^1];
        if (before < 0x80)
            return IsMark(c) ? before > 0x20 : before >= 0x20;
        return !IsMark(c) && EndsInLatin(left);
    }

    private static bool EndsInLatin(ReadOnlySpan<byte> left) => left.Length >= 2 && ByteClass.IsLatinPair(left[^2], left[^1]);

    /// <summary>Whether an address or its redacted or masked form may end here.</summary>
    private static bool IsAddressEnd(ReadOnlySpan<byte> left) =>
        !left.IsEmpty && (ByteClass.IsWord(left[^1]) || left[^1] is (byte)'-' or (byte)']' or (byte)'*' || EndsInLatin(left));

    /// <summary>Whether an address may go on behind a full stop. One of a Chinese sentence between two numbers parts them.</summary>
    private static MatchState StandsBefore(ReadOnlySpan<byte> left, ReadOnlySpan<byte> right, bool final, int dot)
    {
        if (right.IsEmpty)
            return SpelledCharacter.AtEnd(final);
        MatchState state = SpelledCharacter.Read(right, final, out SpelledCharacter spelled);
        if (state == MatchState.NeedMore || (state == MatchState.NoMatch && right[0] >= 0x80))
            return state;
        int next = state == MatchState.Match ? spelled.CodePoint : right[0];
        bool parts = dot is 0x3002 or 0xFF61;
        if (next < 0x80)
        {
            bool goesOn = parts && ByteClass.IsDigit((byte)next) ? !ByteClass.IsDigit(left[^1]) : ByteClass.IsAlnum((byte)next) || next is '[' or '*';
            return goesOn ? MatchState.Match : MatchState.NoMatch;
        }

        int sign = Sign(left, next);
        bool isDigit = sign is >= '0' and <= '9';
        bool stands = isDigit ? !parts || !ByteClass.IsDigit(left[^1]) : (sign is > 0 and < 0x80 && ByteClass.IsLetter((byte)sign)) || next is >= 0xC0 and <= 0x24F || IsInvisible(next) || LookAlikes.Of(next) != 0;
        return stands ? MatchState.Match : MatchState.NoMatch;
    }
}
