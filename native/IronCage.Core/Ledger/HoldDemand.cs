using IronCage.Core.Money;

namespace IronCage.Core.Ledger;

/// <summary>
/// What a call asks of a budget: an upper bound of its cost, linear in its output tokens, so that the ledger itself can lower the
/// output under its own lock or transaction. The hold for <c>t</c> output tokens is <c>Fixed + t × PerOutputToken</c>.
/// </summary>
/// <param name="Call">Identity of the call; settlement is idempotent by it.</param>
/// <param name="Fixed">Upper bound of everything but the output.</param>
/// <param name="PerOutputToken">Price of one token of the request's output limit, all choices (<c>n</c>, <c>best_of</c>) included.</param>
/// <param name="WantedTokens">The output limit that the request asks for, or its upper bound when it has none. ≥ 0.</param>
/// <param name="FloorTokens">The lowest output limit that still makes sense; equal to <paramref name="WantedTokens"/> when lowering is not allowed.</param>
/// <param name="OpenEnded">The request has no output limit of its own: it may hold at most a quarter of the rest, so that one call does not starve the others
/// (never below the floor; ignored when <paramref name="FloorTokens"/> equals <paramref name="WantedTokens"/>).</param>
/// <param name="Reserve">Of the account's rest, what this demand must leave: kept for calls that come with none. Of accounts above it nothing is kept.</param>
/// <param name="Attribution">To whom the hold is reported as spent if its owner dies; null: this account does not report the call.</param>
public readonly record struct HoldDemand(
    Guid Call,
    Picodollars Fixed,
    Picodollars PerOutputToken,
    long WantedTokens,
    long FloorTokens,
    bool OpenEnded,
    Picodollars Reserve = default,
    Attribution? Attribution = null)
{
    /// <summary>The hold for <paramref name="tokens"/> output tokens.</summary>
    public Picodollars Cost(long tokens) => Fixed + PerOutputToken * tokens;
}
