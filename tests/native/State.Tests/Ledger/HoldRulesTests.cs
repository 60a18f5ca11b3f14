using CsCheck;
using IronCage.Core.Ledger;
using static IronCage.State.Tests.Support.Money;

namespace IronCage.State.Tests.Ledger;

public class HoldRulesTests
{
    // limit, spent, held | fixed, per token, wanted, floor, open-ended | decision, tokens
    [TestCase(null, 900, 900, 10, 1, 100, 100, false, HoldRules.Decision.Grant, 100, TestName = "Without_a_limit_everything_is_granted_in_full")]
    [TestCase(null, 900, 900, 10, 1, 100, 1, true, HoldRules.Decision.Grant, 100, TestName = "Without_a_limit_an_open_ended_demand_is_granted_in_full")]
    [TestCase(110, 0, 0, 10, 1, 100, 100, false, HoldRules.Decision.Grant, 100, TestName = "A_demand_that_fits_exactly_is_granted")]
    [TestCase(109, 0, 0, 10, 1, 100, 100, false, HoldRules.Decision.Exceeded, 100, TestName = "A_demand_one_above_the_rest_that_may_not_be_lowered_is_exceeded")]
    [TestCase(110, 0, 1, 10, 1, 100, 100, false, HoldRules.Decision.Wait, 100, TestName = "A_demand_that_fits_the_rest_but_not_beside_holds_waits")]
    [TestCase(110, 1, 0, 10, 1, 100, 100, false, HoldRules.Decision.Exceeded, 100, TestName = "Spent_money_counts_against_the_rest")]
    [TestCase(60, 0, 0, 10, 1, 100, 20, false, HoldRules.Decision.Grant, 50, TestName = "A_demand_above_the_rest_is_lowered_to_what_the_rest_pays_for")]
    [TestCase(60, 0, 1, 10, 1, 100, 20, false, HoldRules.Decision.Wait, 50, TestName = "A_lowered_demand_waits_for_holds_to_settle")]
    [TestCase(30, 0, 0, 10, 1, 100, 20, false, HoldRules.Decision.Grant, 20, TestName = "A_demand_is_lowered_down_to_its_floor")]
    [TestCase(29, 0, 0, 10, 1, 100, 20, false, HoldRules.Decision.Exceeded, 100, TestName = "A_demand_is_never_lowered_below_its_floor")]
    [TestCase(1000, 0, 0, 0, 1, 900, 10, true, HoldRules.Decision.Grant, 250, TestName = "An_open_ended_demand_gets_a_quarter_of_the_rest")]
    [TestCase(1000, 600, 0, 0, 1, 900, 10, true, HoldRules.Decision.Grant, 100, TestName = "The_quarter_is_of_the_rest_not_of_the_limit")]
    [TestCase(1000, 0, 800, 0, 1, 900, 10, true, HoldRules.Decision.Wait, 250, TestName = "The_quarter_does_not_shrink_with_holds")]
    [TestCase(1000, 0, 0, 200, 1, 900, 10, true, HoldRules.Decision.Grant, 50, TestName = "The_quarter_pays_the_fixed_part_too")]
    [TestCase(1000, 0, 0, 400, 1, 900, 10, true, HoldRules.Decision.Grant, 10, TestName = "An_open_ended_demand_never_gets_less_than_its_floor")]
    [TestCase(1000, 0, 0, 0, 1, 100, 10, true, HoldRules.Decision.Grant, 100, TestName = "An_open_ended_demand_gets_no_more_than_it_wants")]
    [TestCase(1000, 0, 0, 0, 1, 900, 900, true, HoldRules.Decision.Grant, 900, TestName = "An_open_ended_demand_that_may_not_be_lowered_is_held_in_full")]
    [TestCase(10, 0, 0, 10, 0, 100, 5, false, HoldRules.Decision.Grant, 100, TestName = "Free_output_is_never_lowered")]
    [TestCase(9, 0, 0, 10, 0, 100, 0, false, HoldRules.Decision.Exceeded, 100, TestName = "Free_output_does_not_pay_the_fixed_part")]
    [TestCase(10, 0, 0, 10, 1, 100, 0, false, HoldRules.Decision.Grant, 0, TestName = "A_floor_of_zero_may_be_granted_nothing_but_the_fixed_part")]
    [TestCase(100, 150, 0, 0, 0, 0, 0, false, HoldRules.Decision.Exceeded, 0, TestName = "An_overbilled_account_grants_not_even_nothing")]
    [TestCase(0, 0, 0, 0, 0, 0, 0, false, HoldRules.Decision.Grant, 0, TestName = "An_empty_account_grants_what_costs_nothing")]
    [TestCase(1000, 0, 0, 0, 1_000_000, long.MaxValue, 0, false, HoldRules.Decision.Grant, 0, TestName = "A_wish_beyond_counting_is_lowered_not_an_overflow")]
    [TestCase(1000, 0, 0, 0, 1_000_000, long.MaxValue, long.MaxValue, false, HoldRules.Decision.Exceeded, long.MaxValue, TestName = "A_floor_beyond_counting_is_exceeded_not_an_overflow")]
    [TestCase(null, 0, 0, 0, 1_000_000, long.MaxValue, long.MaxValue, false, HoldRules.Decision.Exceeded, long.MaxValue, TestName = "Even_without_a_limit_a_hold_beyond_counting_is_not_granted")]
    public void Decide(long? limit, long spent, long held, long fixedPart, long perToken, long wanted, long floor, bool open, HoldRules.Decision expected, long tokens)
    {
        var decision = HoldRules.Decide(Figures(limit, spent, held), Output(fixedPart, perToken, wanted, floor, open), out var got);
        Assert.That((decision, got), Is.EqualTo((expected, tokens)));
    }

    [Test]
    public void A_decision_agrees_with_a_search_over_all_token_counts()
    {
        var money = Gen.Long[0, 60];
        Gen.Select(Gen.Long[0, 100], money, money, Gen.Select(money, Gen.Long[0, 4], Gen.Long[0, 30], Gen.Long[0, 30], Gen.Bool))
            .Sample((limit, spent, held, d) =>
            {
                var (fixedPart, per, a, b, open) = d;
                var demand = Output(fixedPart, per, Math.Max(a, b), Math.Min(a, b), open);
                var decision = HoldRules.Decide(Figures(limit, spent, held), demand, out var tokens);

                // The oracle walks all token counts from the top.
                var rest = limit - spent;
                long? best = null;
                for (var t = demand.WantedTokens; t >= demand.FloorTokens && best is null; t--)
                {
                    var fitsQuarter = !open || demand.FloorTokens == demand.WantedTokens || t == demand.FloorTokens || demand.Cost(t).Value <= rest / 4;
                    if (demand.Cost(t).Value <= rest && fitsQuarter)
                        best = t;
                }
                return best is not { } expected
                    ? decision == HoldRules.Decision.Exceeded
                    : tokens == expected && decision == (demand.Cost(expected).Value <= rest - held ? HoldRules.Decision.Grant : HoldRules.Decision.Wait);
            }, iter: 20_000);
    }
}
