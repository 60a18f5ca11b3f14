using IronCage.Core.Money;

namespace IronCage.Core.Ledger;

/// <summary>
/// The one place that decides whether a demand fits an account, and with how many output tokens. Pure arithmetic: every ledger
/// (memory, SQLite, later Redis) calls it under its own lock, so that all of them decide alike.
/// </summary>
public static class HoldRules
{
    /// <summary>Whether the demand goes now, must wait for holds to settle, or can never go.</summary>
    public enum Decision
    {
        Grant,
        Wait,
        Exceeded,
        Frozen,
    }

    /// <summary>As <see cref="Decide(ReadOnlySpan{BudgetFigures}, in HoldDemand, out long, out int)"/>, for an account with none above it.</summary>
    public static Decision Decide(in BudgetFigures figures, in HoldDemand demand, out long tokens) =>
        Decide(new ReadOnlySpan<BudgetFigures>(in figures), demand, out tokens, out _);

    /// <summary>
    /// Decides. Of each account <c>rest = limit − spent</c>, <c>available = rest − held</c>; the least of both counts.
    /// The full demand is granted if it fits what is available; waits if it fits the rest; is lowered to what the rest pays for,
    /// but never below its floor, if it does not fit the rest; and is exceeded when even the floor does not fit the rest.
    /// An open-ended demand counts as full at a quarter of the rest. Never throws for a demand without negative parts, however large.
    /// </summary>
    /// <param name="path">The account now, then the one above it, and so on; without a limit everything is granted in full, as far as <see cref="Picodollars"/> can count it.</param>
    /// <param name="demand">What is asked.</param>
    /// <param name="tokens">The output tokens to grant (or to wait for).</param>
    /// <param name="by">Which account of the path decided it: the frozen one, or the one with the least rest (exceeded) or the least available (wait).</param>
    public static Decision Decide(ReadOnlySpan<BudgetFigures> path, in HoldDemand demand, out long tokens, out int by)
    {
        tokens = demand.WantedTokens;
        by = 0;
        var rest = long.MaxValue;
        var available = long.MaxValue;
        var scarcest = 0;
        var isLimited = false;
        for (var i = 0; i < path.Length; i++)
        {
            ref readonly var level = ref path[i];
            if (level.IsFrozen)
            {
                by = i;
                return Decision.Frozen;
            }
            isLimited |= level.Limit is not null;
            // What the type can count is the limit where there is none: a hold that cannot be represented is never granted.
            var restHere = (level.Rest ?? Picodollars.MaxValue - level.Spent).Value;
            if (i == 0 && restHere > 0)
                restHere = Math.Max(-1, restHere - demand.Reserve.Value);
            if (restHere < rest)
                (rest, by) = (restHere, i);
            var availableHere = unchecked(restHere - level.Held.Value); // wraps only where the rest is below zero, and then nothing asks for it
            if (availableHere < available)
                (available, scarcest) = (availableHere, i);
        }

        var affordable = Affordable(demand, rest);
        if (affordable < demand.FloorTokens)
            return Decision.Exceeded;

        if (demand.OpenEnded && demand.FloorTokens < demand.WantedTokens && isLimited)
            tokens = Math.Max(demand.FloorTokens, Affordable(demand, rest / 4));
        tokens = Math.Min(tokens, affordable);
        by = scarcest;
        return demand.Cost(tokens).Value <= available ? Decision.Grant : Decision.Wait;
    }

    /// <summary>How many of the wanted output tokens <paramref name="amount"/> pays for beside the fixed part; −1 when it does not even pay that.</summary>
    private static long Affordable(in HoldDemand demand, long amount)
    {
        if (amount < demand.Fixed.Value)
            return -1;
        if (demand.PerOutputToken.Value == 0)
            return demand.WantedTokens;
        return Math.Min(demand.WantedTokens, (amount - demand.Fixed.Value) / demand.PerOutputToken.Value);
    }
}
