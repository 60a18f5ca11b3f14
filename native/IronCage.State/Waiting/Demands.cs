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

    public static void Check(BudgetTerms terms)
    {
        ArgumentNullException.ThrowIfNull(terms);
        CheckAccount(terms.Name, terms.Limit);
        if (terms.Parent is { } parent)
            ArgumentException.ThrowIfNullOrEmpty(parent, nameof(terms));
    }

    /// <summary>Top-ups of a window after one more.</summary>
    /// <exception cref="ArgumentException">The limit would fall below zero, or beyond counting.</exception>
    public static long CheckTopUp(long limit, long extra, long amount)
    {
        var sum = (Int128)extra + amount;
        if (amount < 0 && limit + sum < 0)
            throw new ArgumentException($"a top-up of {new Picodollars(amount)} would take the limit below zero: it is {new Picodollars(limit + extra)}");
        if (limit + sum > long.MaxValue)
            throw new ArgumentException($"a top-up of {new Picodollars(amount)} would take the limit beyond {Picodollars.MaxValue}");
        return (long)sum;
    }

    /// <summary>A budget stays where it is in its tree.</summary>
    public static void CheckParent(BudgetTerms terms, string? parent)
    {
        if (terms.Parent is { } wanted && wanted != parent)
            throw new ArgumentException($"\"{terms.Name}\" already draws on {(parent is null ? "no other" : $"\"{parent}\"")}; a budget cannot be moved below \"{wanted}\"");
    }

    public static ArgumentException NoParent(BudgetTerms terms) =>
        new($"\"{terms.Parent}\", on which \"{terms.Name}\" is to draw, is not in this store: open it first");

    public static ArgumentException TooDeep() => new($"a tree of budgets has at most {BudgetTerms.MostLevels} levels");

    public static ArgumentException TopUpWithoutLimit() => new("a budget without a limit cannot be topped up");

    public static void CheckMost(int most)
    {
        if (most is < 1 or > 10_000)
            throw new ArgumentOutOfRangeException(nameof(most), "1 to 10000 events can be asked for");
    }

    public static void CheckMostOverruns(int most)
    {
        if (most is < 1 or > Overruns.Kept)
            throw new ArgumentOutOfRangeException(nameof(most), $"1 to {Overruns.Kept} overruns can be asked for");
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
