using System.Text.Json;
using IronCage.Safety;

namespace IronCage.Runtime.Scanning;

/// <summary>Writes findings as JSON, without their values.</summary>
internal static class FindingsWriter
{
    private static readonly (Evidence Flag, JsonEncodedText Name)[] Names =
        [.. Enum.GetValues<Evidence>().Where(flag => flag != Evidence.None).Select(flag => (flag, JsonEncodedText.Encode(flag.ToString().ToLowerInvariant())))];

    /// <summary>The parts of an object that all findings have: kind, place, score, evidence.</summary>
    /// <param name="writer">Where to.</param>
    /// <param name="kind">What it is.</param>
    /// <param name="start">In code points.</param>
    /// <param name="end">In code points.</param>
    /// <param name="score">Its score.</param>
    /// <param name="evidence">What raised it.</param>
    public static void Write(Utf8JsonWriter writer, PiiKind kind, long start, long end, float score, Evidence evidence)
    {
        writer.WriteString("kind"u8, kind.Name);
        writer.WriteNumber("start"u8, start);
        writer.WriteNumber("end"u8, end);
        writer.WriteNumber("score"u8, Math.Round(score, 3));
        writer.WriteStartArray("evidence"u8);
        foreach (var (flag, name) in Names)
        {
            if ((evidence & flag) != 0)
                writer.WriteStringValue(name);
        }
        writer.WriteEndArray();
    }

    /// <summary>A place in bytes.</summary>
    public static void WriteBytes(Utf8JsonWriter writer, long start, long end)
    {
        writer.WriteNumber("byte_start"u8, start);
        writer.WriteNumber("byte_end"u8, end);
    }
}
