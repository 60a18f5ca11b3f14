namespace IronCage.State.Tests.Support;

/// <summary>The machine's clock, some time later.</summary>
internal sealed class ShiftedClock(TimeSpan by) : TimeProvider
{
    public override DateTimeOffset GetUtcNow() => System.GetUtcNow() + by;
}
