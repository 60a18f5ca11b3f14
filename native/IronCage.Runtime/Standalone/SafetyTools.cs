using System.Buffers;
using System.Text.Json;
using IronCage.Lang;
using IronCage.Runtime.Calls;
using IronCage.Safety;

namespace IronCage.Runtime.Standalone;

/// <summary>The safety engine on its own: what <c>scan</c> and <c>redact</c> give.</summary>
public static class SafetyTools
{
    /// <summary><c>{"findings": [{"kind", "start", "end", "score"}]}</c>, places in code points.</summary>
    public static byte[] Scan(Engine engine, ReadOnlySpan<byte> text)
    {
        var findings = new List<Finding>();
        engine.Scanner.Scan(text, findings);
        var buffer = new ArrayBufferWriter<byte>(64 + 96 * findings.Count);
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            writer.WriteStartArray("findings");
            int at = 0, codePoints = 0;
            foreach (var finding in findings)
            {
                codePoints += CodePoints.Count(text[at..finding.Start]);
                writer.WriteStartObject();
                writer.WriteString("kind", finding.Kind.Name);
                writer.WriteNumber("start", codePoints);
                codePoints += CodePoints.Count(text[finding.Start..finding.End]);
                writer.WriteNumber("end", codePoints);
                writer.WriteNumber("score", Math.Round(finding.Score, 3));
                writer.WriteEndObject();
                at = finding.End;
            }
            writer.WriteEndArray();
            writer.WriteEndObject();
        }
        return buffer.WrittenSpan.ToArray();
    }

    /// <summary>The text with every finding replaced by its stable form.</summary>
    public static byte[] Redact(Engine engine, ReadOnlySpan<byte> text)
    {
        var findings = new List<Finding>();
        if (engine.Scanner.Scan(text, findings) == 0)
            return text.ToArray();
        return RawEdits.Apply(text, [.. findings.Select(f => new RawEdit(f.Start, f.End, f.Kind.RedactedUtf8))]);
    }
}
