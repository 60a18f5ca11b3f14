namespace IronCage.State;

/// <summary>What a check of an SQLite store found.</summary>
/// <param name="Problems">What is wrong, in words; empty when nothing is.</param>
/// <param name="Repaired">What was wrong with the sums of holds and has been put right since this process opened the file: told in the audit trail, too, as <c>budget.repaired</c>.</param>
/// <param name="Budgets">How many budgets there are.</param>
/// <param name="OpenHolds">How many calls hold money.</param>
/// <param name="Entries">How many entries the audit trail has.</param>
public sealed record StoreCheck(IReadOnlyList<string> Problems, IReadOnlyList<string> Repaired, long Budgets, long OpenHolds, long Entries)
{
    /// <summary>Whether nothing is wrong, nor was.</summary>
    public bool IsSound => Problems.Count == 0 && Repaired.Count == 0;
}
