using IronCage.Core.Ledger;
using IronCage.Core.Money;

namespace IronCage.State;

/// <summary>A row of <c>budgets</c> as a transaction sees and changes it. Amounts in picodollars, times in milliseconds since 1970 UTC.</summary>
internal sealed class BudgetRow : IBudgetLevel
{
    private BudgetRow[]? _path;

    public required string Name { get; init; }

    /// <summary>Of each window, top-ups not counted; null without one.</summary>
    public long? Limit { get; private set; }
    public long Spent { get; private set; }

    /// <summary>Held here and in the budgets below.</summary>
    public long Held { get; private set; }

    /// <summary>Top-ups of the current window.</summary>
    public long Extra { get; private set; }
    public bool IsFrozen { get; private set; }
    public BudgetWindow Window { get; private set; } = BudgetWindow.Total;
    public long PeriodStart { get; private set; }
    public long PeriodEnd { get; private set; } = long.MaxValue;

    /// <summary>The row of the budget above it.</summary>
    public BudgetRow? Parent { get; init; }

    /// <summary>Whether the row must be written.</summary>
    public bool Changed { get; private set; }

    /// <summary>What of the account's own settlements this transaction writes: the account's overlay shrinks by it.</summary>
    public long WrittenSpent { get; set; }
    public long WrittenHeld { get; set; }

    public BudgetFigures Figures => new(Limit is { } l ? new Picodollars(Demands.AddSaturated(l, Extra)) : null, new Picodollars(Spent), new Picodollars(Held), IsFrozen,
        Window.IsTotal ? null : PeriodEnd);

    /// <summary>This row and those above it.</summary>
    public BudgetRow[] Path => _path ??= Parent is null ? [this] : [this, .. Parent.Path];

    /// <summary>A row that is new.</summary>
    public static BudgetRow Make(string name, long? limit, BudgetWindow window, BudgetRow? parent, DateTimeOffset now)
    {
        var row = new BudgetRow { Name = name, Parent = parent, Limit = limit, Window = window };
        (row.PeriodStart, row.PeriodEnd) = window.Around(now);
        return row;
    }

    /// <summary>A row that was read: the columns of <see cref="BudgetRows"/>.</summary>
    public static BudgetRow Read(string name, Statement row, BudgetWindow window, BudgetRow? parent) => new()
    {
        Name = name, Parent = parent, Limit = row.IsNull(0) ? null : row.Integer(0), Spent = row.Integer(1), Held = row.Integer(2), Extra = row.Integer(3), IsFrozen = row.Integer(4) != 0,
        Window = window, PeriodStart = row.Integer(7), PeriodEnd = row.Integer(8),
    };

    public void Hold(Picodollars amount) => SetHeld(Held + amount.Value);

    public void SetHeld(long held)
    {
        Changed |= held != Held;
        Held = held;
    }

    public void SetSpent(long spent)
    {
        Changed |= spent != Spent;
        Spent = spent;
    }

    public void SetLimit(long limit)
    {
        Changed |= limit != Limit;
        Limit = limit;
    }

    public void SetExtra(long extra)
    {
        Changed |= extra != Extra;
        Extra = extra;
    }

    public void SetFrozen(bool frozen)
    {
        Changed |= frozen != IsFrozen;
        IsFrozen = frozen;
    }

    /// <summary>
    /// Another window from now on. What was spent stays only in a total one. What expired before was booked in the old one: it is not taken back from the new.
    /// </summary>
    public void Replace(BudgetWindow window, DateTimeOffset now)
    {
        var start = window.IsTotal ? PeriodStart : now.ToUnixTimeMilliseconds();
        Begin(window, now);
        PeriodStart = start;
    }

    /// <summary>A new window begins; what is held goes on.</summary>
    public void Begin(BudgetWindow window, DateTimeOffset now)
    {
        var (start, end) = window.Around(now);
        Changed = true;
        if (!window.IsTotal)
            (Spent, Extra) = (0, 0);
        (Window, PeriodStart, PeriodEnd) = (window, start, end);
    }
}
