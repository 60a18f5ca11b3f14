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
            Objects(json, "enforced", compiled.Enforced, "option", static item => item.Option, "by", static item => item.By);
            Objects(json, "losses", compiled.Losses, "option", static loss => loss.Option, "reason", static loss => loss.Reason);
            Objects(json, "paths", compiled.Landlock?.PathRules ?? [], "path", static rule => rule.Path, "access", static rule => rule.Access.ToString());
            Texts(json, "environment", compiled.Environment.Select(static line => line[..Math.Max(0, line.IndexOf('=', StringComparison.Ordinal))]));
            Texts(json, "allowed_domains", compiled.Policy.Domains.Allowed.Select(static rule => rule.ToString()));
            Texts(json, "explanation", PolicyExplanation.Lines(compiled));
            json.WriteNumber("filter_instructions", compiled.Filter?.Programme.Length ?? 0);
            json.WriteNumber("filter_rules", compiled.Filter?.Rules.Length ?? 0);
            json.WriteEndObject();
        }
        return bytes.WrittenSpan.ToArray();
    }

    private static void Objects<T>(Utf8JsonWriter json, string name, IEnumerable<T> items, string first, Func<T, string> firstOf, string second, Func<T, string> secondOf)
    {
        json.WriteStartArray(name);
        foreach (var item in items)
        {
            json.WriteStartObject();
            json.WriteString(first, firstOf(item));
            json.WriteString(second, secondOf(item));
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    private static void Texts(Utf8JsonWriter json, string name, IEnumerable<string> texts)
    {
        json.WriteStartArray(name);
        foreach (var text in texts)
            json.WriteStringValue(text);
        json.WriteEndArray();
    }
}
