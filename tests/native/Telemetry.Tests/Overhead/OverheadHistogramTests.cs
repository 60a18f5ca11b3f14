using CsCheck;

namespace IronCage.Telemetry.Tests.Overhead;

public class OverheadHistogramTests
{
    private const double Tolerance = 0.032;

    [Test]
    public void Empty_histogram_answers_zero()
    {
        var histogram = new OverheadHistogram();

        Assert.That(histogram.Count, Is.Zero);
        Assert.That(histogram.Quantile(0.5), Is.Zero);
    }

    [TestCase(-0.001)]
    [TestCase(1.001)]
    [TestCase(double.NaN)]
    public void Quantile_outside_zero_to_one_throws(double quantile) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new OverheadHistogram().Quantile(quantile));

    [Test]
    public void Every_size_of_duration_is_answered_within_tolerance()
    {
        for (var exponent = 0; exponent < 42; exponent++)
        {
            foreach (var value in new[] { (1L << exponent) - 1, 1L << exponent, (1L << exponent) + 1, (1L << exponent) * 3 / 2 })
            {
                var histogram = new OverheadHistogram();
                histogram.Record(value);
                Assert.That(histogram.Quantile(0.5), Is.EqualTo((double)value).Within(value * Tolerance), $"{value}");
            }
        }
    }

    [TestCase(long.MinValue, 0)]
    [TestCase(-1, 0)]
    [TestCase(0, 0)]
    [TestCase(long.MaxValue, OverheadHistogram.MaximumNanoseconds)]
    public void Durations_out_of_range_count_as_the_nearest(long nanoseconds, long expected)
    {
        var histogram = new OverheadHistogram();
        histogram.Record(nanoseconds);

        Assert.That(histogram.Quantile(1), Is.EqualTo((double)expected).Within(expected * Tolerance));
    }

    [Test]
    public void TimeSpans_are_recorded_in_nanoseconds()
    {
        foreach (var (span, expected) in new (TimeSpan, double)[]
        {
            (TimeSpan.FromMicroseconds(250), 250_000),
            (TimeSpan.FromSeconds(3), 3e9),
            (TimeSpan.MinValue, 0),
            (TimeSpan.FromTicks(-1), 0),
            (TimeSpan.MaxValue, OverheadHistogram.MaximumNanoseconds),
        })
        {
            var histogram = new OverheadHistogram();
            histogram.Record(span);
            Assert.That(histogram.Quantile(0.5), Is.EqualTo(expected).Within(expected * Tolerance));
        }
    }

    [Test]
    public void Quantiles_agree_with_a_sorted_array() =>
        Gen.Select(
            Gen.Select(Gen.Int[0, 41], Gen.Double[1, 2], (exponent, factor) => (long)(factor * (1L << exponent))).Array[1, 400],
            Gen.Frequency((1, Gen.Const(0.0)), (1, Gen.Const(1.0)), (2, Gen.Const(0.5)), (2, Gen.Const(0.99)), (4, Gen.Double[0, 1])))
        .Sample((values, quantile) =>
        {
            var histogram = new OverheadHistogram();
            foreach (var value in values)
                histogram.Record(value);
            Array.Sort(values);
            var exact = values[Math.Max(1, (int)Math.Ceiling(quantile * values.Length)) - 1];

            Assert.That(histogram.Count, Is.EqualTo(values.Length));
            Assert.That(histogram.Quantile(quantile), Is.EqualTo((double)exact).Within(exact * Tolerance));
        }, iter: 5_000);

    [Test]
    public void Record_allocates_nothing()
    {
        var histogram = new OverheadHistogram();
        histogram.Record(5);

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1000; i++)
            histogram.Record(i * 1000L);
        _ = histogram.Quantile(0.99);

        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.Zero);
    }

    [Test]
    public void Many_threads_lose_no_record()
    {
        var histogram = new OverheadHistogram();

        Parallel.For(0, 16, t =>
        {
            for (var i = 0; i < 50_000; i++)
                histogram.Record((t * 1000L) + i);
        });

        Assert.That(histogram.Count, Is.EqualTo(16 * 50_000));
    }
}
