using IronCage.Core.Money;

namespace IronCage.Core.Ledger;

/// <summary>The ledger's answer to a <see cref="HoldDemand"/>.</summary>
/// <param name="Status">Granted, or why not.</param>
/// <param name="Held">What is now held for the call; zero unless granted.</param>
/// <param name="GrantedTokens">The output limit that the hold pays for; below the wanted one when it was lowered.</param>
/// <param name="Needed">The least amount with which the call could have gone: the cost of its floor.</param>
/// <param name="Figures">The account at the moment of the decision, this hold included; where one above it refused, that one.</param>
/// <param name="RefusedBy">The name of the account above this one that refused; null when granted, or refused by this one.</param>
public readonly record struct HoldOutcome(
    HoldStatus Status, Picodollars Held, long GrantedTokens, Picodollars Needed, BudgetFigures Figures, string? RefusedBy = null);
