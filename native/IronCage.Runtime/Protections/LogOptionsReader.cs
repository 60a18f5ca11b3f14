using System.Text.Json;
using IronCage.Core.Events;
using IronCage.Telemetry;

namespace IronCage.Runtime.Protections;

/// <summary>Reads <c>log</c> of a protection's options.</summary>
internal static class LogOptionsReader
{
    private const long BytesPerMegabyte = 1_000_000;

    /// <exception cref="ConfigException">Something of it is wrong.</exception>
    public static LogFileOptions? Read(JsonElement value, string name)
    {
        if (value.ValueKind == JsonValueKind.Null)
            return null;
        if (value.ValueKind != JsonValueKind.Object || !value.TryGetProperty("file", out _))
            throw new ConfigException(name, "must be null or an object with file, and perhaps max_mb, backups and level");
        var options = new LogFileOptions { Path = "" };
        foreach (var property in value.EnumerateObject())
        {
            var option = $"{name}[{property.Name}]";
            options = property.Name switch
            {
                "file" => options with { Path = OptionsJson.Text(property.Value, option, 4096) },
                "max_mb" => options with { MaximumBytes = (long)(OptionsJson.Number(property.Value, option, 0.1, 100_000) * BytesPerMegabyte) },
                "backups" => options with { Backups = OptionsJson.Integer(property.Value, option, 0, 1000) },
                "level" => options with { Level = Level(property.Value, option) },
                _ => throw new ConfigException(option, "is not an option; accepted are file, max_mb, backups and level"),
            };
        }
        return options;
    }

    private static EventLevel Level(JsonElement value, string option) => OptionsJson.OneOf(value, option, "debug", "info", "warning", "error") switch
    {
        "info" => EventLevel.Info,
        "warning" => EventLevel.Warning,
        "error" => EventLevel.Error,
        _ => EventLevel.Debug,
    };
}
