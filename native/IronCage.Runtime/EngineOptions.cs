using System.Text.Json;
using IronCage.Runtime.Protections;
using IronCage.Telemetry;
using Microsoft.Extensions.Logging;

namespace IronCage.Runtime;

/// <summary>The configuration of <c>ironcage_engine_new</c>.</summary>
public sealed record EngineOptions(TelemetryOptions Telemetry, string? LlmHosts)
{
    public static EngineOptions Read(ReadOnlyMemory<byte> json)
    {
        using var document = OptionsJson.Parse(json);
        var level = LogLevel.Warning;
        var capacity = 8192;
        string? hosts = null;
        foreach (var property in document.RootElement.EnumerateObject())
        {
            switch (property.Name)
            {
                case "llm_hosts":
                    if (property.Value.ValueKind != JsonValueKind.Null)
                        hosts = OptionsJson.Text(property.Value, "llm_hosts", 65536);
                    break;
                case "log_level":
                    level = OptionsJson.OneOf(property.Value, "log_level", "debug", "info", "warning", "error", "off") switch
                    {
                        "debug" => LogLevel.Debug,
                        "info" => LogLevel.Information,
                        "error" => LogLevel.Error,
                        "off" => LogLevel.None,
                        _ => LogLevel.Warning,
                    };
                    break;
                case "event_capacity":
                    capacity = OptionsJson.Integer(property.Value, "event_capacity", 64, 1 << 20);
                    break;
                default:
                    throw new ConfigException(property.Name, "is not an option of an engine; accepted are llm_hosts, log_level, event_capacity");
            }
        }
        return new EngineOptions(new TelemetryOptions { MinimumLevel = level, EventCapacity = capacity }, hosts);
    }
}
