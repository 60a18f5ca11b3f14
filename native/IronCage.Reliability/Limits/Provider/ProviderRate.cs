namespace IronCage.Reliability;

/// <summary>What a provider says of one of its limits in the head of an answer; null: not said, or nothing that can be read.</summary>
/// <param name="Limit">How much there is.</param>
/// <param name="Remaining">What is left of it.</param>
/// <param name="Reset">From the time at which the request was sent: until all of it is back.</param>
public readonly record struct ProviderRate(long? Limit, long? Remaining, TimeSpan? Reset)
{
    internal bool IsTold => Remaining is not null;
}
