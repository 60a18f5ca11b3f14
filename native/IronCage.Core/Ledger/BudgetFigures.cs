using IronCage.Core.Money;

namespace IronCage.Core.Ledger;

/// <summary>What one budget account says at one instant. <see cref="Limit"/> is null when spend is tracked but not limited.</summary>
public readonly record struct BudgetFigures(Picodollars? Limit, Picodollars Spent, Picodollars Held)
{
    /// <summary>Limit − spent (holds not subtracted); null without a limit. May be negative when a provider billed above the bound.</summary>
    public Picodollars? Rest => Limit is { } limit ? limit - Spent : null;

    /// <summary>Limit − spent − held; null without a limit.</summary>
    public Picodollars? Available => Limit is { } limit ? limit - Spent - Held : null;
}
