using IronCage.Core.Ledger;

namespace IronCage.Core.Audit;

/// <summary>
/// The audit trail of a store: append-only, one hash chain (<see cref="AuditChain"/>) however many processes write. Reading keeps nobody from writing, and sees what is
/// durable. Thread-safe.
/// </summary>
public interface IAuditLog
{
    /// <summary>Reads some entries; ask again with <see cref="AuditPage.Next"/> until that is 0.</summary>
    /// <exception cref="StoreException">The store cannot be read.</exception>
    ValueTask<AuditPage> ReadAsync(AuditQuery query, CancellationToken cancel = default);

    /// <summary>Checks entries against their hashes, from the oldest; ask again with <see cref="AuditVerification.Check"/> until it is complete.</summary>
    /// <param name="from">How far it came before; null: begin.</param>
    /// <param name="noted">A head that was noted earlier and must be in the chain; its <see cref="AuditLink.Entry"/> may be 0 when only the hash is known. Null: none.</param>
    /// <param name="most">So many entries at most, from 1.</param>
    /// <param name="cancel">Ends the wait.</param>
    /// <exception cref="ArgumentException">The noted head was pruned since.</exception>
    /// <exception cref="StoreException">The store cannot be read.</exception>
    ValueTask<AuditVerification> VerifyAsync(AuditCheck? from = null, AuditLink? noted = null, int most = int.MaxValue, CancellationToken cancel = default);

    /// <summary>
    /// Removes the oldest entries, up to the first one that is not older than <paramref name="before"/>. What is removed is checked first. The last one removed stays as the
    /// checkpoint from which the rest is verified, and the pruning itself is an entry, <c>audit.pruned</c>.
    /// </summary>
    /// <exception cref="ArgumentException">The time lies in the future.</exception>
    /// <exception cref="StoreException">The store cannot be written.</exception>
    ValueTask<AuditPruning> PruneAsync(DateTimeOffset before, CancellationToken cancel = default);
}
