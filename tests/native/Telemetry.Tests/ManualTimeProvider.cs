namespace IronCage.Telemetry.Tests;

/// <summary>A clock that moves only when told.</summary>
internal sealed class ManualTimeProvider(long frequency = TimeSpan.TicksPerSecond) : TimeProvider
{
    private long _ticks;

    public DateTimeOffset Origin { get; init; } = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public override long TimestampFrequency => frequency;

    public override long GetTimestamp() => (long)((Int128)_ticks * frequency / TimeSpan.TicksPerSecond);

    public override DateTimeOffset GetUtcNow() => Origin.AddTicks(_ticks);

    public void Advance(TimeSpan by) => _ticks += by.Ticks;
}
