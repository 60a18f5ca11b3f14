using System.Buffers;
using System.Text.Json;
using IronCage.Runtime.Calls;
using IronCage.Safety;

namespace IronCage.Runtime.Scanning;

/// <summary>The scan of a text that arrives in pieces; tells places in code points too, so it keeps the bytes that are not decided. One thread at a time.</summary>
public sealed class StreamScan(Scanner scanner)
{
    private readonly ScanStream _stream = scanner.OpenStream();
    private readonly List<StreamFinding> _findings = [];
    private byte[] _window = [];
    private int _length;
    private long _start;
    private long _codePoints;

    /// <summary>Where the finding begins whose parts are handed out.</summary>
    private long _partStart;

    /// <summary>Whether the text has ended.</summary>
    public bool HasEnded { get; private set; }

    /// <summary>
    /// Takes a piece: <c>{"findings": [as of <see cref="TextScan.Scan"/>], "decided": code points, "decided_bytes": bytes}</c>. No later finding begins before what is decided.
    /// A finding in parts (<see cref="StreamFinding.IsOpen"/>) has "from" and "byte_from", where the part begins, and "open".
    /// </summary>
    public byte[] Push(ReadOnlySpan<byte> piece, bool final)
    {
        HasEnded = final;
        if (_window.Length < _length + piece.Length)
            Array.Resize(ref _window, Math.Max(_length + piece.Length, 2 * _window.Length));
        piece.CopyTo(_window.AsSpan(_length));
        _length += piece.Length;
        _findings.Clear();
        var decided = _stream.Push(piece, final, _findings);
        var buffer = new ArrayBufferWriter<byte>(96 + 144 * _findings.Count);
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            writer.WriteStartArray("findings"u8);
            foreach (var finding in _findings)
            {
                writer.WriteStartObject();
                var from = Advance(finding.From);
                if (finding.From == finding.Start)
                    _partStart = from;
                FindingsWriter.Write(writer, finding.Kind, _partStart, Advance(finding.End), finding.Score, finding.Evidence);
                FindingsWriter.WriteBytes(writer, finding.Start, finding.End);
                if (finding.IsOpen || finding.From > finding.Start)
                {
                    writer.WriteNumber("from"u8, from);
                    writer.WriteNumber("byte_from"u8, finding.From);
                    writer.WriteBoolean("open"u8, finding.IsOpen);
                }
                writer.WriteEndObject();
            }
            writer.WriteEndArray();
            writer.WriteNumber("decided"u8, Advance(decided));
            writer.WriteNumber("decided_bytes"u8, decided);
            writer.WriteEndObject();
        }
        return buffer.WrittenSpan.ToArray();
    }

    private long Advance(long to)
    {
        var count = (int)Math.Min(to - _start, _length);
        if (count > 0)
        {
            _codePoints += CodePoints.Count(_window.AsSpan(0, count));
            _window.AsSpan(count, _length - count).CopyTo(_window);
            _length -= count;
            _start += count;
        }
        return _codePoints;
    }
}
