using System.Numerics;

namespace IronCage.Telemetry;

/// <summary>
/// Records durations and answers their quantiles. Log-linear buckets: exact below 32 ns, sixteen buckets per doubling above, answered by the middle of a bucket,
/// so an answer is within 3.2 % of a recorded duration. Fixed memory (5 KB), allocation-free, thread-safe without locks.
/// </summary>
public sealed class OverheadHistogram
{
    /// <summary>The longest duration told apart, in nanoseconds: 2⁴² − 1, about 73 minutes. Longer ones count as this.</summary>
    public const long MaximumNanoseconds = (1L << 42) - 1;

    private const int SubBits = 4; // 16 buckets per doubling
    private const int Subs = 1 << SubBits;
    private readonly long[] _buckets = new long[Index(MaximumNanoseconds) + 1];

    /// <summary>How many durations were recorded.</summary>
    public long Count
    {
        get
        {
            var count = 0L;
            foreach (ref var bucket in _buckets.AsSpan())
                count += Volatile.Read(ref bucket);
            return count;
        }
    }

    /// <summary>Records a duration; a negative one counts as zero. Its resolution is 100 ns.</summary>
    public void Record(TimeSpan duration) =>
        Record(Math.Clamp(duration.Ticks, 0, MaximumNanoseconds) * TimeSpan.NanosecondsPerTick);

    /// <summary>Records a duration in nanoseconds; a negative one counts as zero, one above <see cref="MaximumNanoseconds"/> as that.</summary>
    public void Record(long nanoseconds) => Interlocked.Increment(ref _buckets[Index(Math.Clamp(nanoseconds, 0, MaximumNanoseconds))]);

    /// <summary>The nearest-rank quantile, in nanoseconds: the least recorded duration that at least this share of all are not above, within 3.2 %. 0 when nothing was recorded.</summary>
    /// <param name="quantile">0 (the least) to 1 (the greatest); 0.5 is the median.</param>
    /// <exception cref="ArgumentOutOfRangeException">The quantile is outside 0 to 1 or not a number.</exception>
    public double Quantile(double quantile)
    {
        if (!(quantile is >= 0 and <= 1))
            throw new ArgumentOutOfRangeException(nameof(quantile), "a quantile is 0 to 1");
        Span<long> counts = stackalloc long[_buckets.Length]; // one look at each bucket, so that sum and walk agree
        var total = 0L;
        for (var i = 0; i < counts.Length; i++)
            total += counts[i] = Volatile.Read(ref _buckets[i]);
        if (total == 0)
            return 0;
        var rank = Math.Clamp((long)Math.Ceiling(quantile * total), 1, total);
        var at = 0;
        for (var seen = counts[0]; seen < rank; seen += counts[at])
            at++;
        return Middle(at);
    }

    /// <summary>Values below 2·16 have a bucket each; above, the leading bit and the four after it choose.</summary>
    private static int Index(long value)
    {
        if (value < 2 * Subs)
            return (int)value;
        var shift = BitOperations.Log2((ulong)value) - SubBits;
        return (shift << SubBits) + (int)(value >> shift);
    }

    private static double Middle(int index)
    {
        if (index < 2 * Subs)
            return index;
        var shift = (index >> SubBits) - 1;
        var low = (long)(index - (shift << SubBits)) << shift;
        return low + (((1L << shift) - 1) / 2.0);
    }
}
