using IronCage.Core.Ledger;
using IronCage.Core.Money;

namespace IronCage.Core.Tests.Ledger;

public class BudgetFiguresTests
{
    [Test]
    public void Rest_and_available_are_null_without_a_limit()
    {
        var figures = new BudgetFigures(null, new Picodollars(5), new Picodollars(3));

        Assert.That((figures.Rest, figures.Available), Is.EqualTo(((Picodollars?)null, (Picodollars?)null)));
    }

    [TestCase(100, 30, 20, 70, 50)]
    [TestCase(100, 130, 0, -30, -30)]
    [TestCase(100, 0, 100, 100, 0)]
    public void Rest_is_limit_less_spent_and_available_less_held_too(long limit, long spent, long held, long rest, long available)
    {
        var figures = new BudgetFigures(new Picodollars(limit), new Picodollars(spent), new Picodollars(held));

        Assert.That((figures.Rest!.Value.Value, figures.Available!.Value.Value), Is.EqualTo((rest, available)));
    }
}
