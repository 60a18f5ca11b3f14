using IronCage.Core.Ledger;

namespace IronCage.State;

/// <summary>
/// A demand as the script can count it: tokens below 2^53. More are never wanted, but can be asked for: a floor beyond that becomes part of the fixed amount, and more tokens
/// than that beside a smaller floor are not granted.
/// </summary>
/// <param name="Fixed">In picodollars.</param>
/// <param name="PerToken">In picodollars.</param>
/// <param name="Wanted">Tokens.</param>
/// <param name="Floor">Tokens.</param>
/// <param name="Folded">Tokens that the fixed amount pays for.</param>
internal readonly record struct RedisDemand(long Fixed, long PerToken, long Wanted, long Floor, long Folded)
{
    private const long MostTokens = 1L << 53;

    public static RedisDemand Of(in HoldDemand demand)
    {
        var (wanted, floor) = (demand.WantedTokens, demand.FloorTokens);
        if (floor >= MostTokens)
            return new RedisDemand(Demands.Needed(demand).Value, 0, 0, 0, floor);
        return new RedisDemand(demand.Fixed.Value, demand.PerOutputToken.Value, Math.Min(wanted, MostTokens - 1), floor, 0);
    }

    /// <summary>The tokens that <paramref name="demand"/> is granted where the script granted so many.</summary>
    public long Granted(long tokens, in HoldDemand demand) =>
        PerToken == 0 && Folded == 0 && tokens == Wanted ? demand.WantedTokens : Folded + tokens;

    /// <summary>Whether there is no amount that pays for its floor.</summary>
    public static bool IsBeyondCounting(in HoldDemand demand) => (Int128)demand.PerOutputToken.Value * demand.FloorTokens + demand.Fixed.Value > long.MaxValue;
}
