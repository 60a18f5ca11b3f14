using IronCage.Core.Money;

namespace IronCage.Core.Ledger;

/// <summary>Something that happened to a budget.</summary>
/// <param name="At">When, by the store's clock.</param>
/// <param name="What">See <see cref="BudgetEventKind"/>.</param>
/// <param name="Amount">The new limit, the top-up, or what the window that ended had spent; null for the others.</param>
/// <param name="Note">The reason that was given; empty when none was.</param>
public sealed record BudgetEvent(DateTimeOffset At, BudgetEventKind What, Picodollars? Amount, string Note);
