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

    /// <summary>The account above it, on whose rest it draws, too; null for none.</summary>
    ILedgerAccount? Parent { get; }

    /// <summary>The time for which its limit counts.</summary>
    BudgetWindow Window { get; }

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
    /// Settles a hold. Idempotent: the second settlement of a call is ignored and answers false. Never blocks on a disk: durable stores write it behind (a process killed
    /// before that leaves the hold, which then counts in full).
    /// </summary>
    bool Settle(in Settlement settlement);

    /// <summary>Changes the budget, durably where the store is.</summary>
    /// <returns>The account afterwards.</returns>
    /// <exception cref="ArgumentException">The change does not fit the account: a top-up without a limit, or one that would take it below zero.</exception>
    ValueTask<BudgetFigures> ChangeAsync(BudgetChange change, CancellationToken cancel = default);

    /// <summary>What happened to the budget, newest first.</summary>
    /// <param name="most">How many events at most, 1 to 10,000.</param>
    /// <param name="cancel">Ends the wait.</param>
    ValueTask<IReadOnlyList<BudgetEvent>> HistoryAsync(int most, CancellationToken cancel = default);

    /// <summary>What was billed above its hold, here and in the accounts below, one by one. In memory: in this process.</summary>
    /// <param name="most">How many at most, 1 to <see cref="Overruns.Kept"/>.</param>
    /// <param name="cancel">Ends the wait.</param>
    ValueTask<Overruns> OverrunsAsync(int most, CancellationToken cancel = default);
}
