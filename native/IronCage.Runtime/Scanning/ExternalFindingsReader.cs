using System.Text.Json;
using IronCage.Runtime.Calls;
using IronCage.Runtime.Protections;
using IronCage.Safety;

namespace IronCage.Runtime.Scanning;

/// <summary>Reads findings of the host: <c>[{"kind", "start", "end", "score"}]</c>, places in code points of the text or, with <c>"unit": "bytes"</c>, in its bytes.</summary>
internal static class ExternalFindingsReader
{
    private const int MostFindings = 1_000_000;

    /// <exception cref="ConfigException">One is malformed.</exception>
    public static List<Finding> Read(ReadOnlyMemory<byte> json, ReadOnlySpan<byte> text)
    {
        if (json.IsEmpty)
            return [];
        using var document = OptionsJson.Parse(json);
        var inBytes = false;
        List<Finding> findings = [];
        var kinds = new Dictionary<string, PiiKind>();
        foreach (var property in document.RootElement.EnumerateObject())
        {
            switch (property.Name)
            {
                case "unit": inBytes = OptionsJson.OneOf(property.Value, "unit", "characters", "bytes") == "bytes"; break;
                case "findings": findings = OptionsJson.Objects(property.Value, "external", MostFindings, (item, option) => One(item, option, kinds)); break;
                default: throw new ConfigException(property.Name, "is not accepted; accepted are unit and findings");
            }
        }
        return inBytes ? findings : ToBytes(findings, text);
    }

    private static Finding One(JsonElement value, string option, Dictionary<string, PiiKind> kinds)
    {
        PiiKind? kind = null;
        int start = -1, end = -1;
        var score = OwnPattern.DefaultScore;
        foreach (var property in value.EnumerateObject())
        {
            var part = $"{option}[{property.Name}]";
            switch (property.Name)
            {
                case "kind": kind = Kind(OptionsJson.Text(property.Value, part, 100), option, kinds); break;
                case "start": start = OptionsJson.Integer(property.Value, part, 0, int.MaxValue); break;
                case "end": end = OptionsJson.Integer(property.Value, part, 0, int.MaxValue); break;
                case "score": score = OptionsJson.Number(property.Value, part, 0, 1); break;
                default: throw new ConfigException(part, "is not accepted; accepted are kind, start, end, score");
            }
        }
        if (kind is null || start < 0 || end <= start)
            throw new ConfigException(option, "needs kind, start and an end behind start");
        return new Finding(kind, start, end, (float)score, Evidence.External);
    }

    private static PiiKind Kind(string name, string option, Dictionary<string, PiiKind> kinds)
    {
        if (PiiKinds.TryGet(name, out var known))
            return known;
        if (!kinds.TryGetValue(name, out var own))
            kinds[name] = own = ScannerOptionsReader.Checked(option, () => PiiKind.Own(name));
        return own;
    }

    private static List<Finding> ToBytes(List<Finding> findings, ReadOnlySpan<byte> text)
    {
        var places = new SortedSet<int>();
        foreach (var finding in findings)
        {
            places.Add(finding.Start);
            places.Add(finding.End);
        }
        var bytes = new Dictionary<int, int>();
        int at = 0, codePoint = 0;
        foreach (var place in places)
        {
            // The next code point begins at the first byte that continues none.
            while (at < text.Length && (codePoint < place || (text[at] & 0xC0) == 0x80))
            {
                if ((text[at++] & 0xC0) != 0x80)
                    codePoint++;
            }
            while (at < text.Length && codePoint == place && (text[at] & 0xC0) == 0x80)
                at++;
            bytes[place] = codePoint < place ? int.MaxValue : at; // beyond the text: refused where it is used
        }
        return [.. findings.Select(f => f with { Start = bytes[f.Start], End = bytes[f.End] })];
    }
}
