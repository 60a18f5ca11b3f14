using System.Text.Json;
using IronCage.Lang.Hosts;

namespace IronCage.Runtime.Protections;

/// <summary>Reads what is called in the place of models that do not answer.</summary>
internal static class FallbackReader
{
    private const int LongestName = 256;

    public static Dictionary<string, IReadOnlyList<Fallback>> Read(JsonElement value, string name)
    {
        var models = new Dictionary<string, IReadOnlyList<Fallback>>(StringComparer.Ordinal);
        if (value.ValueKind == JsonValueKind.Null)
            return models;
        if (value.ValueKind != JsonValueKind.Object || value.EnumerateObject().Count() is 0 or > FallbackPolicy.MostModels)
            throw new ConfigException(name, $"must name 1 to {FallbackPolicy.MostModels} models, each with those that are called instead");
        foreach (var property in value.EnumerateObject())
        {
            if (property.Name.Length is 0 or > LongestName)
                throw new ConfigException(name, $"must name models of 1 to {LongestName} characters");
            if (!models.TryAdd(property.Name, Behind(property.Value, property.Name, $"{name}[{property.Name}]")))
                throw new ConfigException(name, $"names the model '{property.Name}' twice");
        }
        return models;
    }

    /// <summary>Checks that the hosts are known to speak a protocol in which requests can go elsewhere.</summary>
    public static void Check(ProtectionOptions options, HostTable hosts)
    {
        foreach (var (model, behind) in options.Fallback)
        {
            for (var i = 0; i < behind.Count; i++)
            {
                if (behind[i].Host is not { } host)
                    continue;
                var option = $"fallback[{model}][{i}].base_url";
                var protocol = hosts.Protocol(System.Text.Encoding.UTF8.GetBytes(host.BaseUrl));
                if (protocol == LlmProtocol.None)
                    throw new ConfigException(option, "must be at a host that is known to speak an LLM protocol: name it in IRON_CAGE_LLM_HOSTS (host[:port]=PROTOCOL), else nobody would read and count what goes there");
                if (protocol == LlmProtocol.Bedrock)
                    throw new ConfigException(option, "must not be at Bedrock: requests that go there are signed by their client, and nobody else can");
            }
        }
    }

    private static List<Fallback> Behind(JsonElement value, string model, string name)
    {
        var accepted = $"must be 1 to {FallbackPolicy.MostBehind} others, each once: names of models, or objects with \"base_url\"";
        if (value.ValueKind != JsonValueKind.Array || value.GetArrayLength() is 0 or > FallbackPolicy.MostBehind)
            throw new ConfigException(name, accepted);
        var behind = new List<Fallback>();
        foreach (var item in value.EnumerateArray())
        {
            var option = $"{name}[{behind.Count}]";
            behind.Add(item.ValueKind == JsonValueKind.Object ? Elsewhere(item, option) : new Fallback(OptionsJson.Text(item, option, LongestName)));
        }
        if (behind.Exists(one => one.Host is null && one.Model == model) || behind.DistinctBy(one => (one.Model, one.Host?.BaseUrl)).Count() != behind.Count)
            throw new ConfigException(name, accepted);
        return behind;
    }

    private static Fallback Elsewhere(JsonElement value, string name)
    {
        string? model = null, url = null, variable = null, header = null;
        long? slot = null;
        foreach (var property in value.EnumerateObject())
        {
            var option = $"{name}.{property.Name}";
            switch (property.Name)
            {
                case "base_url":
                    url = Url(property.Value, option);
                    break;
                case "model":
                    model = property.Value.ValueKind == JsonValueKind.Null ? null : OptionsJson.Text(property.Value, option, LongestName);
                    break;
                case "slot":
                    slot = property.Value.ValueKind == JsonValueKind.Null ? null
                        : property.Value.TryGetInt64(out var number) ? number : throw new ConfigException(option, "must be a whole number");
                    break;
                case "api_key_env":
                    variable = property.Value.ValueKind == JsonValueKind.Null ? null : OptionsJson.Text(property.Value, option, LongestName);
                    break;
                case "api_key_header":
                    header = property.Value.ValueKind == JsonValueKind.Null ? null : Header(property.Value, option);
                    break;
                default:
                    throw new ConfigException(option, "is unknown; there are base_url, model, slot, api_key_env and api_key_header");
            }
        }
        return new Fallback(model, new FallbackHost(url ?? throw new ConfigException($"{name}.base_url", "must be given"), slot, variable, header));
    }

    /// <summary>Without anything that could be a secret: it stands in events.</summary>
    private static string Url(JsonElement value, string name)
    {
        var text = OptionsJson.Text(value, name, FallbackPolicy.LongestUrl);
        if (!Uri.TryCreate(text, UriKind.Absolute, out var url) || url.Scheme is not ("http" or "https") || url.Host.Length == 0 || text.AsSpan().ContainsAnyExceptInRange('!', '~')
            || url.UserInfo.Length > 0 || text.Contains('#', StringComparison.Ordinal) || text.Contains('@', StringComparison.Ordinal))
            throw new ConfigException(name, "must be an absolute http or https URL without user name, password and fragment");
        if (url.Query.Length > 0 && (!url.Query.StartsWith("?api-version=", StringComparison.Ordinal) || url.Query.Contains('&', StringComparison.Ordinal)))
            throw new ConfigException(name, "must have no query but api-version: a key belongs into api_key");
        return text;
    }

    private static string Header(JsonElement value, string name)
    {
        var text = OptionsJson.Text(value, name, 64);
        return text.All(c => char.IsAsciiLetterOrDigit(c) || c == '-') ? text.ToLowerInvariant() : throw new ConfigException(name, "must be the name of a header, such as api-key");
    }
}
