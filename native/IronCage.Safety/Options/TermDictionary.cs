using IronCage.Safety.Terms;

namespace IronCage.Safety;

/// <summary>Words and phrases of the user's own, and the kind of what they find: customers, projects, code names. Immutable; may serve many scanners.</summary>
/// <remarks>
/// A term is found as a whole: not where letters, digits or <c>_</c> of the same word go on beside it; characters of scripts without spaces (Chinese, Japanese, Korean, Thai)
/// may stand anywhere. White space inside a term matches any white space. Full-width letters and digits, typographic hyphens and spaces, and escapes stand for what
/// they mean, in terms as in texts.
/// </remarks>
public sealed class TermDictionary
{
    /// <summary>The most terms.</summary>
    public const int MostTerms = 1_000_000;

    /// <summary>The most bytes of a term in UTF-8.</summary>
    public const int MostBytes = 200;

    internal const int MostLead = 16;

    /// <summary>Makes a dictionary.</summary>
    /// <param name="kind">The name of its findings' kind: 2 to 63 of <c>A-Z 0-9 _</c>, the first a letter; it may be one of <see cref="PiiKinds"/>.</param>
    /// <param name="terms">1 to 1,000,000 terms of 1 to 200 bytes of UTF-8 with a letter or digit in them; repeats are fine.</param>
    /// <param name="score">Above 0, at most 1.</param>
    /// <param name="ignoreCase">Whether case does not count.</param>
    /// <exception cref="ScannerOptionException">One of them is wrong.</exception>
    public TermDictionary(string kind, IReadOnlyList<string> terms, double score = OwnPattern.DefaultScore, bool ignoreCase = true)
    {
        ArgumentNullException.ThrowIfNull(terms);
        Kind = OptionChecks.KindName(kind);
        Score = OptionChecks.Score(score);
        IgnoreCase = ignoreCase;
        if (terms.Count is 0 or > MostTerms)
            throw new ScannerOptionException("terms", $"must be 1 to {MostTerms} terms");
        Table = new TermTable(terms, ignoreCase);
    }

    /// <summary>The name of its findings' kind.</summary>
    public string Kind { get; }

    /// <summary>The score of its findings.</summary>
    public float Score { get; }

    /// <summary>Whether case does not count.</summary>
    public bool IgnoreCase { get; }

    /// <summary>How many different terms there are.</summary>
    public int Count => Table.Count;

    internal TermTable Table { get; }
}
