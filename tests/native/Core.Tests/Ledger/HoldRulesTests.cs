using CsCheck;
using IronCage.Core.Ledger;
using IronCage.Core.Money;
using static IronCage.Core.Ledger.HoldRules;

namespace IronCage.Core.Tests.Ledger;

public class HoldRulesTests
{
    // Columns: limit, spent, held | fixed, per token, wanted, floor, open-ended | decision, tokens. −1 as limit: none.
    [TestCase(1000, 0, 0, 100, 1, 900, 900, false, Decision.Grant, 900, TestName = "Decide_demand_of_exactly_the_rest_is_granted")]
    [TestCase(1000, 0, 0, 101, 1, 900, 900, false, Decision.Exceeded, null, TestName = "Decide_demand_one_above_the_rest_that_may_not_be_lowered_is_exceeded")]
    [TestCase(1000, 0, 0, 101, 1, 900, 10, false, Decision.Grant, 899, TestName = "Decide_demand_above_the_rest_is_lowered_to_it")]
    [TestCase(1000, 0, 0, 990, 1, 900, 10, false, Decision.Grant, 10, TestName = "Decide_demand_is_lowered_to_its_floor_at_most")]
    [TestCase(1000, 0, 0, 991, 1, 900, 10, false, Decision.Exceeded, null, TestName = "Decide_floor_one_above_the_rest_is_exceeded")]
    [TestCase(1000, 0, 1, 100, 1, 900, 900, false, Decision.Wait, 900, TestName = "Decide_demand_that_fits_the_rest_but_not_beside_the_holds_waits")]
    [TestCase(1000, 0, 1, 100, 1, 900, 10, false, Decision.Wait, 900, TestName = "Decide_waits_for_the_full_demand_rather_than_lower_it_for_the_holds_of_others")]
    [TestCase(1000, 0, 500, 100, 1, 5000, 10, false, Decision.Wait, 900, TestName = "Decide_demand_lowered_to_the_rest_waits_for_all_of_it")]
    [TestCase(1000, 400, 0, 100, 1, 900, 10, false, Decision.Grant, 500, TestName = "Decide_what_was_spent_is_gone")]
    [TestCase(1000, 1000, 0, 0, 0, 900, 10, false, Decision.Grant, 900, TestName = "Decide_free_call_passes_a_spent_budget")]
    [TestCase(1000, 1000, 0, 1, 0, 900, 10, false, Decision.Exceeded, null, TestName = "Decide_spent_budget_exceeds_whatever_costs")]
    [TestCase(1000, 1200, 0, 0, 0, 0, 0, false, Decision.Exceeded, null, TestName = "Decide_overspent_budget_exceeds_even_what_is_free")]
    [TestCase(1000, 0, 0, 300, 0, 900, 10, false, Decision.Grant, 900, TestName = "Decide_free_output_is_never_lowered")]
    [TestCase(1000, 0, 0, 500, 3, 900, 10, false, Decision.Grant, 166, TestName = "Decide_lowering_rounds_down_to_whole_tokens")]
    [TestCase(1000, 0, 0, 50, 1, 5000, 10, true, Decision.Grant, 200, TestName = "Decide_open_ended_demand_gets_a_quarter_of_the_rest")]
    [TestCase(1000, 0, 0, 50, 1, 100, 10, true, Decision.Grant, 100, TestName = "Decide_open_ended_demand_below_a_quarter_is_granted_in_full")]
    [TestCase(1000, 0, 0, 400, 1, 5000, 10, true, Decision.Grant, 10, TestName = "Decide_open_ended_demand_whose_fixed_part_passes_a_quarter_gets_its_floor")]
    [TestCase(1000, 0, 0, 50, 1, 700, 700, true, Decision.Grant, 700, TestName = "Decide_open_ended_demand_that_may_not_be_lowered_is_taken_whole")]
    [TestCase(1000, 0, 751, 50, 1, 5000, 10, true, Decision.Wait, 200, TestName = "Decide_open_ended_demand_waits_for_its_quarter")]
    [TestCase(1000, 0, 750, 50, 1, 5000, 10, true, Decision.Grant, 200, TestName = "Decide_four_open_ended_demands_fit_side_by_side")]
    [TestCase(-1, 0, 0, 50, 1, 5000, 10, true, Decision.Grant, 5000, TestName = "Decide_without_a_limit_grants_in_full")]
    [TestCase(-1, 900, 900, 50, 1, 5000, 10, false, Decision.Grant, 5000, TestName = "Decide_without_a_limit_grants_in_full_beside_holds")]
    [TestCase(0, 0, 0, 0, 1, 5, 5, false, Decision.Exceeded, null, TestName = "Decide_limit_of_zero_exceeds_whatever_costs")]
    public void Decide_table(
        long limit, long spent, long held, long fix, long perToken, long wanted, long floor, bool openEnded, Decision expected, long? tokens)
    {
        var decision = Decide(Figures(limit < 0 ? null : limit, spent, held), Demand(fix, perToken, wanted, floor, openEnded), out var granted);

        Assert.That(decision, Is.EqualTo(expected));
        if (tokens is { } t)
            Assert.That(granted, Is.EqualTo(t));
    }

    [TestCase(true)]
    [TestCase(false)]
    public void Decide_demand_beyond_what_money_can_count_is_lowered_not_thrown(bool openEnded)
    {
        var decision = Decide(Figures(1000, 0, 0), Demand(100, long.MaxValue / 2, long.MaxValue, 0, openEnded), out var tokens);

        Assert.That((decision, tokens), Is.EqualTo((Decision.Grant, 0L)));
    }

    [Test]
    public void Decide_floor_beyond_what_money_can_count_is_exceeded_not_thrown()
    {
        var demand = Demand(long.MaxValue, long.MaxValue, long.MaxValue, long.MaxValue, false);

        Assert.That(Decide(Figures(long.MaxValue, 0, 0), demand, out _), Is.EqualTo(Decision.Exceeded));
        Assert.That(Decide(Figures(null, 0, 0), demand, out _), Is.EqualTo(Decision.Exceeded));
    }

    [Test]
    public void Decide_agrees_with_trying_every_number_of_tokens() =>
        Small.Sample((figures, demand) =>
        {
            var decision = Decide(figures, demand, out var tokens);
            var (expected, expectedTokens) = Oracle(figures, demand);

            Assert.That(decision, Is.EqualTo(expected));
            if (expected != Decision.Exceeded)
                Assert.That(tokens, Is.EqualTo(expectedTokens));
        }, iter: 50_000);

    [Test]
    public void Granted_cost_is_never_above_what_is_available() =>
        Any.Sample((figures, demand) =>
        {
            if (Decide(figures, demand, out var tokens) == Decision.Grant && figures.Limit is { } limit)
                Assert.That(Cost(demand, tokens), Is.LessThanOrEqualTo((Int128)limit.Value - figures.Spent.Value - figures.Held.Value));
        }, iter: 50_000);

    [Test]
    public void Waiting_demand_would_fit_the_rest_alone() =>
        Any.Sample((figures, demand) =>
        {
            if (Decide(figures, demand, out var tokens) == Decision.Wait && figures.Limit is { } limit)
                Assert.That(Cost(demand, tokens), Is.LessThanOrEqualTo((Int128)limit.Value - figures.Spent.Value));
        }, iter: 50_000);

    [Test]
    public void Demand_is_exceeded_exactly_when_its_floor_is_above_the_rest() =>
        Any.Sample((figures, demand) =>
        {
            if (figures.Limit is { } limit)
            {
                var above = Cost(demand, demand.FloorTokens) > (Int128)limit.Value - figures.Spent.Value;
                Assert.That(Decide(figures, demand, out _) == Decision.Exceeded, Is.EqualTo(above));
            }
        }, iter: 50_000);

    [Test]
    public void Tokens_lie_between_floor_and_wanted() =>
        Any.Sample((figures, demand) =>
        {
            if (Decide(figures, demand, out var tokens) != Decision.Exceeded)
                Assert.That(tokens, Is.InRange(demand.FloorTokens, demand.WantedTokens));
        }, iter: 50_000);

    [Test]
    public void Open_ended_demand_costs_no_more_than_a_quarter_of_the_rest_unless_at_its_floor() =>
        Any.Sample((figures, demand) =>
        {
            var open = demand with { OpenEnded = true };
            if (figures.Limit is { } limit && Decide(figures, open, out var tokens) != Decision.Exceeded && tokens > demand.FloorTokens)
                Assert.That(Cost(open, tokens) * 4, Is.LessThanOrEqualTo((Int128)limit.Value - figures.Spent.Value));
        }, iter: 50_000);

    [Test]
    public void Without_a_limit_everything_that_money_can_count_is_granted_in_full() =>
        Any.Sample((figures, demand) =>
        {
            var unlimited = figures with { Limit = null };
            if (Cost(demand, demand.WantedTokens) <= (Int128)long.MaxValue - figures.Spent.Value - figures.Held.Value)
                Assert.That((Decide(unlimited, demand, out var tokens), tokens), Is.EqualTo((Decision.Grant, demand.WantedTokens)));
        }, iter: 50_000);

    [Test]
    public void More_money_never_makes_a_decision_worse() =>
        Any.Sample((figures, demand) =>
        {
            if (figures.Limit is not { } limit || limit.Value > long.MaxValue / 2)
                return;
            var poor = Decide(figures, demand, out var fewer);
            var rich = Decide(figures with { Limit = limit * 2 }, demand, out var more);
            if (poor != Decision.Exceeded)
            {
                Assert.That(rich, Is.Not.EqualTo(Decision.Exceeded));
                Assert.That(more, Is.GreaterThanOrEqualTo(fewer));
            }
        }, iter: 50_000);

    private static Gen<(BudgetFigures, HoldDemand)> Small { get; } = Case(
        Gen.Long[0, 200], Gen.Long[0, 250], Gen.Long[0, 200], Gen.Long[0, 60], Gen.Long[0, 6], Gen.Long[0, 40]);

    private static Gen<(BudgetFigures, HoldDemand)> Any { get; } = Case(
        Spread, Spread, Spread, Spread, Spread, Spread);

    /// <summary>Amounts of every size, up to a third of what can be counted (so that spent and held can be added up).</summary>
    private static Gen<long> Spread => Gen.Select(Gen.Int[0, 61], Gen.Double[0, 1], (bits, part) => (long)(part * (1L << bits)));

    private static Gen<(BudgetFigures, HoldDemand)> Case(Gen<long> limit, Gen<long> spent, Gen<long> held, Gen<long> fix, Gen<long> perToken, Gen<long> count) =>
        Gen.Select(
            Gen.Select(limit, Gen.Int[0, 9], spent, held, (l, none, s, h) => Figures(none == 0 ? null : l, s, h)),
            Gen.Select(fix, perToken, count, count, Gen.Bool, (f, p, a, b, open) => Demand(f, p, Math.Max(a, b), Math.Min(a, b), open)),
            (figures, demand) => (figures, demand));

    /// <summary>The rule read aloud, by trial.</summary>
    private static (Decision, long) Oracle(BudgetFigures figures, HoldDemand demand)
    {
        if (figures.Limit is not { } limit)
            return (Decision.Grant, demand.WantedTokens);
        var rest = (Int128)limit.Value - figures.Spent.Value;
        if (Cost(demand, demand.FloorTokens) > rest)
            return (Decision.Exceeded, 0);
        var tokens = demand.FloorTokens;
        for (var t = demand.FloorTokens; t <= demand.WantedTokens; t++)
        {
            if (Cost(demand, t) * (demand.OpenEnded ? 4 : 1) <= rest)
                tokens = t;
        }
        return (Cost(demand, tokens) <= rest - figures.Held.Value ? Decision.Grant : Decision.Wait, tokens);
    }

    private static Int128 Cost(HoldDemand demand, long tokens) => demand.Fixed.Value + ((Int128)demand.PerOutputToken.Value * tokens);

    private static BudgetFigures Figures(long? limit, long spent, long held) =>
        new(limit is { } l ? new Picodollars(l) : null, new Picodollars(spent), new Picodollars(held));

    private static HoldDemand Demand(long fix, long perToken, long wanted, long floor, bool openEnded) =>
        new(Guid.Empty, new Picodollars(fix), new Picodollars(perToken), wanted, floor, openEnded);
}
