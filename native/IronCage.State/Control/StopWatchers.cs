using IronCage.Core.Control;

namespace IronCage.State;

/// <summary>Who wants to hear of marks. Thread-safe; <see cref="Publish"/> is called by one thread at a time, in the order of the store's states.</summary>
internal sealed class StopWatchers
{
    private readonly Lock _gate = new();
    private Watcher[] _all = [];

    /// <summary>Whether there is anybody.</summary>
    public bool Any => Volatile.Read(ref _all).Length > 0;

    /// <summary>Somebody more, who knows of no mark yet.</summary>
    public IDisposable Add(string agent, Action<StopMark?> told)
    {
        var watcher = new Watcher(this, agent, told);
        lock (_gate)
            _all = [.. _all, watcher];
        return watcher;
    }

    /// <summary>Tells those for whom something changed.</summary>
    public void Publish(IReadOnlyList<StopMark> marks)
    {
        foreach (var watcher in Volatile.Read(ref _all))
        {
            var mark = marks.FirstOrDefault(each => each.Agent == watcher.Agent);
            if (mark == watcher.Last)
                continue;
            watcher.Last = mark;
            watcher.Told(mark);
        }
    }

    private void Remove(Watcher watcher)
    {
        lock (_gate)
            _all = [.. _all.Where(each => each != watcher)];
    }

    private sealed class Watcher(StopWatchers all, string agent, Action<StopMark?> told) : IDisposable
    {
        public string Agent => agent;
        public Action<StopMark?> Told => told;
        public StopMark? Last { get; set; }

        public void Dispose() => all.Remove(this);
    }
}
