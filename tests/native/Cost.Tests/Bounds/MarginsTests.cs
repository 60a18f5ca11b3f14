using CsCheck;

namespace IronCage.Cost.Tests.Bounds;

public sealed class MarginsTests
{
    [Test]
    public void A_model_without_surprises_has_the_margin_one()
    {
        var margins = new Margins();
        Assert.That(margins.Observe("m", 100, 100), Is.False);
        Assert.That(margins.For("m"), Is.EqualTo(1m));
        Assert.That(margins.Scale("m", 12345), Is.EqualTo(12345));
    }

    [Test]
    public void A_bound_that_was_exceeded_raises_the_margin_by_a_tenth_more()
    {
        var margins = new Margins();
        Assert.That(margins.Observe("m", 100, 150), Is.True);
        Assert.That(margins.For("m"), Is.EqualTo(1.65m));
        Assert.That(margins.For("other"), Is.EqualTo(1m));
        Assert.That(margins.Scale("m", 101), Is.EqualTo(167), "166.65 rounded up");
    }

    [Test]
    public void A_margin_never_falls()
    {
        var margins = new Margins();
        margins.Observe("m", 100, 200);
        Assert.That(margins.Observe("m", 100, 110), Is.False);
        Assert.That(margins.Observe("m", 100, 50), Is.False);
        Assert.That(margins.For("m"), Is.EqualTo(2.2m));
    }

    [Test]
    public void The_same_surprise_would_fit_the_next_time() =>
        Gen.Select(Gen.Long[0, 1_000_000], Gen.Long[0, 2_000_000]).Where((bound, actual) => actual <= Math.Max(1, bound) * 900).Sample((bound, actual) =>
        {
            var margins = new Margins();
            margins.Observe("m", bound, actual);
            return margins.Scale("m", Math.Max(1, bound)) >= actual;
        });

    [Test]
    public void A_margin_is_capped()
    {
        var margins = new Margins();
        margins.Observe("m", 0, long.MaxValue);
        Assert.That(margins.For("m"), Is.EqualTo(1000m));
        Assert.That(margins.Scale("m", long.MaxValue), Is.EqualTo(long.MaxValue));
    }

    [Test]
    public void Parallel_observations_leave_the_highest()
    {
        var margins = new Margins();
        Parallel.For(1, 1000, i => margins.Observe("m", 1000, 1000 + i));
        Assert.That(margins.For("m"), Is.EqualTo(1.999m * 1.1m));
    }

    [Test]
    public void Models_beyond_the_first_thousand_are_not_remembered()
    {
        var margins = new Margins();
        for (var i = 0; i < 2000; i++)
            margins.Observe("m" + i, 1, 2);
        Assert.That(margins.For("m0"), Is.EqualTo(2.2m));
        Assert.That(margins.For("m1999"), Is.EqualTo(1m));
    }
}
