using IronCage.Core.Ledger;

namespace IronCage.State;

/// <summary>
/// Holds that are not decided yet, in order of arrival. Not thread-safe: the account's lock guards it. Every ledger decides through <see cref="Evaluate"/>,
/// so that all of them serve in the same order.
/// </summary>
internal sealed class WaitQueue
{
    private readonly LinkedList<Waiter> _waiters = new();

    public int Count => _waiters.Count;

    public void Enqueue(Waiter waiter) => waiter.Node = _waiters.AddLast(waiter);

    /// <summary>Takes the waiter out; false when somebody else already did, and so decides its fate.</summary>
    public bool Remove(Waiter waiter)
    {
        if (waiter.Node is not { } node)
            return false;
        _waiters.Remove(node);
        waiter.Node = null;
        return true;
    }

    /// <summary>Takes everybody out.</summary>
    public void Drain(List<Waiter> into)
    {
        while (_waiters.First is { } node)
        {
            into.Add(node.Value);
            Remove(node.Value);
        }
    }

    /// <summary>
    /// Serves the queue from its head: grants while the head fits, adding to <paramref name="figures"/>. Behind a head that must wait nobody is granted,
    /// but whoever can no longer fit alone is refused, and whoever may not wait is timed out.
    /// </summary>
    /// <param name="figures">The account; its held amount grows by what is granted.</param>
    /// <param name="decided">Takes the waiters whose <see cref="Waiter.Outcome"/> is now set; they are out of the queue.</param>
    /// <param name="queued">Takes the waiters that were told to wait for the first time: their clocks must be started.</param>
    public void Evaluate(ref BudgetFigures figures, List<Waiter> decided, List<Waiter>? queued)
    {
        var blocked = false;
        for (var node = _waiters.First; node is not null;)
        {
            var next = node.Next;
            var waiter = node.Value;
            var decision = HoldRules.Decide(figures, waiter.Demand, out var tokens);
            if (decision == HoldRules.Decision.Grant && !blocked)
            {
                var amount = waiter.Demand.Cost(tokens);
                figures = figures with { Held = figures.Held + amount };
                waiter.Outcome = new HoldOutcome(HoldStatus.Granted, amount, tokens, Demands.Needed(waiter.Demand), figures);
                Take(waiter, decided);
            }
            else if (decision == HoldRules.Decision.Exceeded)
            {
                waiter.Outcome = Demands.Refused(HoldStatus.Exceeded, waiter.Demand, figures);
                Take(waiter, decided);
            }
            else if (!waiter.MayWait)
            {
                waiter.Outcome = Demands.Refused(HoldStatus.TimedOut, waiter.Demand, figures);
                Take(waiter, decided);
            }
            else
            {
                blocked = true;
                if (!waiter.Queued)
                {
                    waiter.Queued = true;
                    queued?.Add(waiter);
                }
            }
            node = next;
        }
    }

    private void Take(Waiter waiter, List<Waiter> decided)
    {
        Remove(waiter);
        decided.Add(waiter);
    }
}
