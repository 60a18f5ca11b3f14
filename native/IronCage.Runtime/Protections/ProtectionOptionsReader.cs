using System.Globalization;
using System.Text.Json;
using IronCage.Core.Money;
using IronCage.Cost;
using IronCage.Reliability;
using IronCage.Runtime.Scanning;
using IronCage.Safety;

namespace IronCage.Runtime.Protections;

/// <summary>Reads options from JSON; whatever is unknown, of the wrong type or out of range is a <see cref="ConfigException"/>.</summary>
public static class ProtectionOptionsReader
{
    public static ProtectionOptions Read(ReadOnlyMemory<byte> json)
    {
        using var document = OptionsJson.Parse(json);
        var options = new ProtectionOptions { AgentId = "" };
        foreach (var property in document.RootElement.EnumerateObject())
        {
            if (property.Name is not ("pii_actions" or "degrade" or "degrade_at" or "reserve_usd" or "wrap_up_calls" or "wrap_up_note"))
                options = Apply(options, property.Name, property.Value);
        }
        if (document.RootElement.TryGetProperty("pii_actions", out var actions))
            options = options with { PiiActions = SafetyOptionsReader.Actions(actions, "pii_actions", OwnKinds(options.Scanner)) };
        if (options.AgentId.Length == 0)
            throw new ConfigException("agent_id", "is required, 1 to 200 characters");
        return StageOptionsReader.Read(options, document.RootElement);
    }

    private static ProtectionOptions Apply(ProtectionOptions o, string name, JsonElement value) => name switch
    {
        "agent_id" => o with { AgentId = OptionsJson.Text(value, name, 200) },
        "project" => o with { Project = value.ValueKind == JsonValueKind.Null ? "" : OptionsJson.Text(value, name, 200) },
        "tags" => o with { Tags = OptionsJson.Tags(value, name) },
        "budget_usd" => o with { Budget = OptionsJson.Dollars(value, name) },
        "budget_scope" => o with { BudgetPerRun = OptionsJson.OneOf(value, name, "protection", "run") == "run" },
        "warn_at" => o with { WarnAt = OptionsJson.Shares(value, name) },
        "hold_wait" => o with { HoldWait = TimeSpan.FromSeconds(OptionsJson.Number(value, name, 0, 3600)) },
        "lower_output" => o with { LowerOutput = OptionsJson.Bool(value, name) },
        "bound" => o with { StrictBound = OptionsJson.OneOf(value, name, "default", "strict") == "strict" },
        "pii_detection" => o with { PiiDetection = OptionsJson.Bool(value, name) },
        "pii_action" => o with { PiiAction = SafetyOptionsReader.Action(value, name) },
        "key" => o with { Keys = SafetyOptionsReader.Keys(value, name) },
        "tenant" => o with { Tenant = SafetyOptionsReader.Tenant(value, name) },
        "restore_in" => o with { RestoreIn = SafetyOptionsReader.RestoreIn(value, name) },
        "pii_scanner" => o with { Scanner = ScannerOptionsReader.Read(value, name) },
        "scan_output" => o with { ScanOutput = OptionsJson.Bool(value, name) },
        "circuit_breaker" => o with { CircuitBreaker = Circuit(value, name) },
        "state" => o with { State = value.ValueKind == JsonValueKind.Null ? null : OptionsJson.Text(value, name, 4096) },
        "unpriced" => Unpriced(o, value, name),
        "prices" => o with { PriceFiles = PriceFileText.Read(value, name) },
        "unclaimed" => o with { PassUnclaimed = OptionsJson.OneOf(value, name, "deny", "pass") == "pass" },
        "unscannable" => o with { Unscannable = Unscannable(value, name) },
        "on_deny" => o with { Respond = OptionsJson.OneOf(value, name, "raise", "respond") == "respond" },
        "agent_state_events" => o with { AgentStateEvents = OptionsJson.Bool(value, name) },
        "log" => o with { Log = LogOptionsReader.Read(value, name) },
        "call_facts" => o with { CallFacts = OptionsJson.Bool(value, name) },
        "eager_events" => o with { EagerEvents = OptionsJson.Bool(value, name) },
        _ when RetryOptionsReader.IsOption(name) => RetryOptionsReader.Apply(o, name, value),
        _ when ControlOptionsReader.IsOption(name) => ControlOptionsReader.Apply(o, name, value),
        _ => throw new ConfigException(name, "is not an option of a protection"),
    };

    private static HashSet<string> OwnKinds(ScannerOptions? scanner) => scanner is null
        ? []
        : [.. scanner.Patterns.Select(p => p.Kind), .. scanner.Dictionaries.Select(d => d.Kind), .. scanner.Deny.Select(d => d.Kind)];

    private static CircuitBreakerOptions? Circuit(JsonElement value, string name)
    {
        if (value.ValueKind == JsonValueKind.Null)
            return null;
        if (value.ValueKind != JsonValueKind.Object)
            throw new ConfigException(name, "must be null or an object of failure_threshold, recovery_timeout, failure_ratio, failure_window and minimum_calls");
        var options = new CircuitBreakerOptions();
        foreach (var property in value.EnumerateObject())
        {
            var option = $"{name}[{property.Name}]";
            options = property.Name switch
            {
                "failure_threshold" => options with { FailureThreshold = OptionsJson.Integer(property.Value, option, 1, 1_000_000) },
                "recovery_timeout" => options with { RecoveryTimeout = TimeSpan.FromSeconds(OptionsJson.Number(property.Value, option, 0.001, 86_400)) },
                "failure_ratio" => options with { FailureRatio = property.Value.ValueKind == JsonValueKind.Null ? null : Ratio(property.Value, option) },
                "failure_window" => options with { FailureWindow = TimeSpan.FromSeconds(OptionsJson.Number(property.Value, option, 1, 86_400)) },
                "minimum_calls" => options with { MinimumCalls = OptionsJson.Integer(property.Value, option, 1, 1_000_000) },
                _ => throw new ConfigException(option, "is not an option; accepted are failure_threshold, recovery_timeout, failure_ratio, failure_window and minimum_calls"),
            };
        }
        return options;
    }

    private static double Ratio(JsonElement value, string option) =>
        value.ValueKind == JsonValueKind.Number && value.GetDouble() is > 0 and <= 1 and var ratio ? ratio : throw new ConfigException(option, "must be a number above 0 and at most 1");

    private static UnscannablePolicy Unscannable(JsonElement value, string name) =>
        OptionsJson.OneOf(value, name, "warn", "deny", "allow") switch
        {
            "deny" => UnscannablePolicy.Deny,
            "allow" => UnscannablePolicy.Allow,
            _ => UnscannablePolicy.Warn,
        };

    private static ProtectionOptions Unpriced(ProtectionOptions o, JsonElement value, string name)
    {
        if (value.ValueKind == JsonValueKind.Object)
            return o with { Unpriced = UnpricedPolicy.Assume, AssumedPrice = AssumedPrice(value, name) };
        return o with { Unpriced = OptionsJson.OneOf(value, name, "deny", "warn") == "warn" ? UnpricedPolicy.Warn : UnpricedPolicy.Deny };
    }

    private static ModelPrice AssumedPrice(JsonElement value, string name)
    {
        const string Suffix = "_usd_per_mtok";
        var buckets = default(PriceBuckets);
        long? window = null, mostOutput = null;
        Picodollars? request = null, search = null;
        var hasInput = false;
        foreach (var property in value.EnumerateObject())
        {
            var option = $"{name}[{property.Name}]";
            var isNull = property.Value.ValueKind == JsonValueKind.Null;
            switch (property.Name)
            {
                case "context_window": window = isNull ? null : OptionsJson.Integer(property.Value, option, 1, 1_000_000_000); break;
                case "max_output": mostOutput = isNull ? null : OptionsJson.Integer(property.Value, option, 1, 1_000_000_000); break;
                case "request_usd": request = isNull ? null : Each(property.Value, option); break;
                case "search_usd": search = isNull ? null : Each(property.Value, option); break;
                default:
                    var bucket = property.Name.EndsWith(Suffix, StringComparison.Ordinal) ? property.Name[..^Suffix.Length] : "";
                    if (buckets.With(bucket, Picodollars.Zero) is null)
                        throw new ConfigException(option, $"is not accepted; accepted are {string.Join(", ", buckets.ByName().Select(known => known.Key + Suffix))}, request_usd, search_usd, context_window, max_output");
                    if (isNull)
                        break;
                    buckets = buckets.With(bucket, PriceBuckets.PerToken(PerMillion(property.Value, option)))!.Value;
                    hasInput |= bucket == "input";
                    break;
            }
        }
        if (!hasInput || buckets.Output is null)
            throw new ConfigException(name, "an assumed price needs input_usd_per_mtok and output_usd_per_mtok");
        return ModelPrice.Assumed("assumed", buckets, contextWindow: window, maxOutput: mostOutput, perRequest: request, perSearch: search);
    }

    private static Picodollars Each(JsonElement value, string option)
    {
        if (value.ValueKind == JsonValueKind.String && value.GetString() is { Length: <= 24 } text
            && decimal.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var dollars)
            && dollars is >= 0 and <= 1000 && dollars * Picodollars.PerDollar is var pico && pico == decimal.Truncate(pico))
            return new Picodollars((long)pico);
        throw new ConfigException(option, "must be a decimal string of dollars for one, 0 to 1000, at most 12 decimal places");
    }

    private static decimal PerMillion(JsonElement value, string option)
    {
        if (value.ValueKind == JsonValueKind.String
            && decimal.TryParse(value.GetString(), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var price)
            && price is >= 0 and <= 1_000_000 && price * 1_000_000 == decimal.Truncate(price * 1_000_000))
            return price;
        throw new ConfigException(option, "must be a decimal string of dollars per million tokens, 0 to 1000000, at most 6 decimal places");
    }
}
