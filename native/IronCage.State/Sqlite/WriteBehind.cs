using IronCage.Core.Audit;

namespace IronCage.State;

/// <summary>Something that the next transaction writes without anybody waiting for it: an audit entry, or the end of a hold.</summary>
/// <param name="Audit">The entry; null for the end of a hold.</param>
/// <param name="Budget">Name of the account.</param>
/// <param name="Call">Whose hold.</param>
/// <param name="Actual">What it cost.</param>
/// <param name="Amount">What was held.</param>
/// <param name="Withdrawn">The hold was never announced to its caller, because its commit failed: it is taken out if it is there after all.</param>
internal readonly record struct WriteBehind(AuditEntry? Audit, string Budget, Guid Call, long Actual, long Amount, bool Withdrawn)
{
    public static WriteBehind Entry(AuditEntry entry) => new(entry, "", default, 0, 0, false);

    public static WriteBehind Settlement(string budget, Guid call, long actual, long amount) => new(null, budget, call, actual, amount, false);

    public static WriteBehind Withdrawal(string budget, Guid call) => new(null, budget, call, 0, 0, true);
}
