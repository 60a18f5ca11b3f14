using System.Collections.Concurrent;

namespace IronCage.Cost;

/// <summary>
/// What settlements taught: a factor and a surplus per model on the input bound, raised when a provider counted more than the bound, never lowered.
/// A long request that was exceeded teaches the factor (another tokenizer); a short one the surplus (a hidden prompt of the server, whose size does not
/// depend on the request). Thread-safe. Kept for the process.
/// </summary>
public sealed class Margins
{
    /// <summary>Bounds below this many tokens teach the surplus: taken as a factor, 200 hidden tokens behind "hi" would hold long requests many times over.</summary>
    public const long ShortBound = 1000;

    private const long One = 1_000_000;
    private const long Highest = 1000 * One;
    private const int MostModels = 1024;

    private readonly ConcurrentDictionary<string, Learned> learned = new(StringComparer.Ordinal);

    private readonly record struct Learned(long Millionths, long Surplus)
    {
        public static readonly Learned Nothing = new(One, 0);
    }

    /// <summary>The factor of a model: 1 (nothing learned) to 1000.</summary>
    public decimal For(string model) => (decimal)Of(model).Millionths / One;

    /// <summary>The tokens added to the bound of a model: 0 where nothing was learned.</summary>
    public long SurplusOf(string model) => Of(model).Surplus;

    /// <summary>
    /// A call settled. When <paramref name="actual"/> exceeds <paramref name="bound"/>, the factor rises to actual ÷ bound × 1.1 (rounded up, at most 1000);
    /// below <see cref="ShortBound"/> the surplus rises to (actual − bound) × 1.1 instead.
    /// </summary>
    /// <param name="model"><see cref="ModelPrice.Id"/>.</param>
    /// <param name="bound"><see cref="RequestBound.UnscaledInputTokens"/>: before the learned margin, so that calls in flight at a raise do
    /// not compound it.</param>
    /// <param name="actual">Input tokens that the provider counted.</param>
    /// <returns>Whether the margin rose.</returns>
    public bool Observe(string model, long bound, long actual)
    {
        ArgumentNullException.ThrowIfNull(model);
        if (actual <= bound)
            return false;
        var needed = bound < ShortBound
            ? Learned.Nothing with { Surplus = (long)Int128.Min(long.MaxValue, DivideUp(((Int128)actual - bound) * 11, 10)) }
            : Learned.Nothing with { Millionths = (long)Int128.Min(Highest, DivideUp((Int128)actual * One * 11, (Int128)bound * 10)) };
        while (true)
        {
            if (learned.TryGetValue(model, out var present))
            {
                var raised = new Learned(Math.Max(present.Millionths, needed.Millionths), Math.Max(present.Surplus, needed.Surplus));
                if (raised == present)
                    return false;
                if (learned.TryUpdate(model, raised, present))
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
        var (millionths, surplus) = Of(model);
        if (millionths == One && surplus == 0)
            return tokens;
        return (long)Int128.Min(long.MaxValue, DivideUp((Int128)tokens * millionths, One) + surplus);
    }

    private Learned Of(string model) => learned.TryGetValue(model, out var known) ? known : Learned.Nothing;

    private static Int128 DivideUp(Int128 value, Int128 divisor) => (value + divisor - 1) / divisor;
}
