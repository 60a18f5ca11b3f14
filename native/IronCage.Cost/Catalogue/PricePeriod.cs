using IronCage.Core.Money;

namespace IronCage.Cost;

/// <summary>Prices of a model while they are read.</summary>
internal sealed class PricePeriod
{
    /// <summary>Filled bucket by bucket.</summary>
    public PriceBuckets Buckets;

    public DateOnly? From { get; set; }
    public (TimeOnly Start, TimeOnly End)? Daily { get; set; }
    public Picodollars? Request { get; set; }
    public Picodollars? Search { get; set; }
    public List<PriceTier> Tiers { get; } = [];
}
