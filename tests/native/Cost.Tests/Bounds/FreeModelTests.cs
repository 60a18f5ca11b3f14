using IronCage.Core.Money;

namespace IronCage.Cost.Tests.Bounds;

/// <summary>Models that cost nothing, as those that run on the user's own machine.</summary>
public sealed class FreeModelTests
{
    private static readonly SpendingBound Bounds = new(new TokenCounter(), new Margins());

    private static RequestShape Shape(decimal input, decimal output, long search = 0) => new()
    {
        Price = new ModelPrice("m", "v", new PriceBuckets { Input = new Picodollars((long)(input * 1_000_000)), Output = new Picodollars((long)(output * 1_000_000)) }, []) { PerSearch = new Picodollars(search) },
        TextBytes = 1_000,
        HasUnboundedInput = true,
    };

    [TestCase(0, 0, BoundRefusal.None)]
    [TestCase(1, 0, BoundRefusal.UnboundedInput)]
    [TestCase(0, 1, BoundRefusal.UnboundedInput)]
    public void What_costs_nothing_needs_no_bound(decimal input, decimal output, BoundRefusal expected)
    {
        var bound = Bounds.Cheap(Shape(input, output));
        Assert.That(bound.Refusal, Is.EqualTo(expected));
        Assert.That((bound.Fixed, bound.PerOutputToken, bound.MustWriteLimit), Is.EqualTo((Picodollars.Zero, Picodollars.Zero, false)));
    }

    [Test]
    public void What_is_sold_by_the_search_is_held_by_the_search()
    {
        var bound = Bounds.Cheap(Shape(0, 0, search: 7) with { Searches = 3 });
        Assert.That((bound.Refusal, bound.Fixed), Is.EqualTo((BoundRefusal.None, new Picodollars(21))));
        Assert.That(() => Bounds.Cheap(Shape(0, 0) with { Searches = -1 }), Throws.InstanceOf<ArgumentOutOfRangeException>());
    }
}
