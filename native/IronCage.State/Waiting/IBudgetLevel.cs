using IronCage.Core.Ledger;
using IronCage.Core.Money;

namespace IronCage.State;

/// <summary>One account of a path from a budget up to the top of its tree, as a decision sees and changes it: under its lock, or in its transaction.</summary>
internal interface IBudgetLevel
{
    string Name { get; }

    BudgetFigures Figures { get; }

    /// <summary>Adds to what is held.</summary>
    void Hold(Picodollars amount);
}
