using IronCage.Core.Audit;
using IronCage.Core.Ledger;

namespace IronCage.State;

/// <summary>Something that the next transaction writes without anybody waiting for it: an audit entry, the end of a hold, or the cost of a call that had none.</summary>
/// <param name="Settlement">What is written; of an audit entry only that.</param>
/// <param name="Budget">Name of the account; empty where there was no hold.</param>
/// <param name="Amount">What was held.</param>
/// <param name="Withdrawn">The hold was never announced to its caller, because its commit failed: it is taken out if it is there after all.</param>
internal readonly record struct WriteBehind(Settlement Settlement, string Budget, long Amount, bool Withdrawn)
{
    /// <summary>Whether a hold ends with it.</summary>
    public bool EndsHold => Budget.Length > 0;

    public static WriteBehind Entry(AuditEntry entry) => new(new Settlement(default, default, Audit: entry), "", 0, false);

    public static WriteBehind Unheld(in Settlement settlement) => new(settlement, "", 0, false);

    public static WriteBehind Held(string budget, in Settlement settlement, long amount) => new(settlement, budget, amount, false);

    public static WriteBehind Withdrawal(string budget, Guid call) => new(new Settlement(call, default), budget, 0, true);
}
