using System.Text.Json;
using IronCage.Core.Events;
using Microsoft.Extensions.Logging;

namespace IronCage.Telemetry.Tests.Logging;

public class TelemetryHubTests
{
    private readonly ManualTimeProvider _clock = new();

    [TestCase(LogLevel.Trace, EventLevel.Debug)]
    [TestCase(LogLevel.Debug, EventLevel.Debug)]
    [TestCase(LogLevel.Information, EventLevel.Info)]
    [TestCase(LogLevel.Warning, EventLevel.Warning)]
    [TestCase(LogLevel.Error, EventLevel.Error)]
    [TestCase(LogLevel.Critical, EventLevel.Error)]
    public void Record_becomes_a_log_event(LogLevel level, EventLevel expected)
    {
        using var hub = Hub(LogLevel.Trace);

        hub.Logger("IronCage.State").Log(level, new EventId(17), "opened {Name}", "budgets");

        var e = Drain(hub).Single();
        Assert.That(e with { Details = null }, Is.EqualTo(new RuntimeEvent("log", expected, _clock.GetUtcNow(), 0, "opened budgets", null)));
        Assert.That(e.Details, Is.EqualTo("""{"category":"IronCage.State","event_id":17}"""));
    }

    [TestCase(LogLevel.Trace, 6)]
    [TestCase(LogLevel.Debug, 5)]
    [TestCase(LogLevel.Information, 4)]
    [TestCase(LogLevel.Warning, 3)]
    [TestCase(LogLevel.Error, 2)]
    [TestCase(LogLevel.Critical, 1)]
    [TestCase(LogLevel.None, 0)]
    public void Records_below_the_minimum_are_not_kept(LogLevel minimum, int kept)
    {
        using var hub = Hub(minimum);
        var logger = hub.Logger("c");

        for (var level = LogLevel.Trace; level <= LogLevel.None; level++)
            logger.Log(level, "m");

        Assert.That(hub.Ring.Count, Is.EqualTo(kept));
        Assert.That(logger.IsEnabled(LogLevel.Critical), Is.EqualTo(kept > 0));
    }

    [Test]
    public void Exception_shows_type_and_message_at_error_but_never_its_stack()
    {
        using var hub = Hub(LogLevel.Warning);
        var exception = Thrown();

        hub.Logger("c").LogError(exception, "could not write");

        var e = Drain(hub).Single();
        Assert.That(e.Message, Is.EqualTo("could not write"));
        using var details = JsonDocument.Parse(e.Details!);
        Assert.That(details.RootElement.GetProperty("exception").GetString(), Is.EqualTo("System.InvalidOperationException"));
        Assert.That(details.RootElement.GetProperty("exception_message").GetString(), Is.EqualTo("disk full, second line"));
        Assert.That(details.RootElement.EnumerateObject().Count(), Is.EqualTo(4));
        Assert.That(e.Details, Does.Not.Contain("Thrown").And.Not.Contain("inner"));
    }

    [Test]
    public void Exception_below_error_is_not_kept()
    {
        using var hub = Hub(LogLevel.Warning);

        hub.Logger("c").LogWarning(Thrown(), "retrying");

        Assert.That(Drain(hub).Single().Details, Is.EqualTo("""{"category":"c","event_id":0}"""));
    }

    [Test]
    public void Message_becomes_one_line()
    {
        using var hub = Hub(LogLevel.Warning);

        hub.Logger("c").LogWarning("{Text}", "a\r\nb\tc\u2028d\u0085e");

        Assert.That(Drain(hub).Single().Message, Is.EqualTo("a  b c d e"));
    }

    [Test]
    public void Long_message_is_cut_between_characters()
    {
        using var hub = Hub(LogLevel.Warning);

        hub.Logger("c").LogWarning("{Text}", new string('x', 1022) + "😀" + "y");
        hub.Logger("c").LogWarning("{Text}", new string('x', 1024));

        var events = Drain(hub);
        Assert.That(events[0].Message, Is.EqualTo(new string('x', 1022) + "…"));
        Assert.That(events[1].Message, Is.EqualTo(new string('x', 1024)));
    }

    [Test]
    public void Formatter_that_throws_harms_nobody()
    {
        using var hub = Hub(LogLevel.Warning);

        Assert.DoesNotThrow(() => hub.Logger("c").Log(LogLevel.Error, new EventId(3), 0, null, (_, _) => throw new FormatException("secret")));

        var e = Drain(hub).Single();
        Assert.That(e.Message, Is.EqualTo("a log message could not be formatted"));
        Assert.That(e.Details, Is.EqualTo("""{"category":"c","event_id":3}"""));
    }

    [Test]
    public void Scopes_are_accepted_and_ignored()
    {
        using var hub = Hub(LogLevel.Warning);
        var logger = hub.Logger("c");

        using (logger.BeginScope("prompt text"))
            logger.LogWarning("m");

        Assert.That(Drain(hub).Single().Details, Does.Not.Contain("prompt"));
    }

    [Test]
    public void Same_category_gives_the_same_logger()
    {
        using var hub = Hub(LogLevel.Warning);
        var logger = hub.Logger("a");

        Assert.That(hub.Logger("a"), Is.SameAs(logger));
        Assert.That(hub.Logger("b"), Is.Not.SameAs(logger));
    }

    [Test]
    public void Disposed_hub_gives_silent_loggers_and_keeps_its_events()
    {
        var hub = Hub(LogLevel.Warning);
        hub.Logger("c").LogWarning("before");

        hub.Dispose();
        hub.Dispose();
        hub.Logger("c").LogWarning("after");

        Assert.That(Drain(hub).Single().Message, Is.EqualTo("before"));
    }

    [Test]
    public void Ring_of_the_hub_has_the_capacity_asked_for()
    {
        using var hub = new TelemetryHub(new TelemetryOptions { EventCapacity = 100 }, _clock);

        for (var i = 0; i < 150; i++)
            hub.Logger("c").LogWarning("m");

        Assert.That((hub.Ring.Capacity, hub.Ring.Count, hub.Ring.Dropped), Is.EqualTo((100, 100, 50L)));
    }

    [Test]
    public void Many_threads_may_log_at_once()
    {
        using var hub = Hub(LogLevel.Warning);

        Parallel.For(0, 1000, i => hub.Logger("c" + (i % 10)).LogWarning("m {I}", i));

        Assert.That(Drain(hub).Select(e => e.Message).Distinct().Count(), Is.EqualTo(1000));
    }

    private static InvalidOperationException Thrown()
    {
        try
        {
            throw new InvalidOperationException("disk full,\nsecond line", new FormatException("inner"));
        }
        catch (InvalidOperationException e)
        {
            return e;
        }
    }

    private static List<RuntimeEvent> Drain(TelemetryHub hub)
    {
        var into = new List<SequencedEvent>();
        hub.Ring.Drain(into, 0);
        return into.ConvertAll(e => e.Event);
    }

    private TelemetryHub Hub(LogLevel minimum) => new(new TelemetryOptions { MinimumLevel = minimum }, _clock);
}
