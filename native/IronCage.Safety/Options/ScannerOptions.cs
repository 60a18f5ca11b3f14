namespace IronCage.Safety;

/// <summary>What a <see cref="Scanner"/> looks for. Immutable; what is left out keeps its default, which is every kind of <see cref="PiiKinds"/>.</summary>
public sealed record ScannerOptions
{
    /// <summary>The most patterns.</summary>
    public const int MostPatterns = 200;

    /// <summary>The most patterns with context words.</summary>
    public const int MostContexts = 64;

    /// <summary>The most dictionaries, and the most deny lists.</summary>
    public const int MostDictionaries = 32;

    /// <summary>The largest <see cref="MaxTextBytes"/>: what arrays can hold, and room beside it.</summary>
    public const int MostTextBytes = 2_000_000_000;

    /// <summary>The largest <see cref="MaxFindings"/>.</summary>
    public const int MostFindings = 100_000_000;

    /// <summary>Everything left at its default.</summary>
    public static ScannerOptions Default { get; } = new();

    /// <summary>
    /// Names of kinds and of groups (<c>personal</c>, <c>national</c>, <c>secret</c>, <c>all</c>); with a hyphen before it (<c>-URL</c>) a name is an exclusion, which wins. Only
    /// exclusions: of all kinds. Kinds of the user's own are always looked for, unless they are excluded.
    /// </summary>
    public IReadOnlyList<string>? Kinds { get; init; }

    /// <summary>Countries by the two letters of ISO 3166-1: their kinds are looked for, also where no word beside a value says what it is, and so are telephone numbers as they are dialled there, if those are looked for.</summary>
    public IReadOnlyList<string> Regions { get; init; } = [];

    /// <summary>Findings of a lower score are dropped. 0 to 1.</summary>
    public double MinScore { get; init; }

    /// <summary>The user's regular expressions, at most 200, of which 64 with context words.</summary>
    public IReadOnlyList<OwnPattern> Patterns { get; init; } = [];

    /// <summary>The user's words and phrases, at most 32 dictionaries.</summary>
    public IReadOnlyList<TermDictionary> Dictionaries { get; init; } = [];

    /// <summary>Values that are always found, with score 1, whatever else is there; at most 32 lists.</summary>
    public IReadOnlyList<TermDictionary> Deny { get; init; } = [];

    /// <summary>What is left alone; null: nothing.</summary>
    public AllowList? Allow { get; init; }

    /// <summary>
    /// The longest text, or piece of a stream, that is scanned at once; a longer one is refused with a <see cref="ScanLimitException"/>, never cut. 1 to
    /// <see cref="MostTextBytes"/>.
    /// </summary>
    public int MaxTextBytes { get; init; } = 128 << 20;

    /// <summary>
    /// The most findings of a text, or of a piece of a stream: what bounds the memory that they take. A text with more is refused with a <see cref="ScanLimitException"/>.
    /// 1 to <see cref="MostFindings"/>.
    /// </summary>
    public int MaxFindings { get; init; } = 10_000_000;

    /// <summary>What finds everything that either finds: for a text that two owners must agree on. The lower limits hold.</summary>
    public ScannerOptions With(ScannerOptions other)
    {
        ArgumentNullException.ThrowIfNull(other);
        if (ReferenceEquals(this, other))
            return this;
        KindSelection ours = KindSelection.Of(this), others = KindSelection.Of(other);
        return new ScannerOptions
        {
            Kinds = [.. PiiKinds.All.ToArray().Where(kind => ours.Wants(kind) || others.Wants(kind)).Select(kind => kind.Name)],
            Regions = [.. Regions.Union(other.Regions)],
            MinScore = Math.Min(MinScore, other.MinScore),
            Patterns = [.. Patterns.Where(pattern => ours.Wants(pattern.Kind)).Union(other.Patterns.Where(pattern => others.Wants(pattern.Kind)))],
            Dictionaries = [.. Dictionaries.Where(terms => ours.Wants(terms.Kind)).Union(other.Dictionaries.Where(terms => others.Wants(terms.Kind)))],
            Deny = [.. Deny.Union(other.Deny)],
            Allow = AllowList.Both(Allow, other.Allow),
            MaxTextBytes = Math.Min(MaxTextBytes, other.MaxTextBytes),
            MaxFindings = Math.Min(MaxFindings, other.MaxFindings),
        };
    }

    internal void Check()
    {
        if (!(MinScore is >= 0 and <= 1))
            throw new ScannerOptionException("min_score", "must be a number from 0 to 1");
        if (MaxTextBytes is < 1 or > MostTextBytes)
            throw new ScannerOptionException("max_text_bytes", $"must be an integer from 1 to {MostTextBytes}");
        if (MaxFindings is < 1 or > MostFindings)
            throw new ScannerOptionException("max_findings", $"must be an integer from 1 to {MostFindings}");
        if (Patterns.Count > MostPatterns)
            throw new ScannerOptionException("patterns", $"has {Patterns.Count} entries, at most {MostPatterns} are accepted");
        if (Patterns.Count(pattern => pattern.Context.Count > 0) > MostContexts)
            throw new ScannerOptionException("patterns", $"has more than {MostContexts} entries with context words");
        if (Dictionaries.Count > MostDictionaries)
            throw new ScannerOptionException("dictionaries", $"has {Dictionaries.Count} entries, at most {MostDictionaries} are accepted");
        if (Deny.Count > MostDictionaries)
            throw new ScannerOptionException("deny", $"has {Deny.Count} entries, at most {MostDictionaries} are accepted");
    }
}
