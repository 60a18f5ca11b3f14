using IronCage.Core.Ledger;

namespace IronCage.Runtime.Budgets;

/// <summary>The account that a protection draws on, and at which shares of it that protection warns.</summary>
internal sealed class BudgetWatch(ILedgerAccount account, IStore store, BudgetThresholds thresholds, bool keepsAudit, bool isShared)
{
    /// <summary>The account watched.</summary>
    public ILedgerAccount Account { get; } = account;

    /// <summary>Where it lives.</summary>
    public IStore Store { get; } = store;

    /// <summary>Where the protection itself warns.</summary>
    public BudgetThresholds Thresholds { get; } = thresholds;

    /// <summary>The account's store is durable, and is also where its protection keeps its audit trail.</summary>
    public bool KeepsAudit { get; } = keepsAudit;

    /// <summary>The account is a <see cref="SharedBudget"/>'s, not its protection's own.</summary>
    public bool IsShared { get; } = isShared;

    /// <summary>Whether what is spent and held on the account, or on one above it, has reached this share of its limit.</summary>
    /// <param name="share">Above 0, at most 1.</param>
    /// <param name="now">By which a window may have ended that nobody has looked at since.</param>
    public bool HasReached(double share, DateTimeOffset now)
    {
        for (var account = Account; account is not null; account = account.Parent)
        {
            var figures = account.Peek();
            var spent = figures.PeriodEnd <= now.ToUnixTimeMilliseconds() ? 0 : figures.Spent.Value;
            if (figures.Limit is { } limit && (decimal)spent + figures.Held.Value >= (decimal)share * limit.Value)
                return true;
        }
        return false;
    }
}
