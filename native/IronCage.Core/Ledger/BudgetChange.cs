using IronCage.Core.Money;

namespace IronCage.Core.Ledger;

/// <summary>A change to a budget by those who keep it. What is null stays.</summary>
/// <param name="TopUp">Adds to the limit of the current window (of a total one: for good); may be negative, but never takes the limit below zero. Needs a limit.</param>
/// <param name="Limit">The limit from now on, top-ups not counted.</param>
/// <param name="Frozen">True: nothing is granted until it is false again, nor in budgets below it. Holds go on and settle.</param>
/// <param name="Note">Why, for the history; at most 200 characters.</param>
/// <param name="Id">Tells a change that is tried again from a second one: of one id only the first counts. Null: each counts.</param>
public sealed record BudgetChange(Picodollars? TopUp = null, Picodollars? Limit = null, bool? Frozen = null, string? Note = null, Guid? Id = null);
