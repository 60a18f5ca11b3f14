using System.Buffers;
using System.Globalization;
using System.Text;
using IronCage.Core.Audit;

namespace IronCage.Runtime.Standalone;

/// <summary>CSV of RFC 4180. The texts are those that were hashed, character for character.</summary>
internal sealed class CsvAuditLines(IBufferWriter<byte> output) : AuditLines(output)
{
    private static readonly SearchValues<char> Quoted = SearchValues.Create(",\"\r\n");

    private readonly StringBuilder _line = new();

    public override void Begin() => Put("id,agent_id,event_type,timestamp,details,hash\r\n"u8);

    public override void Write(AuditRecord record)
    {
        _line.Clear().Append(record.Id.ToString(CultureInfo.InvariantCulture));
        foreach (var text in (ReadOnlySpan<string>)[record.AgentId, record.EventType, record.Timestamp, record.Details, record.Hash])
        {
            _line.Append(',');
            if (text.AsSpan().ContainsAny(Quoted))
                _line.Append('"').Append(text.Replace("\"", "\"\"", StringComparison.Ordinal)).Append('"');
            else
                _line.Append(text);
        }
        Put(Encoding.UTF8.GetBytes(_line.Append("\r\n").ToString()));
    }
}
