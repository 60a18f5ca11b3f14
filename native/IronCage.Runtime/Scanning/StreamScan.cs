using System.Buffers;
using System.Text.Json;
using IronCage.Runtime.Calls;
using IronCage.Safety;

namespace IronCage.Runtime.Scanning;

/// <summary>
/// The scan of a text that arrives in pieces; tells places in code points too, so it keeps the bytes that are not decided. However long the text is, it keeps no more than
/// those and a part of a piece; a piece, and what is found with it, is held to the scanner's limits. One thread at a time.
/// </summary>
public sealed class StreamScan(Scanner scanner)
{
    /// <summary>A piece is taken in parts: the memory that it takes.</summary>
    private const int MostAtOnce = 1 << 16;

    private readonly ScanStream _stream = scanner.OpenStream();
    private readonly List<StreamFinding> _findings = [];
    private readonly PieceWindow _window = new();

    /// <summary>Where the finding begins whose parts are handed out.</summary>
    private long _partStart;

    /// <summary>Whether the text has ended.</summary>
    public bool HasEnded { get; private set; }

    /// <summary>
    /// Takes a piece and writes <c>{"findings": [as of <see cref="TextScan.Scan"/>], "decided": code points, "decided_bytes": bytes}</c>. No later finding begins before what
    /// is decided. A finding in parts (<see cref="StreamFinding.IsOpen"/>) has "from" and "byte_from", where the part begins, and "open".
    /// </summary>
    /// <exception cref="ConfigException">The piece is longer than the scanner takes at once, which changes nothing, or has more findings, which ends the text.</exception>
    public void Push(IBufferWriter<byte> output, ReadOnlySpan<byte> piece, bool final)
    {
        try
        {
            ScanLimits.CheckText(scanner.Options, piece.Length);
            HasEnded = true; // until all went well
            Write(output, piece, final);
            HasEnded = final;
        }
        catch (ScanLimitException e)
        {
            throw new ConfigException(e.Option, e.Problem);
        }
    }

    private void Write(IBufferWriter<byte> output, ReadOnlySpan<byte> piece, bool final)
    {
        using var writer = new Utf8JsonWriter(output, new JsonWriterOptions { SkipValidation = true });
        writer.WriteStartObject();
        writer.WriteStartArray("findings"u8);
        long decided, count = 0;
        do
        {
            var part = piece[..Math.Min(piece.Length, MostAtOnce)];
            piece = piece[part.Length..];
            _window.Append(part);
            _findings.Clear();
            decided = _stream.Push(part, final && piece.IsEmpty, _findings);
            ScanLimits.CheckFindings(scanner.Options, count += _findings.Count);
            foreach (var finding in _findings)
            {
                writer.WriteStartObject();
                var from = _window.Advance(finding.From);
                if (finding.From == finding.Start)
                    _partStart = from;
                FindingsWriter.Write(writer, finding.Kind, _partStart, _window.Advance(finding.End), finding.Score, finding.Evidence);
                FindingsWriter.WriteBytes(writer, finding.Start, finding.End);
                if (finding.IsOpen || finding.From > finding.Start)
                {
                    writer.WriteNumber("from"u8, from);
                    writer.WriteNumber("byte_from"u8, finding.From);
                    writer.WriteBoolean("open"u8, finding.IsOpen);
                }
                writer.WriteEndObject();
            }
            _window.Advance(decided);
        }
        while (!piece.IsEmpty);
        writer.WriteEndArray();
        writer.WriteNumber("decided"u8, _window.CodePointCount);
        writer.WriteNumber("decided_bytes"u8, decided);
        writer.WriteEndObject();
    }
}
