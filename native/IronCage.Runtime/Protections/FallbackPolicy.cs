namespace IronCage.Runtime.Protections;

/// <summary>Which models of the same host are called when one of them, or its circuit, does not answer.</summary>
internal static class FallbackPolicy
{
    /// <summary>Models that may have others behind them.</summary>
    public const int MostModels = 100;

    /// <summary>Models behind one.</summary>
    public const int MostBehind = 10;

    /// <summary>None.</summary>
    public static readonly IReadOnlyDictionary<string, IReadOnlyList<string>> None = new Dictionary<string, IReadOnlyList<string>>();
}
