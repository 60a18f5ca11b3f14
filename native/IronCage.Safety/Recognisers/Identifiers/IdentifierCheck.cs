namespace IronCage.Safety.Recognisers.Identifiers;

/// <summary>Whether a text of the right shape can have been issued: its check digits, dates and reserved values.</summary>
/// <param name="value">Its digits and letters alone, letters as capitals; of a length and order of digits and letters that one of the rule's forms has.</param>
internal delegate bool IdentifierCheck(ReadOnlySpan<byte> value);
