using IronCage.Safety.Text.Folding;

namespace IronCage.Safety.Text;

/// <summary>
/// What stands for other characters in numbers, addresses and tokens: digits and letters of other widths and scripts, typographic spaces and hyphens (models write
/// <c>415‑555‑2671</c> with U+2011), characters that cannot be seen, and escapes from where the text came (<c>bob%40example.com</c> in a query,
/// <c>bob\u0040example.com</c> in JSON inside JSON). Recognisers read the folded text; places are told in the text as it is.
/// </summary>
/// <remarks>
/// What a sequence folds to depends on itself, on at most <see cref="LeftReach"/> folded bytes before it and on what follows within <see cref="Longest"/> bytes of its
/// beginning: cut anywhere, a text folds to the same.
/// </remarks>
internal static class TextFold
{
    /// <summary>The bytes from a sequence's first on that decide about it; a text in pieces keeps back fewer.</summary>
    public const int Longest = 128;

    /// <summary>How many folded bytes before a sequence may decide about it.</summary>
    public const int LeftReach = 256;

    /// <summary>Reads a sequence at the start of <paramref name="text"/>.</summary>
    /// <param name="left">The folded text before it, <see cref="LeftReach"/> bytes if there are so many.</param>
    /// <param name="text">What follows.</param>
    /// <param name="final">Whether the text ends where the span does.</param>
    /// <param name="folded">What it folds to.</param>
    public static MatchState Read(ReadOnlySpan<byte> left, ReadOnlySpan<byte> text, bool final, out FoldedSequence folded)
    {
        if (SimpleFold.Read(text, out folded))
            return MatchState.Match;
        MatchState state = SpelledCharacter.Read(text, final, out SpelledCharacter character);
        if (state == MatchState.Match)
            return CharacterFold.Fold(left, text[character.Length..], final, character, out folded);
        folded = default;
        return state;
    }
}
