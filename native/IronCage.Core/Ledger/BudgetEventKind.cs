namespace IronCage.Core.Ledger;

/// <summary>What can happen to a budget. The numbers are those of the stores.</summary>
public enum BudgetEventKind
{
    /// <summary>It was made.</summary>
    Opened = 0,

    /// <summary>Its limit changed.</summary>
    Limit = 1,

    /// <summary>The limit of the current window was raised, or lowered.</summary>
    TopUp = 2,

    /// <summary>Nothing is granted from here on.</summary>
    Frozen = 3,

    /// <summary>Granting goes on.</summary>
    Unfrozen = 4,

    /// <summary>A window ended.</summary>
    WindowEnded = 5,
}
