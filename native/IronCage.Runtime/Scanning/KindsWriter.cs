using System.Buffers;
using System.Text.Json;
using IronCage.Safety;

namespace IronCage.Runtime.Scanning;

/// <summary>Writes the kinds of a scanner, by their numbers.</summary>
public static class KindsWriter
{
    /// <summary><c>{"kinds": [{"name", "group" ("personal", "national", "secret", "own"), "region" (or null), "redacted", "wanted" (whether the scanner looks for it)}]}</c>.</summary>
    public static void Write(IBufferWriter<byte> output, Scanner scanner)
    {
        ArgumentNullException.ThrowIfNull(scanner);
        using var writer = new Utf8JsonWriter(output);
        writer.WriteStartObject();
        writer.WriteStartArray("kinds"u8);
        foreach (var kind in scanner.Kinds)
        {
            writer.WriteStartObject();
            writer.WriteString("name"u8, kind.Name);
            writer.WriteString("group"u8, kind.Group.ToString().ToLowerInvariant());
            writer.WriteString("region"u8, kind.Region);
            writer.WriteString("redacted"u8, kind.RedactedForm);
            writer.WriteBoolean("wanted"u8, scanner.Finds(kind));
            writer.WriteEndObject();
        }
        writer.WriteEndArray();
        writer.WriteEndObject();
    }
}
