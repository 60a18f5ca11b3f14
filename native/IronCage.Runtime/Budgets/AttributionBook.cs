using System.Text;
using IronCage.Core.Ledger;
using IronCage.Runtime.Protections;

namespace IronCage.Runtime.Budgets;

/// <summary>
/// To whom holds of the host's own are reported: read out of its JSON once for each text, as a host says the same again and again. Thread-safe.
/// </summary>
/// <param name="agent">Who it is where the text does not say; empty: nobody.</param>
/// <param name="project">Likewise.</param>
/// <param name="tags">As <see cref="Attribution.Tags"/> has them; those of the text come on top.</param>
internal sealed class AttributionBook(string agent, string project, string tags)
{
    /// <summary>Texts that are remembered: who puts something new into each has them forgotten, not kept.</summary>
    private const int Most = 1024;

    private readonly Attribution _default = new(agent, "", "", project, tags);
    private readonly Dictionary<string, Attribution> _known = new(StringComparer.Ordinal);
    private volatile Entry? _last;

    private sealed record Entry(byte[] Json, Attribution Value);

    /// <summary>Reads <c>{"agent", "provider", "label", "project", "tags"}</c>, each optional; empty: none of them.</summary>
    /// <exception cref="ConfigException">Something in it is wrong.</exception>
    public Attribution Of(ReadOnlySpan<byte> json)
    {
        if (json.IsEmpty)
            return _default;
        if (_last is { } last && json.SequenceEqual(last.Json))
            return last.Value;
        var value = Find(json);
        _last = new Entry(json.ToArray(), value);
        return value;
    }

    private Attribution Find(ReadOnlySpan<byte> json)
    {
        var text = Encoding.UTF8.GetString(json);
        lock (_known)
        {
            if (_known.TryGetValue(text, out var known))
                return known;
        }
        var read = Read(json.ToArray());
        lock (_known)
        {
            if (_known.Count >= Most)
                _known.Clear();
            // One object for one text: who sums by it compares it by reference first.
            return _known.TryAdd(text, read) ? read : _known[text];
        }
    }

    private Attribution Read(byte[] json)
    {
        using var document = OptionsJson.Parse(json);
        var read = _default;
        foreach (var property in document.RootElement.EnumerateObject())
        {
            var (name, value) = (property.Name, property.Value);
            if (value.ValueKind == System.Text.Json.JsonValueKind.Null)
                continue;
            read = name switch
            {
                "agent" => read with { Agent = OptionsJson.Text(value, name, 200) },
                "provider" => read with { Provider = OptionsJson.Text(value, name, 200) },
                "label" => read with { Model = OptionsJson.Text(value, name, 200) },
                "project" => read with { Project = OptionsJson.Text(value, name, 200) },
                "tags" => read with { Tags = Attribution.Join([.. Split(tags), .. OptionsJson.Tags(value, name)]) },
                _ => throw new ConfigException(name, "is not an attribution of a hold; accepted are agent, provider, label, project, tags"),
            };
        }
        return read;
    }

    private static string[] Split(string joined) => joined.Length == 0 ? [] : joined.Split('\n');
}
