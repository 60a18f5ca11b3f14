using System.Globalization;
using IronCage.Core.Events;

namespace IronCage.Telemetry;

/// <summary>
/// A bounded queue of events: any number of producers, drained oldest first. When it is full the oldest event gives way and is counted.
/// Thread-safe; <see cref="Emit"/> allocates nothing and never throws.
/// </summary>
public sealed class EventRing : IEventSink
{
    private readonly Lock _gate = new();
    private readonly RuntimeEvent?[] _events;
    private int _head; // index of the oldest
    private int _count;
    private long _last; // sequence number of the newest
    private long _dropped;

    /// <summary>Makes an empty ring.</summary>
    /// <param name="capacity">Events kept at most; 64 to 1,048,576, default 8,192. Takes eight bytes each at once.</param>
    /// <exception cref="ArgumentOutOfRangeException">The capacity is out of range.</exception>
    public EventRing(int capacity = TelemetryConstants.DefaultEventCapacity)
    {
        if (capacity is < TelemetryConstants.MinimumEventCapacity or > TelemetryConstants.MaximumEventCapacity)
        {
            throw new ArgumentOutOfRangeException(nameof(capacity),
                string.Create(CultureInfo.InvariantCulture, $"capacity must be 64 to 1048576, and is {capacity}"));
        }
        _events = new RuntimeEvent?[capacity];
    }

    /// <summary>Events kept at most.</summary>
    public int Capacity => _events.Length;

    /// <summary>Events waiting to be drained. A volatile read: right now, perhaps not any more when you look.</summary>
    public int Count => Volatile.Read(ref _count);

    /// <summary>Whether an event is waiting. As cheap as <see cref="Count"/>; for hot paths.</summary>
    public bool HasEvents => Volatile.Read(ref _count) != 0;

    /// <summary>Events that gave way undrained since the ring was made; never falls.</summary>
    public long Dropped => Interlocked.Read(ref _dropped);

    /// <summary>Adds an event and gives it the next sequence number. Never blocks for longer than a drain copies, never throws; null is ignored.</summary>
    public void Emit(RuntimeEvent e)
    {
        if (e is null)
            return;
        lock (_gate)
        {
            var at = _head + _count;
            if (at >= _events.Length)
                at -= _events.Length;
            _events[at] = e; // when full, this is the place of the oldest
            _last++;
            if (_count < _events.Length)
            {
                Volatile.Write(ref _count, _count + 1);
                return;
            }
            _head = Next(_head);
            Interlocked.Increment(ref _dropped);
        }
    }

    /// <summary>Moves the oldest events to the end of <paramref name="into"/>, which is not cleared.</summary>
    /// <param name="into">Where to.</param>
    /// <param name="max">At most so many; 0 or less: all.</param>
    /// <returns>How many were moved.</returns>
    public int Drain(List<SequencedEvent> into, int max) => Drain(into, max, out _);

    /// <inheritdoc cref="Drain(List{SequencedEvent}, int)"/>
    /// <param name="into">Where to.</param>
    /// <param name="max">At most so many; 0 or less: all.</param>
    /// <param name="dropped"><see cref="Dropped"/> at the same instant: it counts the gaps up to the last event moved, and those before the events that stay.</param>
    public int Drain(List<SequencedEvent> into, int max, out long dropped)
    {
        ArgumentNullException.ThrowIfNull(into);
        lock (_gate)
        {
            var n = max <= 0 ? _count : Math.Min(max, _count);
            into.EnsureCapacity(into.Count + n); // the only step that can fail, before anything is taken
            var sequence = _last - _count;
            for (var i = 0; i < n; i++)
            {
                into.Add(new SequencedEvent(++sequence, _events[_head]!));
                _events[_head] = null;
                _head = Next(_head);
            }
            Volatile.Write(ref _count, _count - n);
            dropped = _dropped;
            return n;
        }
    }

    private int Next(int index) => ++index == _events.Length ? 0 : index;
}
