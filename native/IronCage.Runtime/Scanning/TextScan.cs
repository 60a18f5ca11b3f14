using System.Buffers;
using System.Text.Json;
using IronCage.Runtime.Calls;
using IronCage.Safety;

namespace IronCage.Runtime.Scanning;

/// <summary>
/// Scans and redacts whole texts with one scanner. A text beyond the scanner's limits is a <see cref="ConfigException"/> that names the limit; what was written by then is
/// not to be used.
/// </summary>
public static class TextScan
{
    /// <summary>Findings that a thread keeps room for from one text to the next.</summary>
    private const int KeptCapacity = 4096;

    [ThreadStatic]
    private static List<Finding>? kept;

    /// <summary>The findings of a text, ascending and disjoint. The list is this thread's, until its next text.</summary>
    /// <param name="scanner">What looks.</param>
    /// <param name="text">Where.</param>
    /// <param name="external">Findings of the host, as JSON; empty: none.</param>
    /// <exception cref="ConfigException">A finding of the host is malformed.</exception>
    public static List<Finding> Find(Scanner scanner, ReadOnlySpan<byte> text, ReadOnlyMemory<byte> external = default)
    {
        ArgumentNullException.ThrowIfNull(scanner);
        var findings = kept ??= [];
        findings.Clear();
        try
        {
            if (external.IsEmpty)
                scanner.Scan(text, findings);
            else
                scanner.Scan(text, findings, ExternalFindingsReader.Read(external, text).ToArray());
        }
        catch (ScannerOptionException e)
        {
            throw new ConfigException(e.Option, e.Problem);
        }
        catch (ScanLimitException e)
        {
            throw new ConfigException(e.Option, e.Problem);
        }
        finally
        {
            if (findings.Capacity > KeptCapacity)
                kept = null;
        }
        return findings;
    }

    /// <summary>As <see cref="Find"/>, some findings at a time.</summary>
    /// <param name="scanner">What looks.</param>
    /// <param name="text">Where.</param>
    public static FindingBatches Batches(Scanner scanner, ReadOnlySpan<byte> text)
    {
        ArgumentNullException.ThrowIfNull(scanner);
        try
        {
            return scanner.Batches(text);
        }
        catch (ScanLimitException e)
        {
            throw new ConfigException(e.Option, e.Problem);
        }
    }

    /// <summary>Moves on.</summary>
    /// <param name="batches">Those of <see cref="Batches"/>.</param>
    /// <param name="batch">As of <see cref="FindingBatches.Next"/>.</param>
    public static bool Next(ref FindingBatches batches, out ReadOnlySpan<Finding> batch)
    {
        try
        {
            return batches.Next(out batch);
        }
        catch (ScanLimitException e)
        {
            throw new ConfigException(e.Option, e.Problem);
        }
    }

    /// <summary>Writes <c>{"findings": [{"kind", "start", "end", "score", "evidence", "byte_start", "byte_end"}]}</c>; start and end in code points.</summary>
    /// <param name="output">Where to.</param>
    /// <param name="scanner">What looks.</param>
    /// <param name="text">Where.</param>
    /// <param name="external">As of <see cref="Find"/>.</param>
    public static void Scan(IBufferWriter<byte> output, Scanner scanner, ReadOnlySpan<byte> text, ReadOnlyMemory<byte> external = default)
    {
        var findings = Find(scanner, text, external);
        using var writer = new Utf8JsonWriter(output, new JsonWriterOptions { SkipValidation = true });
        writer.WriteStartObject();
        writer.WriteStartArray("findings"u8);
        var places = new CodePointCursor(text);
        foreach (var finding in findings)
        {
            writer.WriteStartObject();
            FindingsWriter.Write(writer, finding.Kind, places.At(finding.Start), places.At(finding.End), finding.Score, finding.Evidence);
            FindingsWriter.WriteBytes(writer, finding.Start, finding.End);
            writer.WriteEndObject();
        }
        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    /// <summary>Writes the text with every finding replaced by its stable form.</summary>
    /// <param name="output">Where to.</param>
    /// <param name="scanner">What looks.</param>
    /// <param name="text">Where.</param>
    /// <param name="external">As of <see cref="Find"/>.</param>
    public static void Redact(IBufferWriter<byte> output, Scanner scanner, ReadOnlySpan<byte> text, ReadOnlyMemory<byte> external = default)
    {
        ArgumentNullException.ThrowIfNull(output);
        var at = 0;
        foreach (var finding in Find(scanner, text, external))
        {
            output.Write(text[at..finding.Start]);
            output.Write(finding.Kind.RedactedUtf8.Span);
            at = finding.End;
        }
        output.Write(text[at..]);
    }
}
