namespace IronCage.Reliability;

/// <summary>
/// Hands events to the observer in order, one at a time and outside all locks: circuits add under their own lock, so the order is that of the changes,
/// and whoever comes to <see cref="Deliver"/> first delivers for all.
/// </summary>
internal sealed class CircuitEventQueue(Action<CircuitEvent> observer)
{
    private readonly Lock _gate = new();
    private readonly Queue<CircuitEvent> _queue = new();
    private bool _delivering;

    public void Add(CircuitEvent e)
    {
        lock (_gate)
            _queue.Enqueue(e);
    }

    public void Deliver()
    {
        lock (_gate)
        {
            if (_delivering) // another thread, or this one further up its stack, will take ours too
                return;
            _delivering = true;
        }
        while (true)
        {
            CircuitEvent? e;
            lock (_gate)
            {
                if (!_queue.TryDequeue(out e))
                {
                    _delivering = false;
                    return;
                }
            }
            try
            {
                observer(e);
            }
#pragma warning disable CA1031 // an observer's failure must not become the failure of a call
            catch (Exception)
            {
            }
#pragma warning restore CA1031
        }
    }
}
