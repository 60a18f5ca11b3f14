namespace IronCage.Reliability;

/// <summary>
/// A call that waits for its place. Whoever takes it out of the queue, under the lock of its gate, and only he, completes it. Continuations run on the thread pool.
/// </summary>
internal sealed class LimitWaiter(LimitGate gate, long tokens, TimeSpan wait, long since)
{
    private readonly TaskCompletionSource<LimitDecision> _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private CancellationTokenRegistration _registration;
    private ITimer? _timer;
    private volatile bool _isDone;

    public long Tokens => tokens;

    /// <summary>The timestamp at which it came.</summary>
    public long Since => since;

    /// <summary>What held it up when it was looked at last.</summary>
    public LimitKind Kind { get; set; }

    /// <summary>Place in the queue; null when out of it.</summary>
    public LinkedListNode<LimitWaiter>? Node { get; set; }

    public Task<LimitDecision> Task => _completion.Task;

    /// <summary>Starts the clock of the wait, and lets the caller's token end it. Call without the gate's lock: either may call back at once.</summary>
    public void Watch(TimeProvider clock, CancellationToken cancel)
    {
        // Timers count whole milliseconds, and must not come a fraction too early.
        var timer = clock.CreateTimer(static state => ((LimitWaiter)state!).GiveUp(LimitStatus.TimedOut), this,
            TimeSpan.FromMilliseconds(Math.Ceiling(wait.TotalMilliseconds)), Timeout.InfiniteTimeSpan);
        Interlocked.Exchange(ref _timer, timer); // a full fence: either we see _isDone or Release sees the timer
        if (_isDone)
            timer.Dispose();
        if (!cancel.CanBeCanceled)
            return;
        _registration = cancel.UnsafeRegister(static state => ((LimitWaiter)state!).GiveUp(LimitStatus.Cancelled), this);
        if (_isDone)
            _registration.Unregister();
    }

    public void Complete(in LimitDecision decision)
    {
        _isDone = true;
        Interlocked.MemoryBarrier();
        Volatile.Read(ref _timer)?.Dispose();
        _registration.Unregister();
        _completion.TrySetResult(decision);
    }

    private void GiveUp(LimitStatus why) => gate.GiveUp(this, why);
}
