namespace IronCage.Reliability.Tests.CircuitBreaker;

public class CircuitBreakerOptionsTests
{
    [Test]
    public void Defaults_are_three_failures_and_sixty_seconds()
    {
        var options = new CircuitBreakerOptions();

        Assert.That(options.FailureThreshold, Is.EqualTo(3));
        Assert.That(options.RecoveryTimeout, Is.EqualTo(TimeSpan.FromSeconds(60)));
        Assert.DoesNotThrow(options.Validate);
    }

    [TestCase(1)]
    [TestCase(1_000_000)]
    public void Threshold_at_its_bounds_is_valid(int threshold) =>
        Assert.DoesNotThrow(new CircuitBreakerOptions { FailureThreshold = threshold }.Validate);

    [TestCase(0)]
    [TestCase(-1)]
    [TestCase(1_000_001)]
    [TestCase(int.MinValue)]
    public void Threshold_out_of_range_names_option_and_range(int threshold)
    {
        var e = Assert.Throws<ArgumentOutOfRangeException>(new CircuitBreakerOptions { FailureThreshold = threshold }.Validate)!;

        Assert.That(e.ParamName, Is.EqualTo("FailureThreshold"));
        Assert.That(e.Message, Does.Contain($"FailureThreshold must be 1 to 1000000, and is {threshold}"));
    }

    [TestCase(0.001)]
    [TestCase(86400)]
    public void Timeout_at_its_bounds_is_valid(double seconds) =>
        Assert.DoesNotThrow(new CircuitBreakerOptions { RecoveryTimeout = TimeSpan.FromSeconds(seconds) }.Validate);

    [TestCase(0, "0")]
    [TestCase(-1, "-1")]
    [TestCase(0.0009, "0.0009")]
    [TestCase(86400.5, "86400.5")]
    public void Timeout_out_of_range_names_option_and_range(double seconds, string shown)
    {
        var e = Assert.Throws<ArgumentOutOfRangeException>(new CircuitBreakerOptions { RecoveryTimeout = TimeSpan.FromSeconds(seconds) }.Validate)!;

        Assert.That(e.ParamName, Is.EqualTo("RecoveryTimeout"));
        Assert.That(e.Message, Does.Contain($"RecoveryTimeout must be 0.001 to 86400 seconds, and is {shown} seconds"));
    }

    [Test]
    public void Book_checks_its_options() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => _ = new CircuitBook(new CircuitBreakerOptions { FailureThreshold = 0 }, TimeProvider.System, null));
}
