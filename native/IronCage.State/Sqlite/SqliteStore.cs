using System.Globalization;
using IronCage.Core.Audit;
using IronCage.Core.Circuits;
using IronCage.Core.Control;
using IronCage.Core.Ledger;
using IronCage.Core.Money;
using IronCage.Core.Time;
using IronCage.Core.Tokens;

namespace IronCage.State;

/// <summary>
/// Budgets, the audit trail and sealed values of tokens in an SQLite file that any number of processes of one machine share. Thread-safe.
/// <para>
/// A granted hold is on the disk (WAL, synchronous=FULL) before it is announced; holds that arrive together share a commit. Settlements and audit entries are written
/// behind. Decisions are made inside the transaction from the rows, so the limit holds over all processes. Holds of a process that died are booked as spent in full
/// after <see cref="SqliteStoreOptions.HoldExpiry"/>.
/// </para>
/// <para>
/// A new file has mode 0600; an existing one keeps its mode. Beside it lie SQLite's <c>-wal</c> and <c>-shm</c> and the lock file <c>PATH-ironcage</c>, which nothing
/// else should open while the store is in use. The file must be on a local disk. A process has one connection per file: stores of one file share it, and the options
/// of the first.
/// </para>
/// </summary>
public sealed class SqliteStore : IStore
{
    private readonly SqliteFile _file;
    private int _closed;

    /// <summary>Opens the file, making it if its directory exists.</summary>
    /// <param name="path">Relative paths count from the current directory.</param>
    /// <param name="options">Null: the defaults.</param>
    /// <param name="clock">Its wall clock decides expiry, and must be the machine's where several processes share the file; its timers drive waits and heartbeats.</param>
    /// <param name="ids">Gives this process its identity as an owner of holds.</param>
    /// <exception cref="StoreException">The file cannot be opened, locked or understood; the message says why and what to do.</exception>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of range.</exception>
    public SqliteStore(string path, SqliteStoreOptions? options, TimeProvider clock, IIdSource ids)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentNullException.ThrowIfNull(clock);
        ArgumentNullException.ThrowIfNull(ids);
        options ??= new SqliteStoreOptions();
        options.Validate();
        _file = SqliteFiles.Acquire(SqliteFiles.Canonical(path), options, clock, ids);
    }

    /// <summary>The file's absolute path, without links.</summary>
    public string FilePath => _file.Path;

    /// <summary>Always true.</summary>
    public bool IsDurable => true;

    /// <inheritdoc/>
    public string Url => string.Create(CultureInfo.InvariantCulture,
        $"sqlite:///{FilePath}?heartbeat={Options.HeartbeatInterval.TotalSeconds:0.#######}&expiry={Options.HoldExpiry.TotalSeconds:0.#######}");

    /// <inheritdoc/>
    public ITokenStore? Tokens => _file.Tokens;

    /// <inheritdoc/>
    /// <remarks>A process whose budgets are elsewhere hears of others with the heartbeat.</remarks>
    public ICircuitBoard? Circuits => _file.Circuits;

    /// <inheritdoc/>
    public IAuditLog Audit => new SqliteAuditLog(_file);

    /// <inheritdoc/>
    public IStopBoard Stops => _file.Stops;

    /// <inheritdoc/>
    public IApprovalBoard Approvals => _file.Approvals;

    internal SqliteStoreOptions Options => _file.Options;

    /// <summary>Transactions committed so far, by all stores of this file in this process.</summary>
    internal long CommitCount => _file.CommitCount;

    /// <inheritdoc/>
    public ILedgerAccount Open(BudgetTerms terms)
    {
        Demands.Check(terms);
        ThrowIfClosed();
        return _file.Open(terms);
    }

    /// <inheritdoc/>
    public void Append(AuditEntry entry)
    {
        ArgumentNullException.ThrowIfNull(entry);
        _file.Append(entry);
    }

    /// <inheritdoc/>
    public void Record(in Settlement settlement) => _file.Record(settlement);

    /// <inheritdoc/>
    public async ValueTask<IReadOnlyList<SpendLine>> SpendAsync(DateTimeOffset? from, DateTimeOffset? until, CancellationToken cancel = default)
    {
        ThrowIfClosed();
        return await _file.Request(transaction => transaction.Spend(from, until)).WaitAsync(cancel).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public ValueTask FlushAsync(CancellationToken cancel = default)
    {
        ThrowIfClosed();
        return new ValueTask(_file.Flush().WaitAsync(cancel));
    }

    /// <summary>
    /// Checks the database's structure, that every budget's held amount is the sum of its open holds, that every hold has a budget, and the chain of the audit trail. Reads
    /// the whole file.
    /// </summary>
    /// <exception cref="StoreException">The file cannot be read.</exception>
    public StoreCheck Check()
    {
        ThrowIfClosed();
        var (problems, (budgets, openHolds, entries)) = _file.Request(transaction => (transaction.Checks.CheckIntegrity(), transaction.Checks.Count())).GetAwaiter().GetResult();
        if (Audit.VerifyAsync().AsTask().GetAwaiter().GetResult().Fault is { } fault)
            problems = [.. problems, $"audit trail: {fault.Message}"];
        return new StoreCheck(problems, _file.Repairs, budgets, openHolds, entries);
    }

    /// <summary>What <see cref="Check"/> finds wrong.</summary>
    /// <returns>In words; empty when nothing is.</returns>
    /// <exception cref="StoreException">The file cannot be read.</exception>
    public IReadOnlyList<string> CheckIntegrity() => Check().Problems;

    /// <summary>Writes what is still to be written (at most 10 s) and closes the file. Open holds stay in it and expire in full. Idempotent.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _closed, 1) == 0)
            SqliteFiles.Release(_file);
    }

    private void ThrowIfClosed()
    {
        if (Volatile.Read(ref _closed) != 0)
            throw StoreFaults.Closed(_file.Path);
    }
}
