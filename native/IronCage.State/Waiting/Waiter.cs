using IronCage.Core.Audit;
using IronCage.Core.Ledger;

namespace IronCage.State;

/// <summary>
/// A hold that is not decided yet. Its place in the queue is guarded by the lock of its account; whoever takes it out of the queue, and only he,
/// completes it. Continuations run on the thread pool.
/// </summary>
internal sealed class Waiter(IWaiterOwner owner, HoldDemand demand, TimeSpan wait, AuditEntry? audit)
{
    private static long _arrivals;

    private readonly TaskCompletionSource<HoldOutcome> _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private CancellationTokenRegistration _registration;
    private ITimer? _timer;
    private volatile bool _done;

    public IWaiterOwner Owner => owner;

    /// <summary>Those that came before have a lower one, in whatever queue.</summary>
    public long Arrival { get; } = Interlocked.Increment(ref _arrivals);
    public HoldDemand Demand { get; } = demand;
    public AuditEntry? Audit { get; } = audit;
    public bool MayWait { get; } = wait != TimeSpan.Zero;
    public Task<HoldOutcome> Task => _completion.Task;

    /// <summary>Whether it was looked at and told to wait. Guarded by the account's lock.</summary>
    public bool Queued { get; set; }

    /// <summary>Place in the queue; null when out of it. Guarded by the account's lock.</summary>
    public LinkedListNode<Waiter>? Node { get; set; }

    /// <summary>What was decided; set before it leaves the queue.</summary>
    public HoldOutcome Outcome { get; set; }

    /// <summary>Lets the caller's token end the wait. Call without the account's lock: a token that is cancelled already calls back at once.</summary>
    public void Watch(CancellationToken cancel)
    {
        if (!cancel.CanBeCanceled)
            return;
        _registration = cancel.UnsafeRegister(static state => ((Waiter)state!).GiveUp(HoldStatus.Cancelled), this);
        if (_done)
            _registration.Unregister();
    }

    /// <summary>Starts the clock of the wait. Call once, without the account's lock.</summary>
    public void StartClock(TimeProvider clock)
    {
        if (wait == Timeout.InfiniteTimeSpan)
            return;
        var timer = clock.CreateTimer(static state => ((Waiter)state!).GiveUp(HoldStatus.TimedOut), this, wait, Timeout.InfiniteTimeSpan);
        Interlocked.Exchange(ref _timer, timer); // a full fence: either we see _done or Release sees the timer
        if (_done)
            timer.Dispose();
    }

    public void Complete()
    {
        Release();
        _completion.TrySetResult(Outcome);
    }

    public void Fail(Exception error)
    {
        Release();
        _completion.TrySetException(error);
    }

    private void GiveUp(HoldStatus why) => owner.GiveUp(this, why);

    private void Release()
    {
        _done = true;
        Interlocked.MemoryBarrier();
        Volatile.Read(ref _timer)?.Dispose();
        _registration.Unregister();
    }
}
