using System.Buffers;
using System.Text;

namespace IronCage.Safety.Text.Folding;

/// <summary>A character, and the bytes it is written with.</summary>
/// <param name="CodePoint">The character.</param>
/// <param name="Length">How many bytes it takes.</param>
/// <param name="Spelling">How it is written.</param>
internal readonly record struct SpelledCharacter(int CodePoint, int Length, Spelling Spelling)
{
    /// <summary>Reads the character at the start of <paramref name="text"/> where it is escaped or beyond ASCII.</summary>
    /// <param name="text">What follows.</param>
    /// <param name="final">Whether the text ends where the span does.</param>
    /// <param name="character">The character.</param>
    public static MatchState Read(ReadOnlySpan<byte> text, bool final, out SpelledCharacter character) => text[0] switch
    {
        >= 0xC2 => ReadLiteral(text, final, out character),
        (byte)'\\' => BackslashEscape.Read(text, final, out character),
        (byte)'%' => PercentEscape.Read(text, final, out character),
        (byte)'&' => HtmlEntity.Read(text, final, out character),
        (byte)'=' => QuotedPrintable.Read(text, final, out character),
        _ => None(out character),
    };

    /// <summary>What the text's end means inside a sequence.</summary>
    public static MatchState AtEnd(bool final) => final ? MatchState.NoMatch : MatchState.NeedMore;

    private static MatchState ReadLiteral(ReadOnlySpan<byte> text, bool final, out SpelledCharacter character)
    {
        OperationStatus status = Rune.DecodeFromUtf8(text, out Rune rune, out int length);
        character = new SpelledCharacter(rune.Value, length, Spelling.Literal);
        return status switch
        {
            OperationStatus.Done => MatchState.Match,
            OperationStatus.NeedMoreData => AtEnd(final),
            _ => MatchState.NoMatch,
        };
    }

    private static MatchState None(out SpelledCharacter character)
    {
        character = default;
        return MatchState.NoMatch;
    }
}
