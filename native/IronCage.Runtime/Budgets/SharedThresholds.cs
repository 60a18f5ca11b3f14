using System.Collections.Concurrent;
using IronCage.Core.Ledger;

namespace IronCage.Runtime.Budgets;

/// <summary>The thresholds that named budgets have of their own, by account: whoever draws on a budget tells for it. Thread-safe.</summary>
internal sealed class SharedThresholds
{
    private readonly ConcurrentDictionary<string, BudgetThresholds> _byAccount = new(StringComparer.Ordinal);

    /// <summary>The budget was opened with these. The same as before: what was told stays told.</summary>
    public void Set(ILedgerAccount account, IReadOnlyList<double> shares) =>
        _byAccount.AddOrUpdate(account.Key, static (_, given) => new BudgetThresholds(given),
            static (_, known, given) => known.Shares.SequenceEqual(given) ? known : new BudgetThresholds(given), shares);

    /// <summary>Those of an account; null: it has none of its own.</summary>
    public BudgetThresholds? Of(ILedgerAccount account) => _byAccount.GetValueOrDefault(account.Key);
}
