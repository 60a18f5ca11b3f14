namespace IronCage.Runtime.Protections;

/// <summary>Looks at the kill files of all protections of a process, on one timer that runs while there are any. Thread-safe.</summary>
internal sealed class KillFileWatch : IDisposable
{
    private readonly Lock _gate = new();
    private readonly TimeProvider _clock;
    private Protection[] _watched = [];
    private ITimer? _timer;
    private int _isLooking;

    public KillFileWatch(TimeProvider clock) => _clock = clock;

    public void Add(Protection protection)
    {
        lock (_gate)
        {
            _watched = [.. _watched, protection];
            _timer ??= _clock.CreateTimer(_ => Look(), null, KillFile.LookInterval, KillFile.LookInterval);
        }
    }

    public void Remove(Protection protection)
    {
        lock (_gate)
        {
            _watched = [.. _watched.Where(each => each != protection)];
            if (_watched.Length > 0)
                return;
            _timer?.Dispose();
            _timer = null;
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _watched = [];
            _timer?.Dispose();
            _timer = null;
        }
    }

    private void Look()
    {
        if (Interlocked.Exchange(ref _isLooking, 1) != 0)
            return; // a disk that does not answer is asked once
        try
        {
            foreach (var protection in Volatile.Read(ref _watched))
                protection.LookAtKillFile();
        }
        finally
        {
            Volatile.Write(ref _isLooking, 0);
        }
    }
}
