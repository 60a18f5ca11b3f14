using IronCage.Core.Audit;
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

    /// <summary>
    /// Opens the account, making it when it does not exist. A <paramref name="limit"/> that differs from the stored one replaces it; null leaves a stored limit as it is
    /// and otherwise means "no limit".
    /// </summary>
    /// <exception cref="StoreException">The store cannot be reached or is damaged.</exception>
    ILedgerAccount Open(string name, Picodollars? limit);

    /// <summary>Appends an audit entry, written behind with the next commit. Never blocks on a disk.</summary>
    void Append(AuditEntry entry);

    /// <summary>Waits until everything appended and settled so far is durable.</summary>
    /// <exception cref="StoreException">It could not be written.</exception>
    ValueTask FlushAsync(CancellationToken cancel = default);
}
