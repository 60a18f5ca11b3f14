using CsCheck;

namespace IronCage.Cost.Tests.Bounds;

public sealed class MarginsTests
{
    [Test]
    public void A_model_without_surprises_has_no_margin()
    {
        var margins = new Margins();
        Assert.That(margins.Observe("m", 100, 100), Is.False);
        Assert.That((margins.For("m"), margins.SurplusOf("m")), Is.EqualTo((1m, 0L)));
        Assert.That(margins.Scale("m", 12345), Is.EqualTo(12345));
    }

    [Test]
    public void A_long_bound_that_was_exceeded_raises_the_factor_by_a_tenth_more()
    {
        var margins = new Margins();
        Assert.That(margins.Observe("m", 1000, 1500), Is.True);
        Assert.That((margins.For("m"), margins.SurplusOf("m")), Is.EqualTo((1.65m, 0L)));
        Assert.That(margins.For("other"), Is.EqualTo(1m));
        Assert.That(margins.Scale("m", 101), Is.EqualTo(167), "166.65 rounded up");
    }

    [Test]
    public void A_short_bound_that_was_exceeded_adds_what_was_missing_and_a_tenth()
    {
        var margins = new Margins();
        Assert.That(margins.Observe("m", 20, 220), Is.True, "a server with a hidden prompt of 200 tokens");
        Assert.That((margins.For("m"), margins.SurplusOf("m")), Is.EqualTo((1m, 220L)));
        Assert.That(margins.Scale("m", 50_000), Is.EqualTo(50_220), "and not eleven times 50,000");
    }

    [Test]
    public void A_margin_never_falls()
    {
        var margins = new Margins();
        margins.Observe("m", 1000, 2000);
        margins.Observe("m", 100, 200);
        Assert.That(margins.Observe("m", 1000, 1100), Is.False);
        Assert.That(margins.Observe("m", 100, 110), Is.False);
        Assert.That(margins.Observe("m", 100, 50), Is.False);
        Assert.That((margins.For("m"), margins.SurplusOf("m")), Is.EqualTo((2.2m, 110L)));
    }

    [Test]
    public void The_same_surprise_would_fit_the_next_time() =>
        Gen.Select(Gen.Long[0, 1_000_000], Gen.Long[0, 2_000_000]).Where((bound, actual) => actual <= Math.Max(1, bound) * 900).Sample((bound, actual) =>
        {
            var margins = new Margins();
            margins.Observe("m", bound, actual);
            return margins.Scale("m", bound) >= actual;
        });

    [Test]
    public void A_factor_is_capped_and_nothing_overflows()
    {
        var margins = new Margins();
        margins.Observe("m", 1000, long.MaxValue);
        margins.Observe("m", 0, long.MaxValue);
        Assert.That(margins.For("m"), Is.EqualTo(1000m));
        Assert.That(margins.Scale("m", long.MaxValue), Is.EqualTo(long.MaxValue));
    }

    [Test]
    public void Parallel_observations_leave_the_highest()
    {
        var margins = new Margins();
        Parallel.For(1, 1000, i =>
        {
            margins.Observe("m", 1000, 1000 + i);
            margins.Observe("m", 10, 10 + i);
        });
        Assert.That((margins.For("m"), margins.SurplusOf("m")), Is.EqualTo((1.999m * 1.1m, 1099L)));
    }

    [Test]
    public void Models_beyond_the_first_thousand_are_not_remembered()
    {
        var margins = new Margins();
        for (var i = 0; i < 2000; i++)
            margins.Observe("m" + i, 1000, 2000);
        Assert.That(margins.For("m0"), Is.EqualTo(2.2m));
        Assert.That(margins.For("m1999"), Is.EqualTo(1m));
    }
}
