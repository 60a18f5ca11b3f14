namespace IronCage.Reliability;

internal enum CircuitOutcomeKind
{
    /// <summary>The call was admitted and has ended.</summary>
    Ended,

    /// <summary>The call was refused.</summary>
    Refused,

    /// <summary>The book has forgotten this circuit.</summary>
    Forgotten,
}
