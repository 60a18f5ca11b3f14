using IronCage.Core.Ledger;
using IronCage.Core.Money;

namespace IronCage.Runtime.Budgets;

/// <summary>
/// Shares of a limit, each of which is told once when what is spent reaches it: once in each window, and again after the limit was raised. Of one process. Thread-safe.
/// </summary>
/// <param name="shares">Above 0 and at most 1, ascending.</param>
internal sealed class BudgetThresholds(IReadOnlyList<double> shares)
{
    private readonly bool[] _told = new bool[shares.Count];
    private readonly Lock _gate = new();
    private Picodollars _limit;
    private long? _period;

    /// <summary>What is told.</summary>
    public IReadOnlyList<double> Shares => shares;

    /// <summary>The shares that were reached since the last look, ascending.</summary>
    public IReadOnlyList<double> Crossed(in BudgetFigures figures)
    {
        if (figures.Limit is not { } limit || limit == Picodollars.Zero)
            return [];
        List<double>? crossed = null;
        lock (_gate)
        {
            if (figures.PeriodEnd != _period)
                Array.Clear(_told);
            var isRaised = limit > _limit;
            (_period, _limit) = (figures.PeriodEnd, limit);
            for (var i = 0; i < shares.Count; i++)
            {
                if ((decimal)figures.Spent.Value < (decimal)shares[i] * limit.Value)
                {
                    _told[i] &= !isRaised;
                    continue;
                }
                if (_told[i])
                    continue;
                _told[i] = true;
                (crossed ??= []).Add(shares[i]);
            }
        }
        return crossed ?? [];
    }
}
