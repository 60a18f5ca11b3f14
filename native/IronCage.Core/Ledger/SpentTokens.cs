namespace IronCage.Core.Ledger;

/// <summary>The tokens of settled calls, for reports.</summary>
/// <param name="Input">All input, cached and written to a cache included.</param>
/// <param name="Cached">Of the input, what came out of a cache.</param>
/// <param name="Output">All output, reasoning included.</param>
public readonly record struct SpentTokens(long Input, long Cached, long Output);
