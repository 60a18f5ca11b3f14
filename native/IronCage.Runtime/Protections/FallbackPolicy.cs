namespace IronCage.Runtime.Protections;

/// <summary>Which models are called, at the same host or another, when one of them, or its circuit, does not answer.</summary>
internal static class FallbackPolicy
{
    /// <summary>Models that may have others behind them.</summary>
    public const int MostModels = 100;

    /// <summary>What may stand behind one.</summary>
    public const int MostBehind = 10;

    /// <summary>The longest base URL.</summary>
    public const int LongestUrl = 1024;

    /// <summary>None.</summary>
    public static readonly IReadOnlyDictionary<string, IReadOnlyList<Fallback>> None = new Dictionary<string, IReadOnlyList<Fallback>>();
}
