using IronCage.Core.Ledger;
using IronCage.Core.Money;

namespace IronCage.State;

/// <summary>What every ledger asks of a demand before it looks at money.</summary>
internal static class Demands
{
    /// <summary>Longest wait that a timer takes (about 49 days); longer ones count as this.</summary>
    private static readonly TimeSpan LongestWait = TimeSpan.FromMilliseconds(uint.MaxValue - 1);

    /// <summary>Refuses demands that no caller can mean.</summary>
    public static void Check(in HoldDemand demand)
    {
        if (demand.Fixed.Value < 0 || demand.PerOutputToken.Value < 0 || demand.FloorTokens < 0 || demand.WantedTokens < demand.FloorTokens)
            throw new ArgumentException("a demand has no negative part, and its floor is at most what it wants", nameof(demand));
    }

    public static void CheckAmount(Picodollars amount, string name) => ArgumentOutOfRangeException.ThrowIfNegative(amount.Value, name);

    public static TimeSpan CheckWait(TimeSpan wait)
    {
        if (wait < TimeSpan.Zero && wait != Timeout.InfiniteTimeSpan)
            throw new ArgumentOutOfRangeException(nameof(wait), "a wait is not negative (or Timeout.InfiniteTimeSpan)");
        return wait > LongestWait ? LongestWait : wait;
    }

    public static void CheckAccount(string name, Picodollars? limit)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        if (limit is { } l)
            CheckAmount(l, nameof(limit));
    }

    /// <summary>The cost of the floor, or the largest amount there is when it is beyond counting.</summary>
    public static Picodollars Needed(in HoldDemand demand)
    {
        var cost = (Int128)demand.PerOutputToken.Value * demand.FloorTokens + demand.Fixed.Value;
        return cost > long.MaxValue ? Picodollars.MaxValue : new Picodollars((long)cost);
    }

    public static HoldOutcome Refused(HoldStatus status, in HoldDemand demand, in BudgetFigures figures) =>
        new(status, Picodollars.Zero, 0, Needed(demand), figures);

    /// <summary>Adds amounts that are not negative and stays at the largest one instead of overflowing: spent money is never forgotten.</summary>
    public static long AddSaturated(long a, long b)
    {
        var sum = unchecked(a + b);
        return b > 0 && sum < a ? long.MaxValue : sum;
    }
}
