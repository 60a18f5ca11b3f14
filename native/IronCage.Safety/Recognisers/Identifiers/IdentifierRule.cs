using IronCage.Safety.Text;

namespace IronCage.Safety.Recognisers.Identifiers;

/// <summary>How the identifiers of one kind are written, checked and called.</summary>
/// <remarks>
/// Forms are separated by <c>|</c>. In a form <c>9</c> stands for a digit, <c>A</c> for a letter, <c>X</c> for either, <c>_</c> for nothing, a space or a
/// hyphen (the same in all its places), and one of <c>space - . / ( ) +</c> for itself.
/// </remarks>
/// <param name="Kind">What it is.</param>
/// <param name="Check">Whether it can have been issued.</param>
/// <param name="Words">What people write left of it.</param>
internal sealed record IdentifierRule(PiiKind Kind, IdentifierCheck Check, ContextSet Words)
{
    /// <summary>The score where the user named the country and no word is there.</summary>
    public const float RelaxedScore = 0.5f;

    /// <summary>The score without a word where letters say what it is, as the country before a VAT number: more than that of its digits with a word.</summary>
    public const float Distinctive = 0.92f;

    private const int ShortestCard = 12;

    /// <summary>The forms that nothing else is likely to have: no word is needed.</summary>
    public string Alone { get; init; } = "";

    /// <summary>The forms that need a word left of them.</summary>
    public string Spoken { get; init; } = "";

    /// <summary>Whether <see cref="Check"/> notices a wrong digit.</summary>
    public bool HasChecksum { get; init; }

    /// <summary>Whether it is also written in small letters where no word stands left of it.</summary>
    public bool AnyCase { get; init; }

    /// <summary>The score without a word.</summary>
    public float AloneScore { get; init; }

    /// <summary>The score with a word.</summary>
    public float SpokenScore { get; init; }

    /// <summary>Whether its spoken forms are worth a finding without a word once the user named the country: digits that nothing confirms are not.</summary>
    public bool CanRelax { get; init; } = true;

    /// <summary>A rule whose check notices wrong digits. One as long as a card's number can be a card's as well: then the word decides.</summary>
    public static IdentifierRule Checked(PiiKind kind, IdentifierCheck check, ContextSet words, string alone = "", string spoken = "") =>
        new(kind, check, words)
        {
            Alone = alone,
            Spoken = spoken,
            HasChecksum = true,
            AloneScore = 0.85f,
            SpokenScore = IdentifierForms.Expand(spoken).Any(form => IdentifierForms.FewestDigits(form) >= ShortestCard) ? 0.96f : 0.9f,
        };

    /// <summary>A rule that only knows a shape and what is never issued.</summary>
    public static IdentifierRule Shaped(PiiKind kind, IdentifierCheck check, ContextSet words, string alone = "", string spoken = "") =>
        new(kind, check, words)
        {
            Alone = alone,
            Spoken = spoken,
            AloneScore = 0.75f,
            SpokenScore = alone.Length > 0 ? 0.88f : 0.6f,
            CanRelax = spoken.Contains('A', StringComparison.Ordinal),
        };
}
