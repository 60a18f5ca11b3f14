using IronCage.Core.Ledger;
using IronCage.Core.Money;

namespace IronCage.State.Tests.Support;

/// <summary>Short forms for tests: amounts are plain numbers of picodollars.</summary>
internal static class Money
{
    public static readonly TimeSpan NoWait = TimeSpan.Zero;
    public static readonly TimeSpan Forever = Timeout.InfiniteTimeSpan;

    public static Picodollars P(long pico) => new(pico);

    public static BudgetFigures Figures(long? limit, long spent, long held) => new(limit is { } l ? P(l) : null, P(spent), P(held));

    /// <summary>A demand of a fixed amount.</summary>
    public static HoldDemand Exactly(long amount, Guid? call = null) => new(call ?? Guid.NewGuid(), P(amount), P(0), 0, 0, false);

    /// <summary>A demand that depends on its output.</summary>
    public static HoldDemand Output(long fixedPart, long perToken, long wanted, long? floor = null, bool open = false) =>
        new(Guid.NewGuid(), P(fixedPart), P(perToken), wanted, floor ?? wanted, open);
}
