namespace IronCage.Reliability;

/// <summary>What <see cref="RetryPolicy.Decide"/> decided.</summary>
/// <param name="Answer">Whether to try again.</param>
/// <param name="Delay">The pause before it; zero without a retry.</param>
public readonly record struct RetryDecision(RetryAnswer Answer, TimeSpan Delay = default);
