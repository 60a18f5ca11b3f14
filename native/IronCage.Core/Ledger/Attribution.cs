namespace IronCage.Core.Ledger;

/// <summary>Who spends what on whom. Texts of the user; never content.</summary>
/// <param name="Agent">The agent's id.</param>
/// <param name="Provider">Whose service it is: <c>openai</c>, <c>anthropic</c>, or the host where the provider is unknown.</param>
/// <param name="Model">As the request names it.</param>
/// <param name="Project">The user's project; empty for none.</param>
/// <param name="Tags">The user's tags, sorted, each once, joined by a line feed; empty for none.</param>
public sealed record Attribution(string Agent, string Provider, string Model, string Project, string Tags)
{
    /// <summary>The tags of <see cref="Tags"/>, each for itself.</summary>
    public static string[] Split(string tags) => string.IsNullOrEmpty(tags) ? [] : tags.Split('\n');

    /// <summary>Joins tags as <see cref="Tags"/> has them.</summary>
    public static string Join(IEnumerable<string> tags) => string.Join('\n', tags.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal));
}
