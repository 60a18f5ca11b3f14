using IronCage.Safety.Recognisers;
using IronCage.Safety.Resolution;
using IronCage.Safety.Text;

namespace IronCage.Safety;

/// <summary>
/// Finds personal data and secrets in UTF-8 text. Immutable; any number of threads may use one scanner at once. Text may hold any bytes, invalid
/// UTF-8 too; the time is linear in its length.
/// </summary>
public sealed class Scanner
{
    [ThreadStatic]
    private static OverlapResolver? scratch;

    [ThreadStatic]
    private static FoldedText? folding;

    private readonly RecogniserSet recognisers;

    /// <summary>Makes a scanner that looks for these kinds only; in any order, repeats are fine. An empty list finds nothing.</summary>
    public Scanner(ReadOnlySpan<PiiKind> kinds)
    {
        recognisers = new RecogniserSet(kinds);
    }

    /// <summary>
    /// Appends what is in <paramref name="utf8"/> to <paramref name="findings"/>, ascending and disjoint. Of overlapping candidates the one with the higher
    /// score stays, then the longer, then the earlier. Allocates nothing when nothing is found in text without typographic spaces, hyphens and escaped
    /// characters, once a thread has scanned its first text.
    /// </summary>
    /// <returns>How many were appended.</returns>
    public int Scan(ReadOnlySpan<byte> utf8, List<Finding> findings)
    {
        ArgumentNullException.ThrowIfNull(findings);
        OverlapResolver resolver = scratch ??= new OverlapResolver();
        resolver.Reset();
        FoldedText text = folding ??= new FoldedText();
        text.Reset();
        recognisers.Examine(new TextWindow(text.Push(utf8, final: true), final: true, origin: 0), 0, resolver.Pending);
        if (resolver.Pending.Count == 0)
            return 0;

        resolver.Drain(long.MaxValue);
        foreach (Candidate found in resolver.Accepted)
        {
            findings.Add(new Finding(found.Kind, (int)text.Unfold(found.Start), (int)text.Unfold(found.End), found.Score));
            text.Settle(found.Start);
        }

        return resolver.Accepted.Count;
    }

    /// <summary>Opens a scan of one text that arrives in pieces.</summary>
    public ScanStream OpenStream() => new(recognisers);
}
