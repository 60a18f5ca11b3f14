namespace IronCage.Reliability;

/// <summary>
/// The calls that began in the last 60 seconds, one by one: so that no 60 seconds anywhere have more than the limit, which counters that are reset, or filled, each minute
/// cannot promise (twice the limit goes through around the change). Memory is one small object for each call of the last minute. Guarded by the lock of its gate.
/// </summary>
internal sealed class RateWindow(long length)
{
    private readonly Queue<RateEntry> _entries = new();

    public int Requests { get; private set; }

    public long Tokens { get; private set; }

    public bool IsEmpty => _entries.Count == 0;

    /// <summary>Drops what began 60 seconds ago or earlier.</summary>
    public void Advance(long now)
    {
        while (_entries.TryPeek(out var entry) && now - entry.At >= length)
        {
            _entries.Dequeue();
            Requests -= entry.Requests;
            Tokens -= entry.Tokens;
            entry.IsPast = true;
        }
    }

    public RateEntry Add(long now, long tokens)
    {
        var entry = new RateEntry(now, tokens);
        _entries.Enqueue(entry);
        Requests++;
        Tokens += tokens;
        return entry;
    }

    /// <summary>What an entry used turns out to be another amount.</summary>
    public void Correct(RateEntry entry, int requests, long tokens)
    {
        if (entry.IsPast)
            return;
        Requests += requests - entry.Requests;
        Tokens += tokens - entry.Tokens;
        (entry.Requests, entry.Tokens) = (requests, tokens);
    }

    /// <summary>The timestamp from which so many requests and tokens are left at most, if nothing is added; that of now where they are already.</summary>
    public long When(long now, long requests, long tokens)
    {
        var (left, used) = (Requests, Tokens);
        if (left <= requests && used <= tokens)
            return now;
        foreach (var entry in _entries)
        {
            left -= entry.Requests;
            used -= entry.Tokens;
            if (left <= requests && used <= tokens)
                return entry.At + length;
        }
        return now + length; // more is asked for than the limit: nothing is left then
    }
}
