using System.Text.Json;
using IronCage.Runtime.Protections;
using IronCage.Safety;

namespace IronCage.Runtime.Scanning;

/// <summary>Reads the options of a scanner from JSON; whatever is unknown, of the wrong type or out of range is a <see cref="ConfigException"/>.</summary>
public static class ScannerOptionsReader
{
    /// <summary>Reads a document of its own.</summary>
    public static ScannerOptions Read(ReadOnlyMemory<byte> json)
    {
        using var document = OptionsJson.Parse(json);
        return Read(document.RootElement, "");
    }

    /// <summary>Reads an object inside another document, under the name <paramref name="outer"/> (empty: the document itself).</summary>
    public static ScannerOptions Read(JsonElement value, string outer)
    {
        if (value.ValueKind != JsonValueKind.Object)
            throw new ConfigException(outer, "must be an object of scanner options");
        var options = ScannerOptions.Default;
        foreach (var property in value.EnumerateObject())
            options = Apply(options, property.Name, outer.Length == 0 ? property.Name : $"{outer}[{property.Name}]", property.Value);
        return options;
    }

    private static ScannerOptions Apply(ScannerOptions o, string name, string option, JsonElement value) => name switch
    {
        "kinds" => o with { Kinds = value.ValueKind == JsonValueKind.Null ? null : OptionsJson.Texts(value, option, 2000, 200) },
        "regions" => o with { Regions = OptionsJson.Texts(value, option, 300, 10) },
        "min_score" => o with { MinScore = OptionsJson.Number(value, option, 0, 1) },
        "patterns" => o with { Patterns = OwnPatternReader.Read(value, option) },
        "dictionaries" => o with { Dictionaries = TermDictionaryReader.Read(value, option, isScored: true) },
        "deny" => o with { Deny = TermDictionaryReader.Read(value, option, isScored: false) },
        "allow" => o with { Allow = AllowListReader.Read(value, option) },
        "max_text_bytes" => o with { MaxTextBytes = OptionsJson.Integer(value, option, 1, ScannerOptions.MostTextBytes) },
        "max_findings" => o with { MaxFindings = OptionsJson.Integer(value, option, 1, ScannerOptions.MostFindings) },
        _ => throw new ConfigException(option,
            "is not an option of a scanner; there are kinds, regions, min_score, patterns, dictionaries, allow, deny, max_text_bytes, max_findings"),
    };

    /// <summary>Runs what checks options, and tells a problem under the name the host gave.</summary>
    internal static T Checked<T>(string outer, Func<T> make)
    {
        try
        {
            return make();
        }
        catch (ScannerOptionException e)
        {
            throw new ConfigException(outer.Length == 0 ? e.Option : $"{outer}[{e.Option}]", e.Problem);
        }
    }
}
