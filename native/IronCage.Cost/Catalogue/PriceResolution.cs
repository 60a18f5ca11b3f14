namespace IronCage.Cost;

/// <summary>Whether a model has a price, and how it was found, or why it was not and what would help.</summary>
/// <param name="Model">The name that was looked for.</param>
/// <param name="Price">Its price at the time asked for; null: unpriced.</param>
/// <param name="Provider">Who serves it; null when nobody could tell.</param>
/// <param name="Name">The name in the price file that matched.</param>
/// <param name="Rule">How it matched, in words.</param>
/// <param name="Problem">Why there is no price.</param>
/// <param name="Nearest">The most similar names that have one, best first.</param>
/// <param name="Elsewhere">Providers that have a model of this very name.</param>
public sealed record PriceResolution(
    string Model, ModelPrice? Price, string? Provider, string? Name, string? Rule, string? Problem, IReadOnlyList<string> Nearest, IReadOnlyList<string> Elsewhere)
{
    /// <summary>Why there is no price and what would help, to follow a sentence that says so; empty where there is one.</summary>
    public string Advice
    {
        get
        {
            if (Problem is null)
                return "";
            var near = Nearest.Count > 0 ? $"; similar names with a price: {string.Join(", ", Nearest.Take(3))}" : "";
            var elsewhere = Elsewhere.Count > 0 ? $"; it has a price at {string.Join(", ", Elsewhere.Take(5))}" : "";
            return $" ({Problem}{elsewhere}{near})";
        }
    }
}
