using IronCage.Core.Money;

namespace IronCage.Core.Ledger;

/// <summary>
/// One budget in one store. Thread-safe. At every instant spent + held ≤ limit, except for amounts that a provider billed above its hold.
/// Failures of the store itself (full disk, corrupt file) throw <see cref="StoreException"/>; nothing is then held.
/// </summary>
public interface ILedgerAccount
{
    /// <summary>The name under which the store keeps the account. Accounts are always taken in ordinal order of <see cref="Key"/>, so that nested budgets never deadlock.</summary>
    string Name { get; }

    /// <summary>Unique over all stores of the process; the order in which several accounts are taken.</summary>
    string Key { get; }

    /// <summary>Where the account lies in memory that forked processes share; 0 for one in a durable store, which they open anew.</summary>
    nint SharedAddress { get; }

    /// <summary>The account as this process last knew it: cheap, never touches a disk, may lag behind other processes by one commit.</summary>
    BudgetFigures Peek();

    /// <summary>The account as the store has it now, after everything this process settled is durable.</summary>
    ValueTask<BudgetFigures> ReadAsync(CancellationToken cancel = default);

    /// <summary>
    /// Takes a hold, waiting in order of arrival for at most <paramref name="wait"/> while the demand fits the rest but not beside the holds of calls in flight.
    /// Completes synchronously when no store and no wait is involved. A granted hold is durable before this completes, where the store is.
    /// <paramref name="audit"/>, if any, is written in the same transaction.
    /// </summary>
    ValueTask<HoldOutcome> HoldAsync(HoldDemand demand, TimeSpan wait, Audit.AuditEntry? audit = null, CancellationToken cancel = default);

    /// <summary>
    /// Settles the hold of <paramref name="call"/> at <paramref name="actual"/>, which may be above the hold. Idempotent: the second settlement of a call is ignored
    /// and answers false. Never blocks on a disk: durable stores write it behind (a process killed before that leaves the hold, which then counts in full).
    /// </summary>
    bool Settle(Guid call, Picodollars actual);
}
