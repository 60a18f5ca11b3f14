using System.Text.Json;
using IronCage.Core.Ledger;

namespace IronCage.Runtime.Protections;

/// <summary>The change of <c>ironcage_protection_change</c>.</summary>
public static class ProtectionChange
{
    /// <summary>Makes it.</summary>
    /// <returns><c>{"changed", "stopped"}</c>, as it is afterwards.</returns>
    /// <exception cref="ConfigException">It is none, or cannot be made.</exception>
    /// <exception cref="StoreException">The store could not be read or written.</exception>
    public static byte[] Make(Protection protection, ReadOnlyMemory<byte> json)
    {
        ArgumentNullException.ThrowIfNull(protection);
        var resumes = false;
        using (var document = OptionsJson.Parse(json))
        {
            foreach (var property in document.RootElement.EnumerateObject())
            {
                resumes = property.Name switch
                {
                    "resume" => OptionsJson.Bool(property.Value, property.Name),
                    _ => throw new ConfigException(property.Name, "is not a change; accepted is resume"),
                };
            }
        }
        var changed = resumes && protection.Resume();
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            writer.WriteBoolean("changed", changed);
            writer.WriteString("stopped", protection.StopReason);
            writer.WriteEndObject();
        }
        return buffer.ToArray();
    }
}
