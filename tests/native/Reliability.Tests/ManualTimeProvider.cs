namespace IronCage.Reliability.Tests;

/// <summary>A clock that moves only when told. Thread-safe.</summary>
internal sealed class ManualTimeProvider(long frequency = TimeSpan.TicksPerSecond) : TimeProvider
{
    private static readonly DateTimeOffset Origin = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private long _ticks;

    public override long TimestampFrequency => frequency;

    public override long GetTimestamp() => (long)((Int128)Volatile.Read(ref _ticks) * frequency / TimeSpan.TicksPerSecond);

    public override DateTimeOffset GetUtcNow() => Origin.AddTicks(Volatile.Read(ref _ticks));

    public void Advance(TimeSpan by) => Interlocked.Add(ref _ticks, by.Ticks);
}
