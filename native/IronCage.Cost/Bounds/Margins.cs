using System.Collections.Concurrent;

namespace IronCage.Cost;

/// <summary>
/// What settlements taught: a multiplier per model on the input bound, raised when a provider counted more than the bound, never lowered.
/// Thread-safe.
/// Kept for the process.
/// </summary>
public sealed class Margins
{
    private const long One = 1_000_000;
    private const long Highest = 1000 * One;
    private const int MostModels = 1024;

    private readonly ConcurrentDictionary<string, long> learned = new(StringComparer.Ordinal);

    /// <summary>The multiplier of a model: 1 (nothing learned) to 1000.</summary>
    public decimal For(string model) => (decimal)Millionths(model) / One;

    /// <summary>
    /// A call settled. When <paramref name="actual"/> exceeds <paramref name="bound"/>, the model's multiplier rises to actual ÷ bound ×
    /// 1.1 (rounded up, at most 1000).
    /// </summary>
    /// <param name="model"><see cref="ModelPrice.Id"/>.</param>
    /// <param name="bound"><see cref="RequestBound.UnscaledInputTokens"/>: before the learned margin, so that calls in flight at a raise do
    /// not compound it.</param>
    /// <param name="actual">Input tokens that the provider counted.</param>
    /// <returns>Whether the multiplier rose.</returns>
    public bool Observe(string model, long bound, long actual)
    {
        ArgumentNullException.ThrowIfNull(model);
        if (actual <= bound)
            return false;
        var needed = (long)Int128.Min(Highest, DivideUp((Int128)actual * One * 11, (Int128)Math.Max(1, bound) * 10));
        while (true)
        {
            if (learned.TryGetValue(model, out var present))
            {
                if (present >= needed)
                    return false;
                if (learned.TryUpdate(model, needed, present))
                    return true;
            }
            else
            {
                if (learned.Count >= MostModels)
                    return false;
                if (learned.TryAdd(model, needed))
                    return true;
            }
        }
    }

    /// <summary>A bound with the model's margin, rounded up.</summary>
    internal long Scale(string model, long tokens)
    {
        var millionths = Millionths(model);
        return millionths == One ? tokens : (long)Int128.Min(long.MaxValue, DivideUp((Int128)tokens * millionths, One));
    }

    private long Millionths(string model) => learned.TryGetValue(model, out var known) ? Math.Max(One, known) : One;

    private static Int128 DivideUp(Int128 value, Int128 divisor) => (value + divisor - 1) / divisor;
}
