using IronCage.Core.Money;
using IronCage.Runtime.Runs;

namespace IronCage.Runtime.Calls;

/// <summary>A hold that a call has on the account of one payer.</summary>
internal readonly record struct HoldGrant(Run.Payer Payer, Picodollars Held);
