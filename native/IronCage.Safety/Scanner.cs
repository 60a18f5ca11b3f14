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
    private readonly RecogniserSet recognisers;
    private readonly FindingFilter? filter;
    private readonly KindSelection selection;
    private readonly Dictionary<string, PiiKind> own = new(StringComparer.Ordinal);
    private readonly List<PiiKind> ownKinds = [];

    /// <summary>Makes a scanner.</summary>
    /// <exception cref="ScannerOptionException">An option is unknown or out of range.</exception>
    public Scanner(ScannerOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Check();
        Options = options;
        selection = KindSelection.Of(options);
        if (options.MinScore > 0 || options.Allow is not null)
            filter = new FindingFilter(options.MinScore, options.Allow);
        recognisers = new RecogniserSet([.. RecogniserCatalogue.For(selection.Wanted, selection.Relaxed, options.Regions), .. OwnRecognisers()]).WithEncoded(filter);
        Kinds = [.. PiiKinds.All, .. ownKinds];
    }

    /// <summary>Makes a scanner that looks for these kinds only; in any order, repeats are fine. An empty list finds nothing.</summary>
    public Scanner(ReadOnlySpan<PiiKind> kinds)
        : this(new ScannerOptions { Kinds = Names(kinds) })
    {
    }

    /// <summary>What it was made of.</summary>
    public ScannerOptions Options { get; }

    /// <summary>Whether it looks for a kind, one of <see cref="PiiKinds"/> or of the user's own.</summary>
    public bool Finds(PiiKind kind)
    {
        ArgumentNullException.ThrowIfNull(kind);
        return kind.Group == PiiGroup.Own ? own.ContainsKey(kind.Name) : selection.Wants(kind) || own.ContainsKey(kind.Name);
    }

    /// <summary>The kinds of the user's own that it looks for.</summary>
    public IEnumerable<PiiKind> OwnKinds => ownKinds;

    /// <summary>Every kind by its <see cref="PiiKind.Index"/>: <see cref="PiiKinds.All"/>, then <see cref="OwnKinds"/>.</summary>
    public IReadOnlyList<PiiKind> Kinds { get; }

    /// <summary>
    /// Appends what is in <paramref name="utf8"/> to <paramref name="findings"/>, ascending and disjoint. Of overlapping candidates the one with the higher
    /// score stays, then the longer, then the earlier. Allocates nothing when nothing is found in text without typographic spaces, hyphens and escaped
    /// characters, once a thread has scanned its first text.
    /// </summary>
    /// <returns>How many were appended.</returns>
    /// <exception cref="ScanLimitException">The text is longer, or has more findings, than the options allow; what was appended is not all.</exception>
    public int Scan(ReadOnlySpan<byte> utf8, List<Finding> findings)
    {
        ArgumentNullException.ThrowIfNull(findings);
        int before = findings.Count;
        ScanLimits.CheckText(Options, utf8.Length);
        var batches = new FindingBatches(Options, recognisers, filter, utf8);
        while (batches.Next(out ReadOnlySpan<Finding> batch))
        {
            if (!batch.IsEmpty)
                findings.AddRange(batch);
        }

        return findings.Count - before;
    }

    /// <summary>As <see cref="Scan(ReadOnlySpan{byte}, List{Finding})"/>, some findings at a time: for who puts them elsewhere.</summary>
    /// <exception cref="ScanLimitException">The text is longer than the options allow.</exception>
    public FindingBatches Batches(ReadOnlySpan<byte> utf8)
    {
        ScanLimits.CheckText(Options, utf8.Length);
        return new FindingBatches(Options, recognisers, filter, utf8);
    }

    /// <summary>
    /// As <see cref="Scan(ReadOnlySpan{byte}, List{Finding})"/>, with findings that the host brings, of a recogniser of its own: they take part in the decision of overlaps. Their
    /// kinds may be any; options about kinds do not concern them, those about scores and allowed values do.
    /// </summary>
    /// <returns>How many were appended.</returns>
    /// <exception cref="ScannerOptionException">One lies outside the text, is empty, or has a score that is not above 0 and at most 1.</exception>
    /// <exception cref="ScanLimitException">As without them.</exception>
    public int Scan(ReadOnlySpan<byte> utf8, List<Finding> findings, ReadOnlySpan<Finding> external)
    {
        ArgumentNullException.ThrowIfNull(findings);
        if (external.IsEmpty)
            return Scan(utf8, findings);
        ScanLimits.CheckText(Options, utf8.Length);
        var scratch = new ScanScratch();
        scratch.BeginText(recognisers);
        var text = new FoldedText();
        var window = new TextWindow(text.Push(utf8, final: true), final: true, origin: 0, scratch);
        var found = new List<Candidate>();
        recognisers.Examine(window, 0, found);
        found.Sort(CandidateOrder.ByPlace);
        var resolver = new OverlapResolver();
        foreach (Candidate candidate in Closed(window, found))
        {
            StreamFinding place = text.Unfold(candidate);
            resolver.Pending.Add(candidate with { Start = place.Start, End = place.End, Evidence = place.Evidence });
        }

        for (int i = 0; i < external.Length; i++)
            resolver.Pending.Add(Checked(external[i], i, utf8.Length));
        resolver.Drain(long.MaxValue);
        int before = findings.Count;
        foreach (Candidate best in Joined(resolver.Accepted))
        {
            if (!best.IsShadow && filter?.Keeps(best, utf8[(int)best.Start..(int)best.End]) != false)
                findings.Add(new Finding(best.Kind, (int)best.Start, (int)best.End, best.Score, best.Evidence));
        }

        ScanLimits.CheckFindings(Options, findings.Count - before);
        return findings.Count - before;
    }

    /// <summary>With the ends of open candidates: all of the text is at hand. One that begins in another of its sort is a part of that.</summary>
    private static List<Candidate> Closed(in TextWindow window, List<Candidate> candidates)
    {
        var closed = new List<Candidate>(candidates.Count);
        long openEnd = 0;
        foreach (Candidate candidate in candidates)
        {
            if (candidate.Tail is null)
            {
                closed.Add(candidate);
                continue;
            }

            if (candidate.Start < openEnd)
                continue;
            int end = (int)candidate.End;
            candidate.Tail.Read(window, (int)candidate.Start + FindingTail.MostBytes, ref end);
            openEnd = end;
            closed.Add(candidate with { End = end, Tail = null });
        }

        return closed;
    }

    /// <summary>Each with the parts that follow it.</summary>
    private static IEnumerable<Candidate> Joined(List<Candidate> parts)
    {
        for (int i = 0; i < parts.Count; i++)
        {
            long start = parts[i].Start;
            while (parts[i].Tail is CarriedTail)
                i++;
            yield return parts[i] with { Start = start };
        }
    }

    /// <summary>Opens a scan of one text that arrives in pieces. Its memory is bounded by the pieces, however long the text is: the limits of the options are not asked.</summary>
    public ScanStream OpenStream() => new(recognisers, filter);

    private static string[] Names(ReadOnlySpan<PiiKind> kinds)
    {
        var names = new List<string>();
        foreach (PiiKind kind in kinds)
        {
            ArgumentNullException.ThrowIfNull(kind);
            names.Add(kind.Name);
        }

        return [.. names];
    }

    private static Candidate Checked(in Finding finding, int number, int length)
    {
        string option = $"external[{number}]";
        if (finding.Kind is null)
            throw new ScannerOptionException(option, "has no kind");
        if (finding.Start < 0 || finding.End <= finding.Start || finding.End > length)
            throw new ScannerOptionException(option, "must lie inside the text and not be empty");
        if (!(finding.Score is > 0 and <= 1))
            throw new ScannerOptionException($"{option}.score", "must be a number above 0 and at most 1");
        return new Candidate(finding.Kind, finding.Start, finding.End, finding.Score, finding.Evidence | Evidence.External);
    }

    private IEnumerable<Recogniser> OwnRecognisers()
    {
        (OwnPattern, PiiKind)[] patterns = [.. Options.Patterns.Where(pattern => selection.Wants(pattern.Kind)).Select(pattern => (pattern, OwnKind(pattern.Kind)))];
        if (patterns.Length > 0)
            yield return new OwnPatternRecogniser(patterns, filter);
        foreach (TermDictionary terms in Options.Dictionaries.Where(terms => selection.Wants(terms.Kind)))
            yield return new OwnTermRecogniser(terms, OwnKind(terms.Kind), isDenied: false);
        foreach (TermDictionary terms in Options.Deny)
            yield return new OwnTermRecogniser(terms, OwnKind(terms.Kind), isDenied: true);
    }

    private PiiKind OwnKind(string name)
    {
        if (own.TryGetValue(name, out PiiKind? kind))
            return kind;
        if (!PiiKinds.TryGet(name, out kind))
        {
            kind = PiiKind.Own(name);
            kind.Index += ownKinds.Count;
            ownKinds.Add(kind);
        }

        return own[name] = kind;
    }
}
