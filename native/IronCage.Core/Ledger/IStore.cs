using IronCage.Core.Audit;
using IronCage.Core.Circuits;
using IronCage.Core.Control;
using IronCage.Core.Money;
using IronCage.Core.Tokens;

namespace IronCage.Core.Ledger;

/// <summary>Where budgets and the audit trail live: memory or an SQLite file. Thread-safe.</summary>
public interface IStore : IDisposable
{
    /// <summary>Whether holds survive the process.</summary>
    bool IsDurable { get; }

    /// <summary>The URL under which another process finds the same store, whatever its current directory; null for memory.</summary>
    string? Url { get; }

    /// <summary>The sealed values of tokens that it keeps; null for memory.</summary>
    ITokenStore? Tokens { get; }

    /// <summary>The audit trail, to be read, verified and pruned; null where it cannot be.</summary>
    IAuditLog? Audit => null;

    /// <summary>The circuits that its users share; null where nobody else could see them.</summary>
    ICircuitBoard? Circuits => null;

    /// <summary>Which agents were stopped by hand; null for memory, where that ends with the process.</summary>
    IStopBoard? Stops => null;

    /// <summary>The uses of tools that wait for approval; null for memory, where only their process can decide.</summary>
    IApprovalBoard? Approvals => null;

    /// <summary>Opens the account, making it when it does not exist.</summary>
    /// <exception cref="ArgumentException">The parent does not exist, is another than before, or would be its own.</exception>
    /// <exception cref="StoreException">The store cannot be reached or is damaged.</exception>
    ILedgerAccount Open(BudgetTerms terms);

    /// <summary>Appends an audit entry, written behind with the next commit. Never blocks on a disk.</summary>
    void Append(AuditEntry entry);

    /// <summary>Waits until everything appended and settled so far is durable.</summary>
    /// <exception cref="StoreException">It could not be written.</exception>
    ValueTask FlushAsync(CancellationToken cancel = default);

    /// <summary>Reports the cost of a call that has no hold in an account of this store. Written behind.</summary>
    void Record(in Settlement settlement);

    /// <summary>What was spent, by attribution, in whole hours UTC.</summary>
    /// <param name="from">The first hour; null: from the beginning.</param>
    /// <param name="until">The hour behind the last; null: until now.</param>
    /// <param name="cancel">Ends the wait.</param>
    ValueTask<IReadOnlyList<SpendLine>> SpendAsync(DateTimeOffset? from, DateTimeOffset? until, CancellationToken cancel = default);
}
