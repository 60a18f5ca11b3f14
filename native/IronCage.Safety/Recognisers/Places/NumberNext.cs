namespace IronCage.Safety.Recognisers.Places;

/// <summary>What follows the first group of a number.</summary>
internal enum NumberNext
{
    /// <summary>Nothing of the others.</summary>
    Other,

    /// <summary>A letter.</summary>
    Letter,

    /// <summary>A round bracket.</summary>
    Bracket,

    /// <summary>One of <c>space - . /</c> without a digit behind it.</summary>
    Separator,

    /// <summary>A space and a digit.</summary>
    Space,

    /// <summary>A hyphen and a digit.</summary>
    Hyphen,

    /// <summary>A full stop and a digit.</summary>
    Dot,

    /// <summary>A slash and a digit.</summary>
    Slash,
}
