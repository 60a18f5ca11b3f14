namespace IronCage.State;

/// <summary>What was settled and is not told yet, in one window.</summary>
/// <param name="At">When the last of it was settled, by the server's clock.</param>
/// <param name="Amount">Picodollars; may be more than the server can count.</param>
internal readonly record struct SpentGroup(long At, Int128 Amount);
