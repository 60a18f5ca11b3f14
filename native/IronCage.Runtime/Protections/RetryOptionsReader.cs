using System.Text.Json;
using IronCage.Reliability;

namespace IronCage.Runtime.Protections;

/// <summary>Reads the options of attempts: how many, after which pause, how long, to which other model or host, and when a second is made beside the first.</summary>
internal static class RetryOptionsReader
{
    public static bool IsOption(string name) => name is "max_retries" or "retry_delay" or "retry_after_ceiling" or "attempt_timeout" or "total_timeout" or "fallback" or "fallback_to_memory" or "hedge_after";

    public static ProtectionOptions Apply(ProtectionOptions o, string name, JsonElement value) => name switch
    {
        "max_retries" => o with { Retry = o.Retry with { MaxRetries = OptionsJson.Integer(value, name, 0, RetryConstants.MaximumMaxRetries) } },
        "retry_delay" => o with { Retry = o.Retry with { Delay = Seconds(value, name, RetryConstants.MinimumDelay, RetryConstants.MaximumDelay) } },
        "attempt_timeout" => o with { Retry = o.Retry with { AttemptTimeout = Timeout(value, name) } },
        "hedge_after" => o with { HedgeAfter = value.ValueKind == JsonValueKind.Null ? null : Seconds(value, name, RetryConstants.MinimumTimeout, RetryConstants.MaximumHedge) },
        "fallback_to_memory" => o with { RemembersAnswers = OptionsJson.Bool(value, name) },
        "fallback" => o with { Fallback = FallbackReader.Read(value, name) },
        "total_timeout" => o with { Retry = o.Retry with { TotalTimeout = Timeout(value, name) } },
        _ => o with { Retry = o.Retry with { RetryAfterCeiling = Seconds(value, name, TimeSpan.Zero, RetryConstants.MaximumRetryAfterCeiling) } },
    };

    private static TimeSpan? Timeout(JsonElement value, string name) =>
        value.ValueKind == JsonValueKind.Null ? null : Seconds(value, name, RetryConstants.MinimumTimeout, RetryConstants.MaximumTimeout);

    private static TimeSpan Seconds(JsonElement value, string name, TimeSpan minimum, TimeSpan maximum) =>
        TimeSpan.FromSeconds(OptionsJson.Number(value, name, minimum.TotalSeconds, maximum.TotalSeconds));
}
