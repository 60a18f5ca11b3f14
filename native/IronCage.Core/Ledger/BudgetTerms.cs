using IronCage.Core.Money;

namespace IronCage.Core.Ledger;

/// <summary>What a budget is opened with.</summary>
/// <param name="Name">Names it in its store.</param>
/// <param name="Limit">Of each window, before top-ups. One that differs from the stored limit replaces it; null leaves a stored limit as it is and otherwise means "no limit".</param>
/// <param name="Window">The time for which the limit counts; null leaves a stored one as it is and otherwise means <see cref="BudgetWindow.Total"/>. One that differs from
/// the stored one replaces it: a new window begins, with nothing spent, unless the new one is total, which keeps what was spent.</param>
/// <param name="Parent">The account, of the same store, on whose rest this one draws, too; null leaves a stored one as it is and otherwise means none. It must exist, and is
/// never replaced by another.</param>
public sealed record BudgetTerms(string Name, Picodollars? Limit, BudgetWindow? Window = null, string? Parent = null)
{
    /// <summary>The longest way from an account to the one at the top of its tree, both counted.</summary>
    public const int MostLevels = 16;
}
