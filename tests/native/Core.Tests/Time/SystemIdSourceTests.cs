using IronCage.Core.Time;

namespace IronCage.Core.Tests.Time;

public class SystemIdSourceTests
{
    [Test]
    public void Ids_are_version_7_distinct_and_ordered_by_the_given_clock()
    {
        var clock = new SteppingClock();
        var source = new SystemIdSource(clock);

        var ids = Enumerable.Range(0, 100).Select(_ => source.NewId()).ToArray();

        Assert.That(ids.Select(id => id.Version), Is.All.EqualTo(7));
        Assert.That(ids, Is.Unique);
        Assert.That(ids.Select(id => id.ToString()), Is.Ordered.Using((IComparer<string>)StringComparer.Ordinal));
    }

    private sealed class SteppingClock : TimeProvider
    {
        private DateTimeOffset _now = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

        public override DateTimeOffset GetUtcNow() => _now += TimeSpan.FromMilliseconds(1);
    }
}
