using IronCage.Core.Money;

namespace IronCage.Core.Ledger;

/// <summary>The calls of an account, and of those below it, that cost more than was held for them: what makes spent + held exceed a limit, one by one.</summary>
/// <param name="Count">How many there ever were.</param>
/// <param name="Above">By how much they were above their holds, all of them together.</param>
/// <param name="Newest">The newest, newest first.</param>
public sealed record Overruns(long Count, Picodollars Above, IReadOnlyList<Overrun> Newest)
{
    /// <summary>Stores keep at least so many one by one.</summary>
    public const int Kept = 1000;
}
