using IronCage.Core.Audit;

namespace IronCage.State;

/// <summary>The audit trail of an SQLite file. Reads in pages, each one state of the file, so that writers go on between them.</summary>
internal sealed class SqliteAuditLog(SqliteFile file) : IAuditLog
{
    public async ValueTask<AuditPage> ReadAsync(AuditQuery query, CancellationToken cancel = default)
    {
        ArgumentNullException.ThrowIfNull(query);
        return await file.Read(transaction => transaction.Audit.Reader.Read(query)).WaitAsync(cancel).ConfigureAwait(false);
    }

    public async ValueTask<AuditVerification> VerifyAsync(AuditCheck? from = null, AuditLink? noted = null, int most = int.MaxValue, CancellationToken cancel = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(most, 1);
        while (true)
        {
            var (check, left) = (from, most);
            var found = await file.Read(transaction => transaction.Audit.Reader.Verify(check, noted, left)).WaitAsync(cancel).ConfigureAwait(false);
            var checkedNow = (int)(found.Check.Entries - (from?.Entries ?? 0));
            if (found.IsComplete || checkedNow >= most)
                return found;
            from = found.Check;
            most -= checkedNow;
        }
    }

    public async ValueTask<AuditPruning> PruneAsync(DateTimeOffset before, CancellationToken cancel = default)
    {
        var last = await file.Request(transaction => before > transaction.Now
            ? throw new ArgumentException("must not lie in the future", nameof(before))
            : transaction.Audit.Pruner.Last()).WaitAsync(cancel).ConfigureAwait(false);
        long entries = 0;
        while (true)
        {
            var (pruning, isComplete) = await file.Request(transaction =>
            {
                var done = transaction.Audit.Pruner.Prune(transaction.Now, before, last, out var complete);
                return (done, complete);
            }).WaitAsync(cancel).ConfigureAwait(false);
            entries += pruning.Entries;
            if (isComplete || pruning.Fault is not null)
                return pruning with { Entries = entries };
        }
    }
}
