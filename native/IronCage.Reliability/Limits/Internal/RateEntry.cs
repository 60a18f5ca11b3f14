namespace IronCage.Reliability;

/// <summary>A call in a <see cref="RateWindow"/>. Guarded by the lock of its gate.</summary>
internal sealed class RateEntry(long at, long tokens)
{
    /// <summary>The timestamp at which it began.</summary>
    public long At { get; } = at;

    public long Tokens { get; set; } = tokens;

    /// <summary>1; 0 once it turned out that it never went.</summary>
    public int Requests { get; set; } = 1;

    /// <summary>It is no longer in the window: nothing about it counts any more.</summary>
    public bool IsPast { get; set; }
}
