namespace IronCage.Safety;

/// <summary>An option of a scanner that is unknown, malformed or out of range.</summary>
/// <param name="option">Which one, such as <c>patterns[2].regex</c>.</param>
/// <param name="problem">What is wrong, and what is accepted.</param>
public sealed class ScannerOptionException(string option, string problem) : ArgumentException($"{option}: {problem}")
{
    private const int MostShown = 40;

    /// <summary>Which one, such as <c>patterns[2].regex</c>.</summary>
    public string Option { get; } = option;

    /// <summary>What is wrong, and what is accepted.</summary>
    public string Problem { get; } = problem;

    /// <summary>The same problem as that of a part of <paramref name="outer"/>.</summary>
    internal ScannerOptionException In(string outer) => new($"{outer}.{Option}", Problem);

    /// <summary>A name in a message: short, and printable.</summary>
    internal static string Shown(string name)
    {
        string start = name.Length <= MostShown ? name : name[..MostShown] + "…";
        return string.Concat(start.Select(c => char.IsControl(c) ? '?' : c));
    }
}
