using System.Buffers;
using System.Text;
using System.Text.Json;
using IronCage.Core.Json;
using IronCage.Runtime.Calls;
using IronCage.Safety;

namespace IronCage.Runtime.Scanning;

/// <summary>
/// Scans or redacts the texts of a JSON document: its strings, its numbers and the names of its members. The name of a member is context for its value, so that in
/// <c>{"ssn": "…"}</c> the name counts as the word beside the number.
/// </summary>
public sealed class JsonScan
{
    private const int MostDepth = 1000;

    /// <summary>Names longer than that are cut at their beginning: context does not look further.</summary>
    private const int MostContext = 64;

    /// <summary>Bytes of a pointer: many findings below long names would otherwise take the square of the document.</summary>
    private const int MostPointer = 4096;

    private readonly Scanner _scanner;
    private readonly ReadOnlyMemory<byte> _body;
    private readonly IBufferWriter<byte> _output;

    /// <summary>Null: the document is redacted.</summary>
    private readonly Utf8JsonWriter? _writer;

    private readonly List<Finding> _findings = [];
    private readonly List<Step> _path = [];
    private byte[] _text = [];
    private byte[] _joined = [];
    private int _counted;
    private int _codePoints;
    private long _found;
    private int _copied;

    private JsonScan(IBufferWriter<byte> output, Scanner scanner, ReadOnlyMemory<byte> body, Utf8JsonWriter? writer) =>
        (_output, _scanner, _body, _writer) = (output, scanner, body, writer);

    /// <summary>
    /// Writes <c>{"findings": [as of <see cref="TextScan.Scan"/>, with "pointer", "part" ("value", "name"), "body_start", "body_end", "body_byte_start", "body_byte_end"]}</c>: start and
    /// end lie in the text that the string stands for, the others in the document. A pointer of more than 4096 bytes is cut, and ends in <c>…</c>.
    /// </summary>
    /// <exception cref="ConfigException">The body is no JSON document, or beyond the limits of the scanner.</exception>
    public static void Scan(IBufferWriter<byte> output, Scanner scanner, ReadOnlyMemory<byte> body)
    {
        using var writer = new Utf8JsonWriter(output, new JsonWriterOptions { SkipValidation = true });
        writer.WriteStartObject();
        writer.WriteStartArray("findings"u8);
        new JsonScan(output, scanner, body, writer).Run();
        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    /// <summary>
    /// Writes the document with every finding replaced by its stable form; all else stays as it is. A number with a finding becomes a string. Members whose names are redacted
    /// may have the same name then.
    /// </summary>
    /// <exception cref="ConfigException">As of <see cref="Scan"/>.</exception>
    public static void Redact(IBufferWriter<byte> output, Scanner scanner, ReadOnlyMemory<byte> body)
    {
        var scan = new JsonScan(output, scanner, body, writer: null);
        scan.Run();
        scan.Copy(body.Length);
    }

    private void Run()
    {
        try
        {
            ScanLimits.CheckText(_scanner.Options, _body.Length);
            Walk();
        }
        catch (JsonException e)
        {
            throw new ConfigException("body", $"must be one JSON document in UTF-8, at most {MostDepth} deep; it is none at line {e.LineNumber + 1}, byte {e.BytePositionInLine + 1}");
        }
        catch (ScanLimitException e)
        {
            throw new ConfigException(e.Option, e.Problem);
        }
    }

    private void Walk()
    {
        var reader = new Utf8JsonReader(_body.Span, new JsonReaderOptions { MaxDepth = MostDepth });
        while (reader.Read())
        {
            var start = (int)reader.TokenStartIndex;
            var length = reader.ValueSpan.Length;
            switch (reader.TokenType)
            {
                case JsonTokenType.StartObject or JsonTokenType.StartArray:
                    Count();
                    _path.Add(new Step { IsArray = reader.TokenType == JsonTokenType.StartArray, Index = -1, Name = Name() });
                    break;
                case JsonTokenType.EndObject or JsonTokenType.EndArray:
                    _path.RemoveAt(_path.Count - 1);
                    break;
                case JsonTokenType.PropertyName:
                    var name = Decode(start + 1, length, reader.ValueIsEscaped).ToArray();
                    _path[^1].Name = name;
                    Report(name, 0, start + 1, length, reader.ValueIsEscaped, reader.TokenType);
                    break;
                case JsonTokenType.String:
                    Count();
                    Report(Joined(Decode(start + 1, length, reader.ValueIsEscaped), out var before), before, start + 1, length, reader.ValueIsEscaped, reader.TokenType);
                    break;
                case JsonTokenType.Number:
                    Count();
                    Report(Joined(_body.Span.Slice(start, length), out before), before, start, length, isEscaped: false, reader.TokenType);
                    break;
                default:
                    Count();
                    break;
            }
        }
    }

    /// <summary>One more item of the array that the walk is in.</summary>
    private void Count()
    {
        if (_path.Count > 0 && _path[^1].IsArray)
            _path[^1].Index++;
    }

    private byte[] Name() => _path.Count > 0 ? _path[^1].Name : [];

    private ReadOnlySpan<byte> Decode(int start, int length, bool isEscaped)
    {
        var raw = _body.Span.Slice(start, length);
        if (!isEscaped)
            return raw;
        if (_text.Length < length)
            _text = new byte[Math.Max(length, 2 * _text.Length)];
        return _text.AsSpan(0, JsonText.Unescape(raw, _text));
    }

    /// <summary>The value behind the name of its member.</summary>
    private ReadOnlySpan<byte> Joined(ReadOnlySpan<byte> value, out int before)
    {
        ReadOnlySpan<byte> name = Name();
        before = 0;
        if (name.IsEmpty)
            return value;
        name = name[Math.Max(0, name.Length - MostContext)..];
        before = name.Length + 2;
        if (_joined.Length < before + value.Length)
            _joined = new byte[Math.Max(before + value.Length, 2 * _joined.Length)];
        name.CopyTo(_joined);
        ": "u8.CopyTo(_joined.AsSpan(name.Length));
        value.CopyTo(_joined.AsSpan(before));
        return _joined.AsSpan(0, before + value.Length);
    }

    private void Report(ReadOnlySpan<byte> text, int before, int rawStart, int rawLength, bool isEscaped, JsonTokenType token)
    {
        _findings.Clear();
        if (_scanner.Scan(text, _findings) == 0)
            return;
        ScanLimits.CheckFindings(_scanner.Options, _found += _findings.Count);
        var raw = _body.Span.Slice(rawStart, rawLength);
        int rawAt = 0, textAt = 0;
        var places = new CodePointCursor(text[before..]);
        var isOpen = false;
        foreach (var finding in _findings)
        {
            if (finding.End <= before)
                continue; // in the name, which is told by itself
            var from = Math.Max(finding.Start, before);
            int rawFrom = from - before, rawTo = finding.End - before;
            if (isEscaped)
            {
                rawFrom = JsonText.RawOffset(raw, rawAt, textAt, from - before, roundUp: false);
                rawTo = JsonText.RawOffset(raw, rawFrom, from - before, finding.End - before, roundUp: true);
                (rawAt, textAt) = (rawTo, finding.End - before);
            }
            if (_writer is null)
            {
                if (token == JsonTokenType.Number && !isOpen)
                {
                    Copy(rawStart);
                    _output.Write("\""u8);
                    isOpen = true;
                }
                Copy(rawStart + rawFrom);
                _output.Write(finding.Kind.RedactedUtf8.Span);
                _copied = Math.Max(_copied, rawStart + rawTo);
                continue;
            }
            _writer.WriteStartObject();
            FindingsWriter.Write(_writer, finding.Kind, places.At(from - before), places.At(finding.End - before), finding.Score, finding.Evidence);
            FindingsWriter.WriteBytes(_writer, from - before, finding.End - before);
            _writer.WriteString("pointer"u8, Pointer());
            _writer.WriteString("part"u8, token == JsonTokenType.PropertyName ? "name"u8 : "value"u8);
            _writer.WriteNumber("body_start"u8, InBody(rawStart + rawFrom));
            _writer.WriteNumber("body_end"u8, InBody(rawStart + rawTo));
            _writer.WriteNumber("body_byte_start"u8, rawStart + rawFrom);
            _writer.WriteNumber("body_byte_end"u8, rawStart + rawTo);
            _writer.WriteEndObject();
        }
        if (isOpen)
        {
            Copy(rawStart + rawLength);
            _output.Write("\""u8);
        }
    }

    /// <summary>Writes what of the document is not written yet, up to a place.</summary>
    private void Copy(int to)
    {
        if (to > _copied)
            _output.Write(_body.Span[_copied..to]);
        _copied = Math.Max(_copied, to);
    }

    /// <summary>A place of the body in code points; places come in ascending order.</summary>
    private int InBody(int place)
    {
        _codePoints += CodePoints.Count(_body.Span[_counted..place]);
        _counted = place;
        return _codePoints;
    }

    /// <summary>RFC 6901.</summary>
    private string Pointer()
    {
        var pointer = new StringBuilder();
        var room = MostPointer;
        foreach (var step in _path)
        {
            room -= 1 + (step.IsArray ? 10 : step.Name.Length);
            if (room < 0)
                return pointer.Append('…').ToString();
            pointer.Append('/');
            if (step.IsArray)
                pointer.Append(step.Index);
            else
                pointer.Append(Encoding.UTF8.GetString(step.Name).Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal));
        }
        return pointer.ToString();
    }

    private sealed class Step
    {
        public bool IsArray { get; init; }
        public int Index { get; set; }
        public byte[] Name { get; set; } = [];
    }
}
