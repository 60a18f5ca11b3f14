using IronCage.Safety.Recognisers.Phones;

namespace IronCage.Safety;

/// <summary>Which kinds the options of a scanner ask for.</summary>
internal sealed class KindSelection
{
    private readonly HashSet<string> excluded = new(StringComparer.Ordinal);

    private KindSelection(ScannerOptions options)
    {
        var own = new HashSet<string>(
            [.. options.Patterns.Select(p => p.Kind), .. options.Dictionaries.Select(d => d.Kind), .. options.Deny.Select(d => d.Kind)], StringComparer.Ordinal);
        var names = options.Kinds ?? ["all"];
        if (names.Count > 0 && names.All(name => name is not null && name.StartsWith('-')))
            names = ["all", .. names];
        foreach (string name in names)
            Apply(name ?? "", own);
        foreach (string region in options.Regions)
            Relax(region ?? "");
        foreach (PiiKind kind in PiiKinds.All)
            Wanted[kind.Index] &= !excluded.Contains(kind.Name);
    }

    /// <summary>By <see cref="PiiKind.Index"/>.</summary>
    public bool[] Wanted { get; } = new bool[PiiKinds.All.Length];

    /// <summary>By <see cref="PiiKind.Index"/>: kinds of a country that the user named.</summary>
    public bool[] Relaxed { get; } = new bool[PiiKinds.All.Length];

    /// <exception cref="ScannerOptionException">A name or a country is not known.</exception>
    public static KindSelection Of(ScannerOptions options) => new(options);

    public bool Wants(PiiKind kind) => Wanted[kind.Index];

    /// <summary>Whether a kind of the user's own is looked for.</summary>
    public bool Wants(string own) => !excluded.Contains(own);

    private void Apply(string entry, HashSet<string> own)
    {
        bool excludes = entry.StartsWith('-');
        string name = excludes ? entry[1..] : entry;
        PiiGroup? group = name switch
        {
            "personal" => PiiGroup.Personal,
            "national" => PiiGroup.National,
            "secret" => PiiGroup.Secret,
            _ => null,
        };
        bool isOne = PiiKinds.TryGet(name, out PiiKind? one);
        if (!isOne && group is null && name != "all" && !own.Contains(name))
        {
            string kinds = string.Join(", ", PiiKinds.All.ToArray().Select(kind => kind.Name));
            throw new ScannerOptionException("kinds", $"'{ScannerOptionException.Shown(entry)}' is not accepted; accepted are all, personal, national, secret, and the kinds {kinds}, "
                + "those of patterns and dictionaries, and each of them with '-' before it");
        }

        foreach (PiiKind kind in PiiKinds.All)
        {
            if (isOne ? !ReferenceEquals(kind, one) : name != "all" && kind.Group != group)
                continue;
            if (excludes)
                excluded.Add(kind.Name);
            else
                Wanted[kind.Index] = true;
        }

        if (excludes)
            excluded.Add(name);
    }

    private void Relax(string region)
    {
        bool isKnown = NationalPlans.All.Any(plan => plan.Region == region);
        foreach (PiiKind kind in PiiKinds.All)
        {
            if (kind.Region is null || kind.Region != region)
                continue;
            isKnown = true;
            Wanted[kind.Index] = Relaxed[kind.Index] = true;
        }

        if (isKnown)
            return;
        string known = string.Join(", ", PiiKinds.All.ToArray().Select(kind => kind.Region).OfType<string>().Union(NationalPlans.All.Select(plan => plan.Region)).Order(StringComparer.Ordinal));
        throw new ScannerOptionException("regions", $"'{ScannerOptionException.Shown(region)}' is not accepted; accepted are {known}");
    }
}
