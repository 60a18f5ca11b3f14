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

    public void Add(ModelEntry entry) => entries.Add(entry);

    public void AddExact(string name, ModelEntry entry) => exact.Add(name, entry);

    public void AddPrefix(string prefix, ModelEntry entry) => prefixes.Add((Encoding.ASCII.GetBytes(prefix), entry));

    public void AddOpen(string prefix, ModelEntry entry) => open.Add((Encoding.ASCII.GetBytes(prefix), entry));

    /// <summary>The model of this name: exact, then an OpenAI name with a date, then the longest prefix. The rules are documented in
    /// build/prices.</summary>
    public ModelEntry? Find(ReadOnlySpan<byte> model)
    {
        if (exact.TryGetValue(Encoding.ASCII.GetString(model), out var found))
            return found;

        if (provider == "openai" && SnapshotSuffix.EndsInDashedDate(model))
        {
            var name = model[..^SnapshotSuffix.DashedDateLength];
            if (!SnapshotSuffix.EndsInDashedDate(name) && exact.TryGetValue(Encoding.ASCII.GetString(name), out found))
                return found;
        }

        var longest = 0;
        foreach (var (prefix, entry) in prefixes)
        {
            if (prefix.Length > longest && model.StartsWith(prefix) && SnapshotSuffix.Accepts(provider, model[prefix.Length..]))
                (longest, found) = (prefix.Length, entry);
        }

        foreach (var (prefix, entry) in open)
        {
            if (prefix.Length > longest && model.StartsWith(prefix))
                (longest, found) = (prefix.Length, entry);
        }

        return found;
    }
}
