using System.Text;

namespace IronCage.Cost;

/// <summary>One provider's models by name. Immutable once read.</summary>
internal sealed class ProviderCatalogue(string provider)
{
    private readonly Dictionary<string, ModelEntry> exact = new(StringComparer.Ordinal);
    private readonly List<(byte[] Prefix, ModelEntry Entry)> prefixes = [];
    private readonly List<(byte[] Prefix, ModelEntry Entry)> open = [];
    private readonly List<ModelEntry> entries = [];

    public IReadOnlyList<ModelEntry> Entries => entries;

    /// <summary>Every name that is spelled out, for suggestions.</summary>
    public IEnumerable<string> Names => exact.Keys.Concat(prefixes.Select(p => Encoding.ASCII.GetString(p.Prefix))).Where(name => name[0] != '*');

    /// <exception cref="ArgumentException">A name is there already.</exception>
    public void Add(ModelDraft draft, ModelEntry entry)
    {
        entries.Add(entry);
        if (!draft.HasNames)
            exact.Add(entry.Id, entry);
        foreach (var name in draft.Exact)
            exact.Add(name, entry);
        AddAll(draft.Prefixes, prefixes, entry);
        AddAll(draft.Open, open, entry);
    }

    /// <summary>The model of this name: exact, then an OpenAI name with a date, then the longest prefix. The rules are documented in
    /// build/prices.</summary>
    public NameMatch? Find(ReadOnlySpan<byte> model)
    {
        var text = Encoding.ASCII.GetString(model);
        if (exact.TryGetValue(text, out var found))
            return new NameMatch(found, text, NameMatch.Exact);

        if (provider == "openai" && SnapshotSuffix.EndsInDashedDate(model))
        {
            var name = model[..^SnapshotSuffix.DashedDateLength];
            if (!SnapshotSuffix.EndsInDashedDate(name) && exact.TryGetValue(Encoding.ASCII.GetString(name), out found))
                return new NameMatch(found, text[..name.Length], NameMatch.Snapshot);
        }

        var longest = 0;
        var rule = "";
        foreach (var (prefix, entry) in prefixes)
        {
            if (prefix.Length > longest && model.StartsWith(prefix) && SnapshotSuffix.Accepts(provider, model[prefix.Length..]))
                (longest, found, rule) = (prefix.Length, entry, prefix.Length == model.Length ? NameMatch.Exact : NameMatch.Snapshot);
        }

        foreach (var (prefix, entry) in open)
        {
            if (prefix.Length > longest && model.StartsWith(prefix))
                (longest, found, rule) = (prefix.Length, entry, NameMatch.FineTune);
        }

        return found is null ? null : new NameMatch(found, text[..longest], rule);
    }

    private static void AddAll(List<string> names, List<(byte[] Prefix, ModelEntry Entry)> into, ModelEntry entry)
    {
        foreach (var name in names)
        {
            var prefix = Encoding.ASCII.GetBytes(name);
            if (into.Exists(other => other.Prefix.AsSpan().SequenceEqual(prefix)))
                throw new ArgumentException("a prefix that is there already", nameof(names));
            into.Add((prefix, entry));
        }
    }
}
