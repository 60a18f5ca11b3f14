namespace IronCage.Cost;

/// <summary>Other prices for long requests: they hold for every token of a request with more input tokens than the start.</summary>
/// <param name="AboveInputTokens">The tier applies when the total input (cached, written and audio tokens included) is greater than
/// this.</param>
/// <param name="Buckets">Its prices.</param>
public readonly record struct PriceTier(long AboveInputTokens, PriceBuckets Buckets);
