using IronCage.Core.Audit;
using IronCage.Core.Ledger;
using IronCage.Core.Money;
using IronCage.Core.Time;
using IronCage.Core.Tokens;

namespace IronCage.State;

/// <summary>
/// Budgets in the memory of this process and of those forked from it. Nothing survives them. A hold that fits completes synchronously and allocates nothing.
/// Thread-safe.
/// Of the audit trail the newest <see cref="AuditCapacity"/> entries are kept.
/// </summary>
public sealed class MemoryStore : IStore
{
    /// <summary>How many audit entries are kept: 10,000. The oldest are dropped beyond it.</summary>
    public const int AuditCapacity = 10_000;

    private readonly Lock _sync = new();
    private readonly Dictionary<string, MemoryAccount> _accounts = new(StringComparer.Ordinal);
    private readonly Dictionary<nint, WeakReference<MemoryAccount>> _inherited = [];
    private readonly Queue<AuditEntry> _audit = new();
    private readonly Lock _auditSync = new();
    private readonly TimeProvider _clock;
    private readonly string _id;
    private bool _closed;

    /// <summary>Makes an empty store.</summary>
    /// <param name="clock">Times the waits of holds.</param>
    /// <param name="ids">Gives the store the identity that is part of its accounts' keys.</param>
    public MemoryStore(TimeProvider clock, IIdSource ids)
    {
        ArgumentNullException.ThrowIfNull(clock);
        ArgumentNullException.ThrowIfNull(ids);
        _clock = clock;
        _id = ids.NewId().ToString("N");
    }

    /// <summary>Always false.</summary>
    public bool IsDurable => false;

    /// <summary>Always null.</summary>
    public string? Url => null;

    /// <summary>Always null: what lives with the process needs a key that does, too (<see cref="MemoryTokenStore"/>).</summary>
    public ITokenStore? Tokens => null;

    /// <inheritdoc/>
    public ILedgerAccount Open(string name, Picodollars? limit)
    {
        Demands.CheckAccount(name, limit);
        MemoryAccount? account;
        lock (_sync)
        {
            if (_closed)
                throw Closed();
            if (!_accounts.TryGetValue(name, out account))
            {
                account = Make(name, new SharedLedger(limit));
                _accounts.Add(name, account);
                return account;
            }
        }
        if (limit is { } l)
            account.SetLimit(l);
        return account;
    }

    /// <summary>
    /// The account that the process from which this one was forked had at <paramref name="address"/> (<see cref="ILedgerAccount.SharedAddress"/>): both go on drawing
    /// on the same sum.
    /// </summary>
    /// <param name="name">Its name.</param>
    /// <param name="address">Where it lies.</param>
    /// <param name="isNamed">Whether <see cref="Open"/> finds it.</param>
    public ILedgerAccount Inherit(string name, nint address, bool isNamed)
    {
        Demands.CheckAccount(name, null);
        ArgumentOutOfRangeException.ThrowIfZero(address);
        lock (_sync)
        {
            if (_closed)
                throw Closed();
            if (_inherited.TryGetValue(address, out var known) && known.TryGetTarget(out var account))
                return account;
            account = Make(name, SharedLedger.Inherit(address));
            _inherited[address] = new WeakReference<MemoryAccount>(account);
            if (isNamed)
                _accounts.TryAdd(name, account);
            return account;
        }
    }

    private MemoryAccount Make(string name, SharedLedger ledger) => new(this, name, $"memory:{_id}:{name}", ledger, _clock);

    /// <summary>
    /// Takes the name out of the store: whoever has the account keeps it and may go on using it, but the next <see cref="Open"/> of the name makes a new one.
    /// For budgets that live no longer than a run.
    /// </summary>
    /// <returns>False when there was no such account.</returns>
    public bool Forget(string name)
    {
        lock (_sync)
            return _accounts.Remove(name);
    }

    /// <inheritdoc/>
    public void Append(AuditEntry entry)
    {
        ArgumentNullException.ThrowIfNull(entry);
        lock (_auditSync)
        {
            if (_audit.Count == AuditCapacity)
                _audit.Dequeue();
            _audit.Enqueue(entry);
        }
    }

    /// <summary>The audit entries that are kept, oldest first.</summary>
    public IReadOnlyList<AuditEntry> RecentAudit()
    {
        lock (_auditSync)
            return [.. _audit];
    }

    /// <summary>Completes at once: memory is as durable as it will ever be.</summary>
    public ValueTask FlushAsync(CancellationToken cancel = default) => ValueTask.CompletedTask;

    /// <summary>Ends the store: holds that wait fail with <see cref="StoreException"/>, open ones can still be settled. Idempotent.</summary>
    public void Dispose()
    {
        MemoryAccount[] accounts;
        lock (_sync)
        {
            _closed = true;
            accounts = [.. _accounts.Values];
            _accounts.Clear();
        }
        foreach (var account in accounts)
            account.Close();
    }

    internal static StoreException Closed() => new("the store of budgets in memory is closed");
}
