using IronCage.Core.Money;

namespace IronCage.Core.Ledger;

/// <summary>Shorter ways to say the usual.</summary>
public static class LedgerExtensions
{
    /// <summary>Opens an account with the window and the parent that are stored; a new one has none above it, and its limit counts for ever.</summary>
    public static ILedgerAccount Open(this IStore store, string name, Picodollars? limit)
    {
        ArgumentNullException.ThrowIfNull(store);
        return store.Open(new BudgetTerms(name, limit));
    }

    /// <summary>Settles the hold of <paramref name="call"/> at <paramref name="actual"/>; nothing is reported or audited.</summary>
    public static bool Settle(this ILedgerAccount account, Guid call, Picodollars actual)
    {
        ArgumentNullException.ThrowIfNull(account);
        return account.Settle(new Settlement(call, actual));
    }
}
