using System.IO.Enumeration;

namespace IronCage.Runtime.Protections;

/// <summary>Which tools a model may use. Names are compared exactly; in a pattern <c>*</c> stands for any characters, and <c>?</c> for one.</summary>
/// <param name="Allowed">Patterns of those that may be used; null: all that are not denied.</param>
/// <param name="Denied">Patterns of those that may not, whatever is allowed.</param>
public sealed record ToolPolicy(IReadOnlyList<string>? Allowed, IReadOnlyList<string> Denied)
{
    /// <summary>Every tool may be used.</summary>
    public static readonly ToolPolicy None = new(null, []);

    /// <summary>Whether there is anything to check.</summary>
    public bool IsActive => Allowed is not null || Denied.Count > 0;

    /// <summary>Whether a tool may be used. One whose name is not known may not.</summary>
    public bool Allows(string? name) =>
        !IsActive || (name is not null && !Denies(name) && (Allowed is null || Allowed.Any(pattern => Matches(pattern, name))));

    /// <summary>Whether a tool is one of <see cref="Denied"/>.</summary>
    public bool Denies(string name) => Denied.Any(pattern => Matches(pattern, name));

    private static bool Matches(string pattern, string name) => FileSystemName.MatchesSimpleExpression(pattern, name, ignoreCase: false);
}
