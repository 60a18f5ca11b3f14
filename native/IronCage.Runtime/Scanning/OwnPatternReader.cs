using System.Text.Json;
using IronCage.Runtime.Protections;
using IronCage.Safety;

namespace IronCage.Runtime.Scanning;

/// <summary>Reads the user's regular expressions: <c>[{"name", "regex", "score", "context"}]</c>.</summary>
internal static class OwnPatternReader
{
    public static List<OwnPattern> Read(JsonElement value, string option) => OptionsJson.Objects(value, option, ScannerOptions.MostPatterns, One);

    private static OwnPattern One(JsonElement value, string option)
    {
        string? name = null, regex = null;
        var score = OwnPattern.DefaultScore;
        IReadOnlyList<string> context = [];
        foreach (var property in value.EnumerateObject())
        {
            var part = $"{option}[{property.Name}]";
            switch (property.Name)
            {
                case "name": name = OptionsJson.Text(property.Value, part, 100); break;
                case "regex": regex = OptionsJson.Text(property.Value, part, 10_000); break;
                case "score": score = OptionsJson.Number(property.Value, part, 0, 1); break;
                case "context": context = OptionsJson.Texts(property.Value, part, 1000, 200); break;
                default: throw new ConfigException(part, "is not accepted; accepted are name, regex, score, context");
            }
        }
        if (name is null || regex is null)
            throw new ConfigException(option, "needs name and regex");
        return ScannerOptionsReader.Checked(option, () => new OwnPattern(name, regex, score, context));
    }
}
