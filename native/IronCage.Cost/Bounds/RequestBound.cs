using IronCage.Core.Ledger;
using IronCage.Core.Money;

namespace IronCage.Cost;

/// <summary>The upper bound of one attempt of a request. Only <see cref="Refusal"/> means anything unless that is
/// <see cref="BoundRefusal.None"/>.</summary>
public readonly record struct RequestBound
{
    /// <summary>Why there is no bound.</summary>
    public BoundRefusal Refusal { get; init; }

    /// <summary>How the text was counted.</summary>
    public BoundBasis Basis { get; init; }

    /// <summary>Upper bound of the input tokens, learned margin included.</summary>
    public long InputTokens { get; init; }

    /// <summary>The same without the learned margin: what <see cref="Margins.Observe"/> wants at settlement.</summary>
    public long UnscaledInputTokens { get; init; }

    /// <summary>Upper bound of the cost of the input.</summary>
    public Picodollars Fixed { get; init; }

    /// <summary>One token of the output limit, all choices included.</summary>
    public Picodollars PerOutputToken { get; init; }

    /// <summary>As <see cref="HoldDemand.WantedTokens"/>.</summary>
    public long WantedTokens { get; init; }

    /// <summary>As <see cref="HoldDemand.FloorTokens"/>.</summary>
    public long FloorTokens { get; init; }

    /// <summary>As <see cref="HoldDemand.OpenEnded"/>.</summary>
    public bool OpenEnded { get; init; }

    /// <summary><see cref="WantedTokens"/> is our own cap, not the request's or the model's: the granted limit must be written into the
    /// request even if granted in full.</summary>
    public bool MustWriteLimit { get; init; }

    /// <summary>A limit that is written into the request is not above this: the provider might refuse it.</summary>
    public long MostToWrite { get; init; }

    /// <summary>The demand for a ledger.</summary>
    /// <exception cref="InvalidOperationException">There is no bound.</exception>
    public HoldDemand ToDemand(Guid call) => Refusal == BoundRefusal.None
        ? new HoldDemand(call, Fixed, PerOutputToken, WantedTokens, FloorTokens, OpenEnded)
        : throw new InvalidOperationException("a request without bound cannot be held");
}
