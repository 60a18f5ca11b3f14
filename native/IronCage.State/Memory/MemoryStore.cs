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
    private readonly MemorySpend _spend = new();
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
    public ILedgerAccount Open(BudgetTerms terms)
    {
        Demands.Check(terms);
        MemoryAccount? account;
        bool isNew;
        lock (_sync)
        {
            if (_closed)
                throw Closed();
            isNew = !_accounts.TryGetValue(terms.Name, out account);
            if (isNew)
            {
                var parent = terms.Parent is { } above ? _accounts.GetValueOrDefault(above) ?? throw Demands.NoParent(terms) : null;
                if (parent?.Levels == BudgetTerms.MostLevels)
                    throw Demands.TooDeep();
                account = Make(parent, new SharedLedger(terms.Name, terms.Limit, _clock, terms.Window, parent?.SharedAddress ?? 0));
                _accounts.Add(terms.Name, account);
            }
            else
            {
                Demands.CheckParent(terms, account!.Parent?.Name);
            }
        }
        account!.Apply(terms, isNew);
        return account;
    }

    /// <summary>
    /// The account that the process from which this one was forked had at <paramref name="address"/> (<see cref="ILedgerAccount.SharedAddress"/>): both go on drawing
    /// on the same sum, and on the same accounts above.
    /// </summary>
    /// <param name="name">Its name.</param>
    /// <param name="address">Where it lies.</param>
    /// <param name="isNamed">Whether <see cref="IStore.Open(BudgetTerms)"/> finds it.</param>
    public ILedgerAccount Inherit(string name, nint address, bool isNamed)
    {
        Demands.CheckAccount(name, null);
        ArgumentOutOfRangeException.ThrowIfZero(address);
        lock (_sync)
        {
            if (_closed)
                throw Closed();
            var account = Inherit(name, address);
            if (isNamed)
                _accounts[name] = account;
            return account;
        }
    }

    private MemoryAccount Inherit(string? name, nint address)
    {
        if (_inherited.TryGetValue(address, out var known) && known.TryGetTarget(out var account))
            return account;
        var ledger = SharedLedger.Inherit(address, _clock, name);
        var parent = ledger.ParentAddress is not 0 and var above ? Inherit(null, above) : null;
        account = Make(parent, ledger);
        _inherited[address] = new WeakReference<MemoryAccount>(account);
        return account;
    }

    private MemoryAccount Make(MemoryAccount? parent, SharedLedger ledger) => new(this, $"memory:{_id}:{ledger.Name}", parent, ledger, _clock);

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

    /// <inheritdoc/>
    public void Record(in Settlement settlement) => Report(settlement, long.MaxValue);

    /// <inheritdoc/>
    /// <remarks>What this process spent.</remarks>
    public ValueTask<IReadOnlyList<SpendLine>> SpendAsync(DateTimeOffset? from, DateTimeOffset? until, CancellationToken cancel = default)
    {
        cancel.ThrowIfCancellationRequested();
        return new ValueTask<IReadOnlyList<SpendLine>>(_spend.Read(from, until));
    }

    internal void Report(in Settlement settlement, long held) => _spend.Add(settlement, held, _clock.GetUtcNow());

    internal static StoreException Closed() => new("the store of budgets in memory is closed");
}
