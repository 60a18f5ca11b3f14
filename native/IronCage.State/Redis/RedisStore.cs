using IronCage.Core.Audit;
using IronCage.Core.Circuits;
using IronCage.Core.Control;
using IronCage.Core.Ledger;
using IronCage.Core.Time;
using IronCage.Core.Tokens;

namespace IronCage.State;

/// <summary>
/// Budgets in a Redis server (6.2 or later) that processes of any number of machines share. Thread-safe.
/// <para>
/// All decisions about money are made inside the server, by a script that sees a budget and those above it as one. With leases, which are the default, a process takes a
/// part of a budget in advance and grants from it without asking; what is leased counts as held, so that the sum of what is spent, held and leased never exceeds a limit. A
/// process that dies leaves its lease, which is booked as spent in full after <see cref="RedisStoreOptions.Expiry"/>; one that was taken for dead and comes back gets it
/// again and settles as it would have.
/// </para>
/// <para>
/// A server that lost or forgot what it had is found out: every process knows the namespace's epoch, and how many batches it and the server have seen. Then nothing is
/// granted any more, to nobody. What survives a failure of the server is what its persistence and replication keep; replication of Redis is asynchronous.
/// </para>
/// </summary>
public sealed class RedisStore : IStore
{
    private readonly RedisLedger _ledger;
    private readonly MemoryStore _recent;
    private readonly SqliteStore? _audit;
    private int _closed;

    /// <summary>Connects, and makes the namespace if it does not exist and may be made.</summary>
    /// <param name="options">Which server, and how.</param>
    /// <param name="clock">Times the waits of holds. Where it is not <see cref="TimeProvider.System"/>, it takes the place of the server's clock, too.</param>
    /// <param name="ids">Gives this process its identity as an owner of leases.</param>
    /// <exception cref="StoreException">The server cannot be reached, refuses, or has lost the namespace; the message says what to do.</exception>
    /// <exception cref="ArgumentException">An option is out of range.</exception>
    public RedisStore(RedisStoreOptions options, TimeProvider clock, IIdSource ids)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(clock);
        ArgumentNullException.ThrowIfNull(ids);
        options.Validate();
        Options = options;
        _recent = new MemoryStore(clock, ids);
        if (options.AuditPath is { } path)
        {
            _audit = new SqliteStore(path, null, clock, ids);
            Options = options with { AuditPath = _audit.FilePath };
        }
        _ledger = new RedisLedger(options, clock, ids, Append);
        if (_audit is not null)
            _ledger.Beating = () => _ = Anchor();
        try
        {
            _ledger.Start();
        }
        catch
        {
            _audit?.Dispose();
            throw;
        }
    }

    /// <summary>As it was made, the audit file's path made absolute.</summary>
    public RedisStoreOptions Options { get; }

    /// <summary>Always true: holds and spend survive the process, and the server as its persistence says.</summary>
    public bool IsDurable => true;

    /// <inheritdoc/>
    /// <remarks>Holds the password: it is for processes, not for people.</remarks>
    public string Url => RedisUrl.Format(Options);

    /// <inheritdoc/>
    public ITokenStore? Tokens => _audit?.Tokens;

    /// <inheritdoc/>
    public ICircuitBoard? Circuits => _ledger.Circuits;

    /// <inheritdoc/>
    /// <remarks>That of this machine; null where it is kept in memory. Its head is noted in the server with every heartbeat, under the key <c>anchors</c>.</remarks>
    public IAuditLog? Audit => _audit?.Audit;

    /// <inheritdoc/>
    public IStopBoard Stops => _ledger;

    /// <inheritdoc/>
    public IApprovalBoard Approvals => _ledger.Approvals;

    /// <summary>Batches answered so far: trips to the server.</summary>
    internal long BatchCount => _ledger.BatchCount;

    /// <inheritdoc/>
    public ILedgerAccount Open(BudgetTerms terms)
    {
        Demands.Check(terms);
        return _ledger.Open(terms);
    }

    /// <inheritdoc/>
    /// <remarks>The audit trail is of this machine: see <see cref="RedisStoreOptions.AuditPath"/>.</remarks>
    public void Append(AuditEntry entry)
    {
        ArgumentNullException.ThrowIfNull(entry);
        ((IStore?)_audit ?? _recent).Append(entry);
    }

    /// <summary>The audit entries that are kept in memory, oldest first; none where <see cref="RedisStoreOptions.AuditPath"/> has them.</summary>
    public IReadOnlyList<AuditEntry> RecentAudit() => _recent.RecentAudit();

    /// <inheritdoc/>
    public void Record(in Settlement settlement) => _ledger.Record(settlement);

    /// <inheritdoc/>
    public async ValueTask<IReadOnlyList<SpendLine>> SpendAsync(DateTimeOffset? from, DateTimeOffset? until, CancellationToken cancel = default) =>
        await _ledger.Spend(from, until).WaitAsync(cancel).ConfigureAwait(false);

    /// <inheritdoc/>
    public async ValueTask FlushAsync(CancellationToken cancel = default)
    {
        await _ledger.Flush().WaitAsync(cancel).ConfigureAwait(false);
        if (_audit is not null)
            await _audit.FlushAsync(cancel).ConfigureAwait(false);
    }

    /// <summary>Tells the server what was spent, gives back what is leased and not held (for at most 10 s), and closes the connection. Open holds expire in full. Idempotent.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _closed, 1) != 0)
            return;
        try
        {
            Anchor().Wait(Options.Timeout);
        }
        catch (AggregateException)
        {
            // The trail itself says what is wrong with it.
        }
        _ledger.Dispose();
        _audit?.Dispose();
        _recent.Dispose();
    }

    /// <summary>Notes in the server how far the audit trail has come, so that nobody can shorten it or write it anew unnoticed.</summary>
    private async Task Anchor()
    {
        if (_audit?.Audit is not { } trail)
            return;
        try
        {
            await _audit.FlushAsync().ConfigureAwait(false);
            if ((await trail.VerifyAsync(most: 1).ConfigureAwait(false)).Head is { Entry: > 0 } head)
                _ledger.Anchor($"{Environment.MachineName}:{_audit.FilePath}", head);
        }
        catch (StoreException)
        {
            // Whoever appends or flushes learns it.
        }
    }
}
