namespace IronCage.Reliability;

/// <summary>
/// How many calls ended lately, and how many of them failed. The time is cut into ten slices of the window, and the oldest goes as a whole: what is counted is of the last nine to ten
/// tenths of it. Not thread-safe.
/// </summary>
internal sealed class FailureWindow
{
    private const int Slices = 10;
    private readonly int[] _ended = new int[Slices];
    private readonly int[] _failed = new int[Slices];
    private readonly long _slice;
    private long _newest = long.MinValue;

    /// <param name="length">Of the window, in timestamps.</param>
    public FailureWindow(long length) => _slice = Math.Max(1, length / Slices);

    public long Ended { get; private set; }

    public long Failed { get; private set; }

    /// <summary>A call ended.</summary>
    public void Add(long now, bool failed)
    {
        Forget(now);
        var at = Place(_newest);
        _ended[at]++;
        Ended++;
        if (!failed)
            return;
        _failed[at]++;
        Failed++;
    }

    /// <summary>Forgets what is too old by now.</summary>
    public void Forget(long now)
    {
        var current = Math.DivRem(now, _slice, out var rest) - (rest < 0 ? 1 : 0);
        if (current <= _newest)
            return;
        var gone = _newest == long.MinValue ? Slices : Math.Min(Slices, current - _newest);
        for (var i = 0; i < gone; i++)
        {
            var at = Place(current - i);
            Ended -= _ended[at];
            Failed -= _failed[at];
            _ended[at] = _failed[at] = 0;
        }
        _newest = current;
    }

    public void Clear()
    {
        Array.Clear(_ended);
        Array.Clear(_failed);
        Ended = Failed = 0;
    }

    private static int Place(long slice) => (int)(((slice % Slices) + Slices) % Slices);
}
