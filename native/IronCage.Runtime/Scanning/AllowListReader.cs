using System.Text.Json;
using IronCage.Runtime.Protections;
using IronCage.Safety;

namespace IronCage.Runtime.Scanning;

/// <summary>Reads an allow list: <c>{"values", "domains", "patterns"}</c>, or null.</summary>
internal static class AllowListReader
{
    public static AllowList? Read(JsonElement value, string option)
    {
        if (value.ValueKind == JsonValueKind.Null)
            return null;
        if (value.ValueKind != JsonValueKind.Object)
            throw new ConfigException(option, "must be an object of values, domains and patterns");
        List<string> values = [], domains = [], patterns = [];
        foreach (var property in value.EnumerateObject())
        {
            var part = $"{option}[{property.Name}]";
            switch (property.Name)
            {
                case "values": values = OptionsJson.Texts(property.Value, part, 1_000_000, 4096); break;
                case "domains": domains = OptionsJson.Texts(property.Value, part, 1_000_000, 300); break;
                case "patterns": patterns = OptionsJson.Texts(property.Value, part, 200, 10_000); break;
                default: throw new ConfigException(part, "is not accepted; accepted are values, domains, patterns");
            }
        }
        return ScannerOptionsReader.Checked(option, () => new AllowList(values, domains, patterns));
    }
}
