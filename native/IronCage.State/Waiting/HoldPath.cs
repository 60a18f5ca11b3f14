using System.Runtime.CompilerServices;
using IronCage.Core.Ledger;

namespace IronCage.State;

/// <summary>Decides about one demand over all accounts that it draws on, leaf first. Every ledger decides through it, so that all of them decide alike.</summary>
internal static class HoldPath
{
    [InlineArray(BudgetTerms.MostLevels)]
    private struct LevelFigures
    {
        private BudgetFigures _first;
    }

    /// <summary>Grants the demand, adding to what is held on every level, or says why not.</summary>
    /// <param name="path">The account, then the one above it, and so on.</param>
    /// <param name="demand">What is asked.</param>
    /// <param name="mayWait">Whether whoever asks stays in line when he must wait; who leaves at once blocks nobody.</param>
    /// <param name="blocked">Levels at which somebody waits who came before: nothing is granted beside him.</param>
    /// <param name="outcome">The answer; of a demand that must wait, what it is when it may not.</param>
    public static HoldRules.Decision Take(ReadOnlySpan<IBudgetLevel> path, in HoldDemand demand, bool mayWait, HashSet<IBudgetLevel>? blocked, out HoldOutcome outcome)
    {
        LevelFigures room = default;
        Span<BudgetFigures> figures = ((Span<BudgetFigures>)room)[..path.Length];
        for (var i = 0; i < path.Length; i++)
            figures[i] = path[i].Figures;
        var decision = HoldRules.Decide(figures, demand, out var tokens, out var by);
        if (decision == HoldRules.Decision.Grant && blocked is { Count: > 0 } && IsBlocked(path, blocked))
            decision = HoldRules.Decision.Wait;
        if (decision == HoldRules.Decision.Grant)
        {
            var amount = demand.Cost(tokens);
            foreach (var level in path)
                level.Hold(amount);
            outcome = new HoldOutcome(HoldStatus.Granted, amount, tokens, Demands.Needed(demand), path[0].Figures);
            return decision;
        }
        if (decision == HoldRules.Decision.Wait && mayWait && blocked is not null)
            Block(path, figures, demand.Cost(tokens).Value, blocked);
        var status = decision switch
        {
            HoldRules.Decision.Exceeded => HoldStatus.Exceeded,
            HoldRules.Decision.Frozen => HoldStatus.Frozen,
            _ => HoldStatus.TimedOut,
        };
        outcome = Demands.Refused(status, demand, figures[by]) with { RefusedBy = by == 0 ? null : path[by].Name };
        return decision;
    }

    /// <summary>As <see cref="Take"/>, for one who waits.</summary>
    /// <returns>Whether his <see cref="Waiter.Outcome"/> is set: he is to be taken out of the queue.</returns>
    public static bool Serve(Waiter waiter, ReadOnlySpan<IBudgetLevel> path, HashSet<IBudgetLevel> blocked)
    {
        var decision = Take(path, waiter.Demand, waiter.MayWait, blocked, out var outcome);
        if (decision == HoldRules.Decision.Wait && waiter.MayWait)
            return false;
        waiter.Outcome = outcome;
        return true;
    }

    private static bool IsBlocked(ReadOnlySpan<IBudgetLevel> path, HashSet<IBudgetLevel> blocked)
    {
        foreach (var level in path)
        {
            if (blocked.Contains(level))
                return true;
        }
        return false;
    }

    /// <summary>Whoever comes later may not take what this one waits for: the levels that are short. One that waits only behind others blocks its own account.</summary>
    private static void Block(ReadOnlySpan<IBudgetLevel> path, ReadOnlySpan<BudgetFigures> figures, long cost, HashSet<IBudgetLevel> blocked)
    {
        var isShort = false;
        for (var i = 0; i < path.Length; i++)
        {
            if (figures[i].Available is not { } available || available.Value >= cost)
                continue;
            blocked.Add(path[i]);
            isShort = true;
        }
        if (!isShort)
            blocked.Add(path[0]);
    }
}
