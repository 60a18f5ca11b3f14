using IronCage.Core.Ledger;

namespace IronCage.State;

/// <summary>
/// What the accounts of one tree have in common in this process: a lock, and the line of those who wait, in order of arrival. Whoever waits for money of one account holds
/// up those behind him that draw on it, and nobody else.
/// </summary>
internal sealed class MemoryTree(TimeProvider clock)
{
    /// <summary>How often a waiter looks whether another process settled.</summary>
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(20);

    /// <summary>How often it looks whether another process died.</summary>
    private static readonly TimeSpan DeathPoll = TimeSpan.FromMilliseconds(250);

    private readonly WaitQueue _queue = new();
    private readonly List<Waiter> _line = [];
    private readonly HashSet<IBudgetLevel> _blocked = [];
    private ITimer? _poll;
    private long _seen;
    private long _looked;

    /// <summary>Taken before the lock of any account.</summary>
    public Lock Sync { get; } = new();

    /// <summary>Whether nobody waits. Under the lock.</summary>
    public bool IsIdle => _queue.Count == 0;

    /// <summary>Lets one wait, and decides about him at once where others wait already. Under the lock.</summary>
    /// <param name="waiter">The owner is an account of this tree.</param>
    /// <param name="version">Of his accounts, when it was decided that he must wait.</param>
    public List<Waiter>? Enqueue(Waiter waiter, long version)
    {
        waiter.Queued = true;
        _queue.Enqueue(waiter);
        if (_queue.Count > 1)
            return Serve();
        _seen = version;
        _looked = clock.GetTimestamp();
        _poll ??= clock.CreateTimer(static tree => ((MemoryTree)tree!).LookAround(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _poll.Change(Poll, Poll);
        return null;
    }

    /// <summary>Takes one out. Under the lock.</summary>
    public bool Remove(Waiter waiter) => _queue.Remove(waiter);

    /// <summary>Takes out those of one account. Under the lock.</summary>
    public List<Waiter> Drain(MemoryAccount account)
    {
        Line();
        var taken = _line.FindAll(waiter => waiter.Owner == account);
        foreach (var waiter in taken)
            _queue.Remove(waiter);
        return taken;
    }

    /// <summary>Serves those who wait. Under the lock.</summary>
    /// <returns>Who is decided; to be told without the lock. Null for nobody.</returns>
    public List<Waiter>? Serve()
    {
        if (_queue.Count == 0)
            return null;
        List<Waiter>? decided = null;
        Line();
        _blocked.Clear();
        foreach (var waiter in _line)
        {
            try
            {
                if (!((MemoryAccount)waiter.Owner).Serve(waiter, _blocked))
                    continue;
            }
            catch (StoreException)
            {
                break; // locked by a process that hangs: those behind are looked at by the next poll
            }
            _queue.Remove(waiter);
            (decided ??= []).Add(waiter);
        }
        _seen = Version();
        return decided;
    }

    private void Line()
    {
        _line.Clear();
        _queue.CopyTo(_line);
    }

    private long Version()
    {
        var version = 0L;
        Line();
        foreach (var waiter in _line)
            version += ((MemoryAccount)waiter.Owner).Version;
        return version;
    }

    private bool IsPeriodOver()
    {
        foreach (var waiter in _line)
        {
            if (((MemoryAccount)waiter.Owner).IsPeriodOver)
                return true;
        }
        return false;
    }

    /// <summary>While somebody waits here, other processes and the ends of windows are watched: nobody tells us of them.</summary>
    private void LookAround()
    {
        List<Waiter>? decided = null;
        try
        {
            lock (Sync)
            {
                if (_queue.Count == 0)
                {
                    _poll?.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
                    return;
                }
                var isLate = clock.GetElapsedTime(_looked) >= DeathPoll;
                if (isLate)
                    _looked = clock.GetTimestamp();
                if (Version() == _seen && !isLate && !IsPeriodOver())
                    return;
                if (isLate)
                {
                    foreach (var waiter in _line)
                        ((MemoryAccount)waiter.Owner).BookTheDead();
                }
                decided = Serve();
            }
        }
        catch (StoreException)
        {
            return; // locked by a process that hangs: the waits end by their own clocks
        }
        MemoryAccount.Complete(decided);
    }
}
