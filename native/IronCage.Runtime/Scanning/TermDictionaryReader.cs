using System.Text.Json;
using IronCage.Runtime.Protections;
using IronCage.Safety;

namespace IronCage.Runtime.Scanning;

/// <summary>Reads dictionaries, <c>[{"name", "terms", "score", "ignore_case"}]</c>, and deny lists, which have no score.</summary>
internal static class TermDictionaryReader
{
    public static List<TermDictionary> Read(JsonElement value, string option, bool isScored) =>
        OptionsJson.Objects(value, option, ScannerOptions.MostDictionaries, (item, name) => One(item, name, isScored));

    private static TermDictionary One(JsonElement value, string option, bool isScored)
    {
        string? name = null;
        List<string>? terms = null;
        var score = OwnPattern.DefaultScore;
        var ignoreCase = true;
        foreach (var property in value.EnumerateObject())
        {
            var part = $"{option}[{property.Name}]";
            switch (property.Name)
            {
                case "name": name = OptionsJson.Text(property.Value, part, 100); break;
                case "terms": terms = OptionsJson.Texts(property.Value, part, TermDictionary.MostTerms, 1000); break;
                case "score" when isScored: score = OptionsJson.Number(property.Value, part, 0, 1); break;
                case "ignore_case": ignoreCase = OptionsJson.Bool(property.Value, part); break;
                default: throw new ConfigException(part, "is not accepted; accepted are name, terms, ignore_case" + (isScored ? ", score" : ""));
            }
        }
        if (name is null || terms is null)
            throw new ConfigException(option, "needs name and terms");
        return ScannerOptionsReader.Checked(option, () => new TermDictionary(name, terms, score, ignoreCase));
    }
}
