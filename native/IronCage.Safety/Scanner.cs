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
    private static OverlapResolver? resolving;

    [ThreadStatic]
    private static FoldedText? folding;

    [ThreadStatic]
    private static ScanScratch? reading;

    /// <summary>Candidates that are gathered before overlaps are resolved: the memory that many findings take.</summary>
    private const int MostPending = 64;

    /// <summary>Bytes that are folded at once: the memory that a long text takes in which something folds.</summary>
    private const int MostFolded = 1 << 16;

    private readonly RecogniserSet recognisers;

    /// <summary>Makes a scanner that looks for these kinds only; in any order, repeats are fine. An empty list finds nothing.</summary>
    public Scanner(ReadOnlySpan<PiiKind> kinds)
    {
        var wanted = new bool[PiiKinds.All.Length];
        foreach (PiiKind kind in kinds)
        {
            ArgumentNullException.ThrowIfNull(kind);
            wanted[kind.Index] = true;
        }

        recognisers = new RecogniserSet(RecogniserCatalogue.For(wanted, relaxed: new bool[wanted.Length])).WithEncoded();
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
        OverlapResolver resolver = resolving ??= new OverlapResolver();
        resolver.Reset();
        FoldedText text = folding ??= new FoldedText();
        text.Reset();
        if (utf8.Length > MostFolded && text.Changes(utf8, final: true))
            return ScanInPieces(utf8, findings);
        ScanScratch scratch = reading ??= new ScanScratch();
        scratch.Begin(recognisers);
        var window = new TextWindow(text.Push(utf8, final: true), final: true, origin: 0, scratch);
        int before = findings.Count;
        int at = 0;
        while (true)
        {
            at = recognisers.Examine(window, at, resolver.Pending, resolver.Pending.Count + MostPending);
            bool isEnd = at >= window.Bytes.Length;
            if (resolver.Pending.Count > 0 || !isEnd)
            {
                resolver.Drain(isEnd ? long.MaxValue : at - TextWindow.LeftReach);
                foreach (Candidate found in resolver.Accepted)
                {
                    StreamFinding finding = text.Unfold(found);
                    findings.Add(new Finding(finding.Kind, (int)finding.Start, (int)finding.End, finding.Score, finding.Evidence));
                }
            }

            if (isEnd)
                return findings.Count - before;
        }
    }

    private int ScanInPieces(ReadOnlySpan<byte> utf8, List<Finding> findings)
    {
        ScanStream stream = OpenStream();
        var found = new List<StreamFinding>();
        int before = findings.Count;
        for (int at = 0; at < utf8.Length; at += MostFolded)
        {
            bool final = utf8.Length - at <= MostFolded;
            found.Clear();
            stream.Push(final ? utf8[at..] : utf8.Slice(at, MostFolded), final, found);
            foreach (StreamFinding finding in found)
                findings.Add(new Finding(finding.Kind, (int)finding.Start, (int)finding.End, finding.Score, finding.Evidence));
        }

        return findings.Count - before;
    }

    /// <summary>Opens a scan of one text that arrives in pieces.</summary>
    public ScanStream OpenStream() => new(recognisers);
}
