using Microsoft.Extensions.Logging;

namespace IronCage.Telemetry.Tests;

public class TelemetryOptionsTests
{
    [Test]
    public void Defaults_are_warning_and_8192()
    {
        var options = new TelemetryOptions();

        Assert.That(options.MinimumLevel, Is.EqualTo(LogLevel.Warning));
        Assert.That(options.EventCapacity, Is.EqualTo(8192));
        Assert.DoesNotThrow(options.Validate);
    }

    [TestCase(64)]
    [TestCase(1_048_576)]
    public void Capacity_at_its_bounds_is_valid(int capacity) =>
        Assert.DoesNotThrow(new TelemetryOptions { EventCapacity = capacity }.Validate);

    [TestCase(63)]
    [TestCase(0)]
    [TestCase(-5)]
    [TestCase(1_048_577)]
    public void Capacity_out_of_range_names_option_and_range(int capacity)
    {
        var e = Assert.Throws<ArgumentOutOfRangeException>(new TelemetryOptions { EventCapacity = capacity }.Validate)!;

        Assert.That(e.ParamName, Is.EqualTo("EventCapacity"));
        Assert.That(e.Message, Does.Contain($"EventCapacity must be 64 to 1048576, and is {capacity}"));
    }

    [TestCase(-1)]
    [TestCase(7)]
    public void Unknown_level_names_option_and_range(int level)
    {
        var e = Assert.Throws<ArgumentOutOfRangeException>(new TelemetryOptions { MinimumLevel = (LogLevel)level }.Validate)!;

        Assert.That(e.ParamName, Is.EqualTo("MinimumLevel"));
        Assert.That(e.Message, Does.Contain($"MinimumLevel must be Trace (0) to None (6), and is {level}"));
    }

    [Test]
    public void Hub_checks_its_options() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => _ = new TelemetryHub(new TelemetryOptions { EventCapacity = 1 }, TimeProvider.System));

    [TestCase(63)]
    [TestCase(1_048_577)]
    public void Ring_checks_its_capacity(int capacity) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => _ = new EventRing(capacity));
}
