using IronCage.Core.Ledger;
using IronCage.Core.Money;

namespace IronCage.State;

/// <summary>A row of <c>budgets</c> as a transaction sees and changes it.</summary>
internal sealed class BudgetRow(string name, long? limit, long spent, long held)
{
    public string Name => name;
    public long? Limit { get; private set; } = limit;
    public long Spent { get; private set; } = spent;
    public long Held { get; private set; } = held;

    /// <summary>Whether the row must be written.</summary>
    public bool Changed { get; private set; }

    /// <summary>What of the account's own settlements this transaction writes: the account's overlay shrinks by it.</summary>
    public long WrittenSpent { get; set; }
    public long WrittenHeld { get; set; }

    public BudgetFigures Figures =>
        new(Limit is { } l ? new Picodollars(l) : null, new Picodollars(Spent), new Picodollars(Held));

    public void Set(long? limit, long spent, long held)
    {
        Changed |= limit != Limit || spent != Spent || held != Held;
        (Limit, Spent, Held) = (limit, spent, held);
    }
}
