using IronCage.Core.Money;

namespace IronCage.Core.Ledger;

/// <summary>What one budget account says at one instant.</summary>
/// <param name="Limit">Of the current window, top-ups included; null when spend is tracked but not limited.</param>
/// <param name="Spent">Settled in the current window.</param>
/// <param name="Held">Held for calls in flight, those of the budgets below it included.</param>
/// <param name="IsFrozen">Nothing is granted.</param>
/// <param name="PeriodEnd">When the current window ends, in milliseconds since 1970 UTC; null for a total one.</param>
public readonly record struct BudgetFigures(Picodollars? Limit, Picodollars Spent, Picodollars Held, bool IsFrozen = false, long? PeriodEnd = null)
{
    /// <summary>Limit − spent (holds not subtracted); null without a limit. May be negative when a provider billed above the bound.</summary>
    public Picodollars? Rest => Limit is { } limit ? limit - Spent : null;

    /// <summary>Limit − spent − held; null without a limit.</summary>
    public Picodollars? Available => Limit is { } limit ? limit - Spent - Held : null;
}
