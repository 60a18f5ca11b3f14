using IronCage.Core.Money;

namespace IronCage.Runtime.Budgets;

/// <summary>Money that is kept for the last calls of a run.</summary>
/// <param name="Reserve">What every other call leaves of the budget.</param>
/// <param name="Calls">How many calls of a run may draw on it, at least 1.</param>
/// <param name="Note">A message that is appended to their requests; null: none.</param>
public sealed record WrapUpPolicy(Picodollars Reserve, int Calls, string? Note);
