using IronCage.Core.Ledger;

namespace IronCage.State;

/// <summary>Clocks of the network, and what happens when the server is away. These clocks are the machine's: a server does not live by a test's.</summary>
internal sealed partial class RedisLedger
{
    /// <summary>How long a settlement that nobody waits for may wait for others to share its trip.</summary>
    private static readonly TimeSpan BehindDelay = TimeSpan.FromMilliseconds(2);

    /// <summary>How often those who wait ask, if nobody tells them that money came free: a message may be lost, and a window may end.</summary>
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(250);

    private static readonly TimeSpan ShutdownTimeout = TimeSpan.FromSeconds(10);

    private readonly ITimer _ticker, _behind, _poll;
    private bool _isConnected;
    private bool _isBehindArmed;
    private bool _isPollArmed;
    private bool _isClosing;
    private bool _isStopped;
    private bool _isRefusing;
    private bool _isGivenUp; // the connection breaks because it was silent
    private long _sentAt;
    private long _lostAt;
    private long _heartbeatAt;
    private long _reviewedAt;
    private long _retryAt;
    private StoreException? _broken;
    private StoreException? _absence;

    /// <inheritdoc/>
    public void Connected()
    {
        lock (Sync)
        {
            if (_broken is not null || _isStopped)
                return;
            _isConnected = true;
            if (_inFlight is { } unanswered)
                Send(unanswered);
            else
                SendSoon();
        }
    }

    /// <inheritdoc/>
    public void Disconnected(StoreException why)
    {
        lock (Sync)
        {
            _isConnected = false;
            if (!_isGivenUp)
                Lost(why);
            _isGivenUp = false;
        }
        // Whoever opens a store wants to know at once that its name is wrong.
        if (_options.Outage == RedisOutage.Refuse || _epoch.Length == 0)
            RefuseFromHere();
    }

    /// <inheritdoc/>
    public void Published(string message)
    {
        var space = message.IndexOf(' ', StringComparison.Ordinal);
        if (space < 0 || message.AsSpan(0, space).SequenceEqual(_owner))
            return;
        lock (Sync)
        {
            if (_line.Count > 0 || (Circuits.IsUsed && message.AsSpan(space + 1).SequenceEqual(CircuitsWord)))
                SendSoon();
            if (!_accounts.TryGetValue(message[(space + 1)..], out var top))
                return;
            top.Want(Now() + 1000);
            foreach (var account in _active)
            {
                if (account.Top != top || !account.IsActive)
                    continue;
                SendSoon();
                return;
            }
        }
    }

    /// <summary>Tells and gives back everything (for at most 10 s), and ends. Open holds stay leased, and expire in full. Idempotent.</summary>
    public void Dispose()
    {
        Task? last = null;
        lock (Sync)
        {
            if (_isClosing)
                return;
            _isClosing = true;
            if (_broken is null && _isConnected)
            {
                var request = new RedisRequest<bool>(static _ => { }, static _ => { }, static _ => true);
                _requests.Add(request);
                last = request.Task;
                SendSoon();
            }
        }
        try
        {
            last?.Wait(_options.Timeout < ShutdownTimeout ? _options.Timeout : ShutdownTimeout);
        }
        catch (AggregateException)
        {
            // What could not be told stays leased, and is booked in full.
        }
        Stop(_faults.Closed());
    }

    /// <summary>Why nothing is granted, whatever the lease. Under the lock.</summary>
    private StoreException? RefusalOfAll()
    {
        if (_isClosing || _isStopped)
            return _faults.Closed();
        return _broken ?? (_isRefusing && _options.Outage == RedisOutage.Refuse ? Absence() : null);
    }

    /// <summary>Why nothing is asked. Under the lock.</summary>
    private StoreException? RefusalOfTrips() => _isRefusing ? Absence() : null;

    private StoreException Absence() => _broken ?? _absence ?? _faults.Silent();

    /// <summary>The server is away, or will not do it. Under the lock.</summary>
    private void Lost(StoreException why)
    {
        if (_absence is null)
            _lostAt = Environment.TickCount64;
        _absence = why;
    }

    private void Recovered()
    {
        _absence = null;
        _isRefusing = false;
        _heartbeatAt = Environment.TickCount64;
    }

    /// <summary>A batch was answered with an error: nothing of it was done. It is asked again when that may have passed. Under the lock.</summary>
    private void Refused(RedisBatch batch, string error)
    {
        if (error.StartsWith("NOSCRIPT", StringComparison.Ordinal))
        {
            _link.Reload();
            Send(batch);
            return;
        }
        Lost(_faults.Answered(error));
        _retryAt = Environment.TickCount64 + (long)PollInterval.TotalMilliseconds;
        ThreadPool.UnsafeQueueUserWorkItem(static ledger => ledger.RefuseFromHere(), this, preferLocal: false);
    }

    /// <summary>Nothing is granted any more, until the process opens the store anew. Under the lock.</summary>
    private void Break(StoreException why)
    {
        _broken = why;
        _isConnected = false;
        ThreadPool.UnsafeQueueUserWorkItem(static ledger => ledger.RefuseFromHere(), this, preferLocal: false);
        _link.Drop();
    }

    /// <summary>Fails whoever waits, and whoever comes until the server is back.</summary>
    private void RefuseFromHere()
    {
        StoreException why;
        lock (Sync)
        {
            _isRefusing = true;
            why = Absence();
        }
        FailEverybody(why);
    }

    private void FailEverybody(StoreException why)
    {
        List<Waiter> waiters = [];
        List<RedisRequest> requests;
        lock (Sync)
        {
            _line.Drain(waiters);
            foreach (var waiter in waiters)
                ((RedisAccount)waiter.Owner).Forget(waiter.Demand.Call);
            requests = [.. _requests, .. _inFlight?.Requests ?? []];
            _requests = [];
        }
        foreach (var waiter in waiters)
            waiter.Fail(why);
        foreach (var request in requests)
            request.Fail(why);
    }

    private void Stop(StoreException why)
    {
        lock (Sync)
        {
            _isClosing = _isStopped = true;
            _isConnected = false;
        }
        _ticker.Dispose();
        _behind.Dispose();
        _poll.Dispose();
        _link.Dispose();
        FailEverybody(why);
    }

    /// <summary>Something was settled that nobody waits for. Under the lock.</summary>
    private void SendLater(RedisAccount account)
    {
        if (_isBehindArmed || _inFlight is not null || (_options.UsesLeases && account.Room <= account.Target + account.Target / 2))
            return; // the next batch takes it along: at the latest with the next heartbeat
        _isBehindArmed = true;
        _behind.Change(BehindDelay, Timeout.InfiniteTimeSpan);
    }

    private void BehindIsDue()
    {
        lock (Sync)
        {
            if (_isBehindArmed)
                SendSoon();
        }
    }

    private void ArmPoll()
    {
        if (_isPollArmed)
            return;
        _isPollArmed = true;
        _poll.Change(PollInterval, Timeout.InfiniteTimeSpan);
    }

    private void PollIsDue()
    {
        lock (Sync)
        {
            _isPollArmed = false;
            if (_line.Count > 0)
                SendSoon();
        }
    }

    private void Tick()
    {
        var isSilent = false;
        var isLate = false;
        var isBeating = false;
        lock (Sync)
        {
            if (_broken is not null || _isStopped)
                return;
            var time = Environment.TickCount64;
            isSilent = _isConnected && _inFlight is not null && _retryAt == 0 && time - _sentAt > _options.Timeout.TotalMilliseconds;
            if (isSilent)
            {
                Lost(_faults.Silent());
                _isGivenUp = true;
            }
            isLate = _absence is not null && !_isRefusing && time - _lostAt > _options.Timeout.TotalMilliseconds;
            if (_retryAt > 0 && time >= _retryAt && _isConnected && _inFlight is { } refused)
            {
                _retryAt = 0;
                Send(refused);
            }
            if (time - _reviewedAt >= _options.HeartbeatInterval.TotalMilliseconds)
            {
                _reviewedAt = time;
                Review();
                isBeating = true;
            }
            if (_inFlight is null && time - _heartbeatAt >= _options.HeartbeatInterval.TotalMilliseconds)
                SendSoon();
        }
        if (isBeating)
        {
            Beating?.Invoke();
            Circuits.Beat();
        }
        LookForStopsOfOthers();
        Approvals.Look();
        if (isSilent)
            _link.Drop();
        if (isLate)
            RefuseFromHere();
    }
}
