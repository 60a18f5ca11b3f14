namespace IronCage.Safety.Recognisers.Places;

/// <summary>What stands before a number, of the things by which most recognisers tell at once that it is none of theirs.</summary>
internal enum NumberLeft
{
    /// <summary>Nothing of the others: the start of the text, a space behind a word, a quote, the letter of an escape.</summary>
    Free,

    /// <summary>A space, full stop or hyphen behind a capital letter: the number may be the rest of an identifier.</summary>
    Capital,

    /// <summary>A letter that belongs to no escape.</summary>
    Letter,

    /// <summary>An underscore.</summary>
    Underscore,

    /// <summary>A plus sign.</summary>
    Plus,

    /// <summary>An opening round bracket.</summary>
    Bracket,

    /// <summary>A space behind a digit, or behind the asterisk of a masked one; so too of the next five.</summary>
    Space,
    Dot,
    Hyphen,
    Slash,
    Colon,
    Comma,
}
