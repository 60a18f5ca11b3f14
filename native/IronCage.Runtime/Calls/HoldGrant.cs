using IronCage.Core.Ledger;
using IronCage.Core.Money;

namespace IronCage.Runtime.Calls;

/// <summary>A hold that a call has on one account.</summary>
internal readonly record struct HoldGrant(ILedgerAccount Account, Picodollars Held);
