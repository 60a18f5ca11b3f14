using System.Text.Json;
using IronCage.Reliability;

namespace IronCage.Runtime.Protections;

/// <summary>Reads the options of how many calls go to a provider host and model.</summary>
internal static class LimitOptionsReader
{
    public static bool IsOption(string name) =>
        name is "requests_per_minute" or "tokens_per_minute" or "max_concurrent" or "max_wait" or "provider_limits";

    public static ProtectionOptions Apply(ProtectionOptions o, string name, JsonElement value)
    {
        var isNull = value.ValueKind == JsonValueKind.Null;
        return name switch
        {
            "requests_per_minute" => o with { Limits = o.Limits with { RequestsPerMinute = isNull ? null : OptionsJson.Integer(value, name, 1, LimitConstants.MostRequests) } },
            "tokens_per_minute" => o with { Limits = o.Limits with { TokensPerMinute = isNull ? null : OptionsJson.Integer(value, name, 1, LimitConstants.MostTokens) } },
            "max_concurrent" => o with { Limits = o.Limits with { MaxConcurrent = isNull ? null : OptionsJson.Integer(value, name, 1, LimitConstants.MostConcurrent) } },
            "max_wait" => o with { MaxWait = isNull ? null : Seconds(value, name, LimitConstants.LongestWait) },
            _ => o with { Limits = o.Limits with { FollowsProvider = OptionsJson.Bool(value, name) } },
        };
    }

    private static TimeSpan Seconds(JsonElement value, string name, TimeSpan most) => TimeSpan.FromSeconds(OptionsJson.Number(value, name, 0, most.TotalSeconds));
}
