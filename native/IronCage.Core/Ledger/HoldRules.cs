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
    }

    /// <summary>
    /// Decides. <c>rest = limit − spent</c>, <c>available = rest − held</c>.
    /// The full demand is granted if it fits what is available; waits if it fits the rest; is lowered to what the rest pays for,
    /// but never below its floor, if it does not fit the rest; and is exceeded when even the floor does not fit the rest.
    /// An open-ended demand counts as full at a quarter of the rest. Never throws for a demand without negative parts, however large.
    /// </summary>
    /// <param name="figures">The account now; without a limit everything is granted in full, as far as <see cref="Picodollars"/> can count it.</param>
    /// <param name="demand">What is asked.</param>
    /// <param name="tokens">The output tokens to grant (or to wait for).</param>
    public static Decision Decide(in BudgetFigures figures, in HoldDemand demand, out long tokens)
    {
        tokens = demand.WantedTokens;
        // What the type can count is the limit where there is none: a hold that cannot be represented is never granted.
        var rest = figures.Rest ?? Picodollars.MaxValue - figures.Spent;

        var affordable = Affordable(demand, rest);
        if (affordable < demand.FloorTokens)
            return Decision.Exceeded;

        if (demand.OpenEnded && demand.FloorTokens < demand.WantedTokens && figures.Limit is not null)
            tokens = Math.Max(demand.FloorTokens, Affordable(demand, new Picodollars(rest.Value / 4)));
        tokens = Math.Min(tokens, affordable);

        return demand.Cost(tokens) <= rest - figures.Held ? Decision.Grant : Decision.Wait;
    }

    /// <summary>How many of the wanted output tokens <paramref name="amount"/> pays for beside the fixed part; −1 when it does not even pay that.</summary>
    private static long Affordable(in HoldDemand demand, Picodollars amount)
    {
        if (amount < demand.Fixed)
            return -1;
        if (demand.PerOutputToken.Value == 0)
            return demand.WantedTokens;
        return Math.Min(demand.WantedTokens, (amount.Value - demand.Fixed.Value) / demand.PerOutputToken.Value);
    }
}
