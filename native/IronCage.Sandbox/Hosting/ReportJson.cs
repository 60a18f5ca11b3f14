using System.Buffers;
using System.Text.Json;
using IronCage.Sandbox.Policy;

namespace IronCage.Sandbox.Hosting;

/// <summary>What a policy enforces on this kernel, as JSON for hosts.</summary>
internal static class ReportJson
{
    public static byte[] Write(ConfiguredSandbox sandbox)
    {
        var compiled = sandbox.Compiled;
        var bytes = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(bytes))
        {
            json.WriteStartObject();
            json.WriteNumber("landlock_abi", compiled.Landlock?.Abi ?? 0);
            json.WriteStartArray("enforced");
            foreach (var item in compiled.Enforced)
            {
                json.WriteStartObject();
                json.WriteString("option", item.Option);
                json.WriteString("by", item.By);
                json.WriteEndObject();
            }
            json.WriteEndArray();
            json.WriteStartArray("losses");
            foreach (var loss in compiled.Losses)
            {
                json.WriteStartObject();
                json.WriteString("option", loss.Option);
                json.WriteString("reason", loss.Reason);
                json.WriteEndObject();
            }
            json.WriteEndArray();
            json.WriteStartArray("paths");
            foreach (var rule in compiled.Landlock?.PathRules ?? [])
            {
                json.WriteStartObject();
                json.WriteString("path", rule.Path);
                json.WriteString("access", rule.Access.ToString());
                json.WriteEndObject();
            }
            json.WriteEndArray();
            json.WriteStartArray("environment");
            foreach (var line in compiled.Environment)
                json.WriteStringValue(line[..Math.Max(0, line.IndexOf('=', StringComparison.Ordinal))]);
            json.WriteEndArray();
            json.WriteStartArray("allowed_domains");
            foreach (var rule in compiled.Policy.Domains.Allowed)
                json.WriteStringValue(rule.ToString());
            json.WriteEndArray();
            json.WriteStartArray("explanation");
            foreach (var line in PolicyExplanation.Lines(compiled))
                json.WriteStringValue(line);
            json.WriteEndArray();
            json.WriteNumber("filter_instructions", compiled.Filter?.Programme.Length ?? 0);
            json.WriteNumber("filter_rules", compiled.Filter?.Rules.Length ?? 0);
            json.WriteEndObject();
        }
        return bytes.WrittenSpan.ToArray();
    }
}
