using IronCage.Core.Money;

namespace IronCage.Core.Ledger;

/// <summary>What was spent under one attribution.</summary>
/// <param name="Attribution">By whom, on what.</param>
/// <param name="Calls">How many calls were settled.</param>
/// <param name="Estimated">How many of them at an estimate, holds of dead processes included.</param>
/// <param name="Overbilled">How many of them cost more than was held for them.</param>
/// <param name="Tokens">Their tokens.</param>
/// <param name="Cost">Their cost.</param>
public sealed record SpendLine(Attribution Attribution, long Calls, long Estimated, long Overbilled, SpentTokens Tokens, Picodollars Cost);
