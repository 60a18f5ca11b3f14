using System.Buffers;
using System.Text.Json;
using IronCage.Core.Ledger;
using IronCage.Runtime.Protections;

namespace IronCage.Runtime.Standalone;

/// <summary>What a store says was spent.</summary>
public static class SpendTools
{
    /// <summary>The JSON of <c>ironcage_spend</c>.</summary>
    /// <param name="engine">Its stores.</param>
    /// <param name="optionsJson"><c>{"state", "since", "until"}</c>, each optional.</param>
    /// <exception cref="ConfigException">An option is wrong.</exception>
    /// <exception cref="StoreException">The store cannot be read.</exception>
    public static byte[] Spend(Engine engine, ReadOnlyMemory<byte> optionsJson)
    {
        ArgumentNullException.ThrowIfNull(engine);
        string? state = null;
        DateTimeOffset? since = null, until = null;
        using (var document = OptionsJson.Parse(optionsJson))
        {
            foreach (var property in document.RootElement.EnumerateObject())
            {
                if (property.Value.ValueKind == JsonValueKind.Null)
                    continue;
                switch (property.Name)
                {
                    case "state": state = OptionsJson.Text(property.Value, "state", 4096); break;
                    case "since": since = OptionsJson.Instant(property.Value, "since"); break;
                    case "until": until = OptionsJson.Instant(property.Value, "until"); break;
                    default: throw new ConfigException(property.Name, "is not an option of a spend report; accepted are state, since, until");
                }
            }
        }
        var lines = engine.OpenStore(state).SpendAsync(since, until).AsTask().GetAwaiter().GetResult();
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartArray();
            foreach (var line in lines.OrderByDescending(line => line.Cost).ThenBy(line => line.Attribution.ToString(), StringComparer.Ordinal))
                Write(writer, line);
            writer.WriteEndArray();
        }
        return buffer.WrittenSpan.ToArray();
    }

    private static void Write(Utf8JsonWriter writer, SpendLine line)
    {
        writer.WriteStartObject();
        writer.WriteString("agent", line.Attribution.Agent);
        writer.WriteString("provider", line.Attribution.Provider);
        writer.WriteString("model", line.Attribution.Model);
        writer.WriteString("project", line.Attribution.Project);
        ReportWriter.WriteTags(writer, line.Attribution.Tags);
        writer.WriteNumber("calls", line.Calls);
        writer.WriteNumber("estimated", line.Estimated);
        writer.WriteNumber("overbilled", line.Overbilled);
        writer.WriteNumber("input_tokens", line.Tokens.Input);
        writer.WriteNumber("cached_tokens", line.Tokens.Cached);
        writer.WriteNumber("output_tokens", line.Tokens.Output);
        ReportWriter.WriteMoney(writer, "cost_usd", line.Cost);
        writer.WriteEndObject();
    }
}
