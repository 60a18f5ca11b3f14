using IronCage.Core.Audit;
using IronCage.Core.Money;

namespace IronCage.Core.Ledger;

/// <summary>The end of a hold. What it says is written in one transaction.</summary>
/// <param name="Call">Whose hold; the second settlement of a call is ignored.</param>
/// <param name="Actual">What the call cost; may be above the hold.</param>
/// <param name="Attribution">To whom the cost is reported; null: this account does not report the call (another one does, or nothing was spent).</param>
/// <param name="Tokens">For the report.</param>
/// <param name="Estimated">The cost is not what the provider told.</param>
/// <param name="Audit">Written with it, where the account's store is where the audit trail is.</param>
/// <param name="Told">Whose call it is, where <paramref name="Attribution"/> does not say: a cost above the hold is listed under it.</param>
public readonly record struct Settlement(
    Guid Call, Picodollars Actual, Attribution? Attribution = null, SpentTokens Tokens = default, bool Estimated = false, AuditEntry? Audit = null,
    Attribution? Told = null);
