using IronCage.Core.Circuits;
using IronCage.Core.Ledger;

namespace IronCage.State;

internal sealed partial class SqliteFile
{
    private static readonly TimeSpan FirstRetry = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LastRetry = TimeSpan.FromSeconds(5);

    // All of these belong to the writer thread.
    private readonly List<Waiter> _line = [];
    private readonly HashSet<IBudgetLevel> _blocked = [];
    private readonly List<Waiter> _decided = [];
    private readonly List<Waiter> _queued = [];
    private readonly List<Waiter> _duplicates = [];
    private Database _database = null!;
    private FileLock _lock = null!;
    private LedgerTransaction _transaction = null!;
    private List<WriteBehind> _takenBehind = [];
    private List<StoreRequest> _takenRequests = [];
    private SqliteAccount[] _takenWaiting = [];
    private IReadOnlyCollection<SharedCircuit> _changedCircuits = [];
    private bool _committing;
    private int _failures;
    private DateTimeOffset _heartbeatAt = DateTimeOffset.MinValue;
    private long? _sweptAt;
    private long _commitCount;

    private void Run()
    {
        try
        {
            OpenFile();
        }
        catch (Exception e)
        {
            CloseFile();
            lock (_gate)
                _stopping = _stopped = true;
            FailEverybody(StoreFaults.Closed(Path));
            _opened.TrySetException(AsStoreException(e));
            return;
        }
        _opened.TrySetResult();

        try
        {
            while (NextWake() is not State.Wake.None and var wake)
            {
                if ((wake & State.Wake.Heartbeat) != 0 || ((wake & State.Wake.Work) != 0 && HasWork()) || PollFindsWork())
                    Transact((wake & State.Wake.Heartbeat) != 0);
                if ((wake & State.Wake.Read) != 0)
                    ServeOneRead();
            }
            Shutdown();
        }
        catch (Exception e)
        {
            // A fault of ours. It must not end the process from a thread of its own, and nothing may be granted from here on.
            lock (_gate)
                _stopping = _stopped = true;
            FailEverybody(AsStoreException(e));
        }
    }

    /// <summary>Waits for work; None when the store stops.</summary>
    private Wake NextWake()
    {
        lock (_gate)
        {
            while (_wake == State.Wake.None && !_stopping)
                Monitor.Wait(_gate);
            if (_stopping)
                return State.Wake.None;
            var wake = _wake;
            _wake = State.Wake.None;
            return wake;
        }
    }

    /// <summary>False for a timer that comes after its work was done.</summary>
    private bool HasWork()
    {
        lock (_gate)
            return _behind.Count > 0 || _requests.Count > 0 || _waiting.Count > 0;
    }

    /// <summary>One transaction of everything that is there once the file is locked.</summary>
    private void Transact(bool heartbeat)
    {
        StoreException? failure = null;
        _committing = false;
        try
        {
            EnterLock();
            try
            {
                // What is written to a file without a name is lost, and who opens the name meanwhile has a second budget.
                if (_database.HasMoved)
                    throw StoreFaults.Moved(Path);
                _transaction.Begin(_clock.GetUtcNow());
                Take();
                Execute(heartbeat);
                _committing = true;
                _transaction.Commit();
            }
            catch
            {
                _transaction.Rollback();
                throw;
            }
            finally
            {
                _lock.Exit();
            }
        }
        catch (Exception e)
        {
            failure = AsStoreException(e);
        }

        if (failure is null)
            Publish();
        else
            Undo(failure);
        _decided.Clear();
        _duplicates.Clear();
        _queued.Clear();
        _takenBehind.Clear();
        _takenRequests.Clear();
        _takenWaiting = [];
    }

    private void EnterLock()
    {
        if (_lock.TryEnter())
            return;
        _watchdog.Change(_options.BusyTimeout, _options.BusyTimeout);
        try
        {
            _lock.Enter();
        }
        finally
        {
            _watchdog.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        }
    }

    private void Take()
    {
        lock (_gate)
        {
            (_behind, _takenBehind) = (_takenBehind, _behind);
            (_requests, _takenRequests) = (_takenRequests, _requests);
            _takenWaiting = _waiting.Count == 0 ? [] : [.. _waiting];
            _behindArmed = false;
            _wake &= State.Wake.Read;
        }
    }

    private void Execute(bool heartbeat)
    {
        var transaction = _transaction;
        var age = transaction.Now - _heartbeatAt;
        var stale = age < TimeSpan.Zero || age >= _options.HeartbeatInterval;
        if (Volatile.Read(ref _openHolds) > 0 && (heartbeat || stale))
            transaction.Heartbeat();
        if (SweepIsDue())
        {
            transaction.Balance();
            transaction.Expire(transaction.Now - _options.HoldExpiry);
            _sweptAt = _clock.GetTimestamp();
        }

        foreach (var item in _takenBehind)
            transaction.Settle(item);
        foreach (var request in _takenRequests)
            request.Run(transaction);
        Serve(transaction, stale);
        _changedCircuits = Circuits.IsUsed ? transaction.Circuits.Changed(Circuits.Seen) : [];
    }

    /// <summary>Decides about those who wait, in order of arrival over all accounts; what is decided is told to nobody before it is durable.</summary>
    private void Serve(LedgerTransaction transaction, bool stale)
    {
        _line.Clear();
        _blocked.Clear();
        foreach (var account in _takenWaiting)
            account.CopyWaiters(_line);
        _line.Sort(static (a, b) => a.Arrival.CompareTo(b.Arrival));
        foreach (var waiter in _line)
        {
            var account = Account(waiter);
            var path = transaction.Row(account.Name).Path;
            if (!account.Serve(waiter, path, _blocked, _queued))
                continue;
            _decided.Add(waiter);
            if (waiter.Outcome.Status != HoldStatus.Granted)
                continue;
            if (stale)
                transaction.Heartbeat(); // a hold never stands beside a heartbeat that looks dead
            if (!transaction.Hold(account.Name, waiter.Demand, waiter.Outcome.Held))
            {
                foreach (var row in path)
                    row.SetHeld(row.Held - waiter.Outcome.Held.Value);
                _duplicates.Add(waiter);
            }
            else if (waiter.Audit is { } audit)
            {
                transaction.Append(audit);
            }
        }
    }

    private void Publish()
    {
        Interlocked.Increment(ref _commitCount);
        _failures = 0;
        if (_transaction.HeartbeatWritten)
            _heartbeatAt = _transaction.Now;
        Announce(_transaction.Repairs);
        Circuits.Learn(_changedCircuits); // before anybody hears that his hold stands
        foreach (var row in _transaction.Rows)
        {
            SqliteAccount? account;
            lock (_gate)
                _accounts.TryGetValue(row.Name, out account);
            account?.Written(row);
        }
        foreach (var waiter in _decided)
        {
            if (_duplicates.Count > 0 && _duplicates.Contains(waiter))
            {
                Account(waiter).Fail(waiter, new InvalidOperationException("this call already has a hold in this budget, taken by another process"));
                continue;
            }
            if (waiter.Outcome.Status == HoldStatus.Granted)
                Interlocked.Increment(ref _openHolds);
            Account(waiter).Tell(waiter);
        }
        foreach (var waiter in _queued)
            waiter.StartClock(_clock);
        foreach (var request in _takenRequests)
            request.Complete();
        Poll();
    }

    private void Announce(List<string> repairs)
    {
        foreach (var repair in repairs)
        {
            lock (_gate)
            {
                if (_repairs.Count < MostRepairs)
                    _repairs.Add(repair);
            }
            _options.Warn?.Invoke(repair);
        }
    }

    /// <summary>The transaction did not become durable: whoever waits learns it, what is written behind goes back to the head of the line.</summary>
    private void Undo(StoreException failure)
    {
        lock (_gate)
        {
            _behind.InsertRange(0, _takenBehind);
            // A commit that failed may still be found in the log after a crash or by the next reader: nobody knows of these holds, so take them out.
            if (_committing)
            {
                foreach (var waiter in _decided)
                {
                    if (waiter.Outcome.Status == HoldStatus.Granted && !_duplicates.Contains(waiter))
                        _behind.Add(WriteBehind.Withdrawal(Account(waiter).Name, waiter.Demand.Call));
                }
            }
            if (_behind.Count > 0)
            {
                _behindArmed = true;
                var delay = TimeSpan.FromTicks(Math.Min(LastRetry.Ticks, FirstRetry.Ticks << Math.Min(_failures, 10)));
                _behindTimer.Change(delay, Timeout.InfiniteTimeSpan);
            }
        }
        _failures++;
        _sweptAt = null;
        SetPolling(false);
        FailEverybody(failure);
        // Last: who learns it may ask again at once, and is then of the next transaction.
        foreach (var waiter in _decided)
            Account(waiter).Fail(waiter, failure);
        foreach (var request in _takenRequests)
            request.Fail(failure);
    }

    private bool SweepIsDue() => _sweptAt is not { } at || _clock.GetElapsedTime(at) >= _options.HeartbeatInterval;

    private StoreException AsStoreException(Exception e) => e switch
    {
        StoreException known => known,
        UnauthorizedAccessException or IOException => StoreFaults.NotWritable(Path, e),
        _ => StoreFaults.Internal(Path, e),
    };

    private static SqliteAccount Account(Waiter waiter) => (SqliteAccount)waiter.Owner;
}
