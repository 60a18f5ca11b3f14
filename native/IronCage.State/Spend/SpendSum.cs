using IronCage.Core.Ledger;
using IronCage.Core.Money;

namespace IronCage.State;

/// <summary>Settled calls, summed. Amounts in picodollars.</summary>
internal readonly record struct SpendSum(long Calls, long Estimated, long Overbilled, long Input, long Cached, long Output, long Cost)
{
    private const long MillisecondsOfHour = 3_600_000;

    /// <summary>One settled call.</summary>
    public static SpendSum Of(in Settlement settlement, long held) => new(1, settlement.Estimated ? 1 : 0, settlement.Actual.Value > held ? 1 : 0,
        settlement.Tokens.Input, settlement.Tokens.Cached, settlement.Tokens.Output, settlement.Actual.Value);

    /// <summary>The hours since 1970 UTC that have passed.</summary>
    public static long HourOf(DateTimeOffset instant) => HourOf(instant.ToUnixTimeMilliseconds());

    public static long HourOf(long milliseconds) => milliseconds / MillisecondsOfHour;

    public static SpendSum operator +(SpendSum a, SpendSum b) => new(a.Calls + b.Calls, a.Estimated + b.Estimated, a.Overbilled + b.Overbilled,
        a.Input + b.Input, a.Cached + b.Cached, a.Output + b.Output, Demands.AddSaturated(a.Cost, b.Cost));

    public SpendLine Line(Attribution attribution) => new(attribution, Calls, Estimated, Overbilled, new SpentTokens(Input, Cached, Output), new Picodollars(Cost));
}
