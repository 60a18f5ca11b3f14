using System.Buffers;
using System.Text.Json;
using IronCage.Lang;
using IronCage.Runtime.Calls;
using IronCage.Safety;

namespace IronCage.Runtime.Scanning;

/// <summary>Scans and redacts whole texts with one scanner.</summary>
public static class TextScan
{
    /// <summary><c>{"findings": [{"kind", "start", "end", "score", "evidence", "byte_start", "byte_end"}]}</c>; start and end in code points.</summary>
    /// <param name="scanner">What looks.</param>
    /// <param name="text">Where.</param>
    /// <param name="external">Findings of the host, as JSON; empty: none.</param>
    /// <exception cref="ConfigException">A finding of the host is malformed.</exception>
    public static byte[] Scan(Scanner scanner, ReadOnlySpan<byte> text, ReadOnlyMemory<byte> external = default)
    {
        var findings = Find(scanner, text, external);
        var buffer = new ArrayBufferWriter<byte>(64 + 144 * findings.Count);
        using (var writer = new Utf8JsonWriter(buffer, new JsonWriterOptions { SkipValidation = true }))
        {
            writer.WriteStartObject();
            writer.WriteStartArray("findings"u8);
            int at = 0, codePoints = 0;
            foreach (var finding in findings)
            {
                codePoints += CodePoints.Count(text[at..finding.Start]);
                var start = codePoints;
                codePoints += CodePoints.Count(text[finding.Start..finding.End]);
                at = finding.End;
                writer.WriteStartObject();
                FindingsWriter.Write(writer, finding.Kind, start, codePoints, finding.Score, finding.Evidence);
                FindingsWriter.WriteBytes(writer, finding.Start, finding.End);
                writer.WriteEndObject();
            }
            writer.WriteEndArray();
            writer.WriteEndObject();
        }
        return buffer.WrittenSpan.ToArray();
    }

    /// <summary>The text with every finding replaced by its stable form.</summary>
    /// <exception cref="ConfigException">A finding of the host is malformed.</exception>
    public static byte[] Redact(Scanner scanner, ReadOnlySpan<byte> text, ReadOnlyMemory<byte> external = default)
    {
        var findings = Find(scanner, text, external);
        return findings.Count == 0 ? text.ToArray() : RawEdits.Apply(text, [.. findings.Select(f => new RawEdit(f.Start, f.End, f.Kind.RedactedUtf8))]);
    }

    private static List<Finding> Find(Scanner scanner, ReadOnlySpan<byte> text, ReadOnlyMemory<byte> external)
    {
        var findings = new List<Finding>();
        if (external.IsEmpty)
        {
            scanner.Scan(text, findings);
            return findings;
        }
        var brought = ExternalFindingsReader.Read(external, text).ToArray();
        try
        {
            scanner.Scan(text, findings, brought);
        }
        catch (ScannerOptionException e)
        {
            throw new ConfigException(e.Option, e.Problem);
        }
        return findings;
    }
}
