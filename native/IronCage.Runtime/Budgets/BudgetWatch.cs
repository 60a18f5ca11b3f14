using IronCage.Core.Ledger;
using IronCage.Core.Money;

namespace IronCage.Runtime.Budgets;

/// <summary>Tells once for each threshold of an account, and in each of its windows, that it was crossed.</summary>
internal sealed class BudgetWatch(ILedgerAccount account, IStore store, IReadOnlyList<double> thresholds, bool keepsAudit, bool isShared)
{
    private readonly bool[] _told = new bool[thresholds.Count];
    private long? _period;

    /// <summary>The account watched.</summary>
    public ILedgerAccount Account { get; } = account;

    /// <summary>Where it lives.</summary>
    public IStore Store { get; } = store;

    /// <summary>The account's store is durable, and is also where its protection keeps its audit trail.</summary>
    public bool KeepsAudit { get; } = keepsAudit;

    /// <summary>The account is a <see cref="SharedBudget"/>'s, not its protection's own.</summary>
    public bool IsShared { get; } = isShared;

    /// <summary>Looks at the account as it is known now; calls <paramref name="warn"/> for every threshold newly crossed by what is spent, ascending.</summary>
    public void Check(Action<double, BudgetFigures> warn)
    {
        var figures = Account.Peek();
        if (figures.Limit is not { } limit || limit == Picodollars.Zero)
            return;
        List<double>? crossed = null;
        lock (_told)
        {
            if (figures.PeriodEnd != _period)
            {
                Array.Clear(_told);
                _period = figures.PeriodEnd;
            }
            for (var i = 0; i < thresholds.Count; i++)
            {
                if (_told[i] || (decimal)figures.Spent.Value < (decimal)thresholds[i] * limit.Value)
                    continue;
                _told[i] = true;
                (crossed ??= []).Add(thresholds[i]);
            }
        }
        foreach (var threshold in crossed ?? [])
            warn(threshold, figures);
    }
}
