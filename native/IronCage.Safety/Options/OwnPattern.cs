using IronCage.Safety.Patterns;

namespace IronCage.Safety;

/// <summary>A regular expression of the user's own, and the kind of what it finds. Immutable; matching takes time linear in the text, whatever the pattern.</summary>
/// <remarks>
/// The syntax is the common one: literals, classes, <c>. \d \w \s</c>, groups, alternation, quantifiers (also lazy ones), <c>^ $ \A \Z \b \B</c>, the flags
/// <c>(?i)</c>, <c>(?m)</c> and <c>(?s)</c>. <c>\d</c> is 0 to 9; <c>\w</c> and <c>\s</c> know Unicode. Backreferences, lookaround, possessive quantifiers and atomic groups
/// are refused. A match takes at most 250 bytes of UTF-8. Full-width digits, typographic hyphens and the like count as the ASCII character they stand for.
/// </remarks>
public sealed class OwnPattern
{
    /// <summary>The score where none is given.</summary>
    public const double DefaultScore = 0.85;

    private const int MostWords = 100;
    private const int MostWordLength = 64;

    /// <summary>Compiles a pattern.</summary>
    /// <param name="kind">The name of its findings' kind: 2 to 63 of <c>A-Z 0-9 _</c>, the first a letter; it may be one of <see cref="PiiKinds"/>.</param>
    /// <param name="regex">1 to 4096 characters.</param>
    /// <param name="score">Above 0, at most 1.</param>
    /// <param name="context">Words of which one must stand within 64 bytes left of a match; none: a match stands for itself.</param>
    /// <exception cref="ScannerOptionException">One of them is wrong.</exception>
    public OwnPattern(string kind, string regex, double score = DefaultScore, IEnumerable<string>? context = null)
    {
        Kind = OptionChecks.KindName(kind);
        Score = OptionChecks.Score(score);
        Context = [.. context ?? []];
        if (Context.Count > MostWords)
            throw new ScannerOptionException("context", $"has {Context.Count} words, at most {MostWords} are accepted");
        foreach (string word in Context)
        {
            if (word is null || word.Length is 0 or > MostWordLength || word.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).Length is 0 or > 10 || !word.Any(char.IsLetter))
                throw new ScannerOptionException("context", $"a word has 1 to {MostWordLength} characters with letters among them, in at most 10 parts");
        }

        Regex = OptionChecks.Text("regex", regex, PatternParser.MostCharacters);
        Matcher = OptionChecks.Compile("regex", Regex, PatternMatcher.Compile);
    }

    /// <summary>The name of its findings' kind.</summary>
    public string Kind { get; }

    /// <summary>The regular expression.</summary>
    public string Regex { get; }

    /// <summary>The score of its findings.</summary>
    public float Score { get; }

    /// <summary>The words of which one must stand left of a match.</summary>
    public IReadOnlyList<string> Context { get; }

    internal PatternMatcher Matcher { get; }
}
