using IronCage.Core.Audit;
using IronCage.Core.Ledger;
using IronCage.Core.Money;
using IronCage.Core.Time;

namespace IronCage.State;

/// <summary>
/// One SQLite file of this process: one connection on one writer thread, which turns whatever has arrived into one transaction (group commit).
/// This part is the door for other threads; <c>SqliteFile.Writer.cs</c> is the thread, <c>SqliteFile.Polling.cs</c> what it looks for while somebody waits, <c>SqliteFile.Reads.cs</c> what it reads between transactions, <c>SqliteFile.Lifecycle.cs</c> its beginning and end.
/// </summary>
internal sealed partial class SqliteFile : IDisposable
{
    /// <summary>Audit entries that are kept while the file cannot be written; more are dropped and reported by <see cref="Flush"/>.</summary>
    private const int AuditBacklog = 100_000;

    /// <summary>So many are kept to be asked for.</summary>
    private const int MostRepairs = 100;

    private static readonly TimeSpan ShutdownTimeout = TimeSpan.FromSeconds(10);

    private readonly SqliteStoreOptions _options;
    private readonly TimeProvider _clock;
    private readonly OwnerIdentity _owner;
    private readonly Thread _writer;
    private readonly TaskCompletionSource _opened = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ITimer _pollTimer, _behindTimer, _watchdog, _heartbeatTimer, _lookTimer;

    // Guarded by _gate, which is never held together with an account's lock or while calling out.
    private readonly object _gate = new();
    private readonly Dictionary<string, SqliteAccount> _accounts = new(StringComparer.Ordinal);
    private readonly HashSet<SqliteAccount> _waiting = [];
    private List<WriteBehind> _behind = [];
    private readonly List<string> _repairs = [];
    private List<StoreRequest> _requests = [];
    private Wake _wake;
    private bool _behindArmed;
    private bool _stopping;
    private bool _stopped;
    private long _droppedAudit;

    private int _openHolds;

    /// <summary>Opens or makes the file at an absolute path without links.</summary>
    /// <exception cref="StoreException">It cannot be opened; the message says why.</exception>
    public SqliteFile(string path, SqliteStoreOptions options, TimeProvider clock, IIdSource ids)
    {
        Path = path;
        _options = options;
        _clock = clock;
        _owner = OwnerIdentity.Of(ids.NewId());
        Tokens = new SqliteTokenStore(this);
        Circuits = new SqliteCircuits(this, _owner.Id, clock);
        Stops = new SqliteStopBoard(this);
        Approvals = new SqliteApprovalBoard(this, clock);
        _pollTimer = Timer(static file => file.Wake(State.Wake.Poll));
        _behindTimer = Timer(static file => file.Wake(State.Wake.Work));
        _watchdog = Timer(static file => file.FailEverybody(StoreFaults.Locked(file.Path, file._options.BusyTimeout)));
        _heartbeatTimer = Timer(static file =>
        {
            if (Volatile.Read(ref file._openHolds) > 0)
                file.Wake(State.Wake.Heartbeat);
            file.Circuits.Beat();
        });
        _lookTimer = Timer(static file =>
        {
            file.Stops.Look();
            file.Approvals.Look();
        });
        _writer = new Thread(Run, maxStackSize: 512 * 1024) { IsBackground = true, Name = "ironcage-sqlite" };
        _writer.Start();
        try
        {
            _opened.Task.WaitAsync(2 * options.BusyTimeout, clock).GetAwaiter().GetResult();
        }
        catch (TimeoutException)
        {
            Stop(); // the thread leaves as soon as it gets the lock
            throw StoreFaults.Locked(path, 2 * options.BusyTimeout);
        }
        catch
        {
            DisposeTimers();
            throw;
        }
        _heartbeatTimer.Change(options.HeartbeatInterval, options.HeartbeatInterval);
    }

    public string Path { get; }

    public SqliteStoreOptions Options => _options;

    public SqliteTokenStore Tokens { get; }

    public SqliteCircuits Circuits { get; }

    public SqliteStopBoard Stops { get; }

    public SqliteApprovalBoard Approvals { get; }

    /// <summary>What was put right since the file was opened.</summary>
    public IReadOnlyList<string> Repairs
    {
        get
        {
            lock (_gate)
                return [.. _repairs];
        }
    }

    /// <summary>Transactions committed so far.</summary>
    public long CommitCount => Interlocked.Read(ref _commitCount);

    /// <summary>The account, made or changed in the file if need be.</summary>
    public ILedgerAccount Open(BudgetTerms terms)
    {
        // Registered before its row is read, so that the transaction that reads it tells it its figures.
        var account = Register(terms.Name);
        string? parent;
        try
        {
            (parent, account.Window) = Request(transaction =>
            {
                var row = transaction.Open(terms);
                return (row.Parent?.Name, row.Window);
            }).GetAwaiter().GetResult();
        }
        catch (ArgumentException)
        {
            Forget(account);
            throw;
        }
        lock (_gate)
        {
            // Somebody else who was refused may have taken it out meanwhile.
            if (!_accounts.TryAdd(terms.Name, account))
                account = _accounts[terms.Name];
        }
        if (parent is not null && account.Parent is null)
            account.Parent = Open(new BudgetTerms(parent, null));
        return account;
    }

    private SqliteAccount Register(string name)
    {
        lock (_gate)
        {
            if (!_accounts.TryGetValue(name, out var account))
                _accounts.Add(name, account = new SqliteAccount(this, name));
            return account;
        }
    }

    /// <summary>An account that was not made after all.</summary>
    private void Forget(SqliteAccount account)
    {
        lock (_gate)
        {
            if (!account.IsWritten && _accounts.GetValueOrDefault(account.Name) == account)
                _accounts.Remove(account.Name);
        }
    }

    /// <summary>Work for the next transaction; the task ends when that is durable.</summary>
    /// <param name="work">The work.</param>
    /// <param name="committed">As of <see cref="StoreRequest{T}"/>.</param>
    public Task<T> Request<T>(Func<LedgerTransaction, T> work, Action<T>? committed = null) =>
        Submit(new StoreRequest<T>(work, committed), request => _requests.Add(request), State.Wake.Work); // the list changes: it is looked up under the lock

    /// <summary>Hands work to the writer thread, which is woken for it; it fails when the file is closed.</summary>
    private Task<T> Submit<T>(StoreRequest<T> request, Action<StoreRequest> add, Wake why)
    {
        lock (_gate)
        {
            if (!_stopping)
            {
                add(request);
                WakeLocked(why);
                return request.Task;
            }
        }
        request.Fail(StoreFaults.Closed(Path));
        return request.Task;
    }

    /// <summary>From now on it is looked for what other processes do to <see cref="Stops"/> and <see cref="Approvals"/>.</summary>
    public void LookForOthers() => _lookTimer.Change(SqliteStopBoard.LookInterval, SqliteStopBoard.LookInterval);

    /// <summary>The task ends when everything written behind so far is durable.</summary>
    /// <exception cref="StoreException">It could not be written, or audit entries were lost since the last flush.</exception>
    public async Task Flush()
    {
        await Request(static _ => true).ConfigureAwait(false);
        if (Interlocked.Exchange(ref _droppedAudit, 0) is > 0 and var dropped)
            throw new StoreException($"{dropped} audit entries of the store {Path} were lost, because it could not be written for too long");
    }

    public void Append(AuditEntry entry) => AddUnheld(WriteBehind.Entry(entry));

    /// <summary>The cost of a call that had no hold here.</summary>
    public void Record(in Settlement settlement) => AddUnheld(WriteBehind.Unheld(settlement));

    private void AddUnheld(in WriteBehind item)
    {
        lock (_gate)
        {
            if (_stopped || _behind.Count >= AuditBacklog)
                _droppedAudit++;
            else
                AddBehindLocked(item);
        }
    }

    /// <summary>A hold has ended. False when the store is closed: the hold stays in the file and counts in full.</summary>
    public bool Settled(in WriteBehind settlement, bool waiting)
    {
        Interlocked.Decrement(ref _openHolds);
        lock (_gate)
        {
            if (_stopped)
                return false;
            AddBehindLocked(settlement);
            if (waiting)
                WakeLocked(State.Wake.Work);
            return true;
        }
    }

    /// <summary>Somebody waits in the account's queue who was not looked at yet.</summary>
    public void Arrived(SqliteAccount account)
    {
        lock (_gate)
        {
            if (!_stopping)
            {
                _waiting.Add(account);
                WakeLocked(State.Wake.Work);
                return;
            }
        }
        account.FailWaiters(StoreFaults.Closed(Path));
    }

    /// <summary>Writes what is still to be written (at most 10 s) and closes the file. Open holds stay in it and expire in full.</summary>
    public void Dispose()
    {
        Stop();
        _writer.Join(ShutdownTimeout);
        DisposeTimers();
    }

    private void Stop()
    {
        lock (_gate)
        {
            _stopping = true;
            Monitor.PulseAll(_gate);
        }
    }

    private void DisposeTimers()
    {
        _pollTimer.Dispose();
        _behindTimer.Dispose();
        _watchdog.Dispose();
        _heartbeatTimer.Dispose();
        _lookTimer.Dispose();
    }

    private ITimer Timer(Action<SqliteFile> tick) =>
        _clock.CreateTimer(_ => tick(this), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);

    private void Wake(Wake why)
    {
        lock (_gate)
            WakeLocked(why);
    }

    private void WakeLocked(Wake why)
    {
        _wake |= why;
        Monitor.Pulse(_gate);
    }

    private void AddBehindLocked(in WriteBehind item)
    {
        _behind.Add(item);
        if (_behindArmed)
            return;
        _behindArmed = true;
        if (_options.WriteBehindDelay == TimeSpan.Zero)
            WakeLocked(State.Wake.Work);
        else
            _behindTimer.Change(_options.WriteBehindDelay, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Fails whoever waits and is not decided. What is written behind stays.</summary>
    private void FailEverybody(StoreException error)
    {
        List<StoreRequest> requests;
        SqliteAccount[] waiting;
        lock (_gate)
        {
            requests = [.. _requests, .. _reads];
            _requests = [];
            _reads.Clear();
            waiting = [.. _waiting];
            _waiting.Clear();
        }
        // Nobody is told before all are taken out: who learns it may ask again at once.
        List<Waiter> waiters = [.. waiting.SelectMany(account => account.Drain())];
        foreach (var request in requests)
            request.Fail(error);
        foreach (var waiter in waiters)
            waiter.Fail(error);
    }
}
