using System.Text.Json;
using IronCage.Reliability;

namespace IronCage.Runtime.Protections;

/// <summary>Reads the options of attempts: how many, after which pause, how long, and to which other model.</summary>
internal static class RetryOptionsReader
{
    private const int LongestName = 256;

    public static bool IsOption(string name) => name is "max_retries" or "retry_delay" or "retry_after_ceiling" or "attempt_timeout" or "total_timeout" or "fallback" or "fallback_to_memory";

    public static ProtectionOptions Apply(ProtectionOptions o, string name, JsonElement value) => name switch
    {
        "max_retries" => o with { Retry = o.Retry with { MaxRetries = OptionsJson.Integer(value, name, 0, RetryConstants.MaximumMaxRetries) } },
        "retry_delay" => o with { Retry = o.Retry with { Delay = Seconds(value, name, RetryConstants.MinimumDelay, RetryConstants.MaximumDelay) } },
        "attempt_timeout" => o with { Retry = o.Retry with { AttemptTimeout = Timeout(value, name) } },
        "fallback_to_memory" => o with { RemembersAnswers = OptionsJson.Bool(value, name) },
        "fallback" => o with { Fallback = Fallback(value, name) },
        "total_timeout" => o with { Retry = o.Retry with { TotalTimeout = Timeout(value, name) } },
        _ => o with { Retry = o.Retry with { RetryAfterCeiling = Seconds(value, name, TimeSpan.Zero, RetryConstants.MaximumRetryAfterCeiling) } },
    };

    private static Dictionary<string, IReadOnlyList<string>> Fallback(JsonElement value, string name)
    {
        var models = new Dictionary<string, IReadOnlyList<string>>(StringComparer.Ordinal);
        if (value.ValueKind == JsonValueKind.Null)
            return models;
        if (value.ValueKind != JsonValueKind.Object || value.EnumerateObject().Count() is 0 or > FallbackPolicy.MostModels)
            throw new ConfigException(name, $"must name 1 to {FallbackPolicy.MostModels} models, each with those that are called instead");
        foreach (var property in value.EnumerateObject())
        {
            if (property.Name.Length is 0 or > LongestName)
                throw new ConfigException(name, $"must name models of 1 to {LongestName} characters");
            var behind = OptionsJson.Texts(property.Value, $"{name}[{property.Name}]", FallbackPolicy.MostBehind, LongestName);
            if (behind.Count == 0 || behind.Contains(property.Name) || behind.Distinct().Count() != behind.Count)
                throw new ConfigException($"{name}[{property.Name}]", $"must be 1 to {FallbackPolicy.MostBehind} other models, each once");
            if (!models.TryAdd(property.Name, behind))
                throw new ConfigException(name, $"names the model '{property.Name}' twice");
        }
        return models;
    }

    private static TimeSpan? Timeout(JsonElement value, string name) =>
        value.ValueKind == JsonValueKind.Null ? null : Seconds(value, name, RetryConstants.MinimumTimeout, RetryConstants.MaximumTimeout);

    private static TimeSpan Seconds(JsonElement value, string name, TimeSpan minimum, TimeSpan maximum) =>
        TimeSpan.FromSeconds(OptionsJson.Number(value, name, minimum.TotalSeconds, maximum.TotalSeconds));
}
