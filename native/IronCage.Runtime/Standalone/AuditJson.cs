using System.Buffers;
using System.Text.Json;
using IronCage.Core.Audit;
using IronCage.Runtime.Protections;

namespace IronCage.Runtime.Standalone;

/// <summary>What is verified and pruned, as JSON.</summary>
internal static class AuditJson
{
    public static byte[] Write(AuditVerification found) => Write(json =>
    {
        json.WriteBoolean("complete", found.IsComplete);
        json.WriteNumber("entries", found.Check.Entries);
        Write(json, "head", found.Head);
        Write(json, "checkpoint", found.Checkpoint);
        Write(json, found.Fault);
        if (found.IsComplete)
        {
            json.WriteNull("next");
            return;
        }
        json.WriteStartObject("next");
        json.WriteString("at", found.Check.At.ToString());
        json.WriteNumber("entries", found.Check.Entries);
        json.WriteBoolean("head_seen", found.Check.HeadSeen);
        json.WriteNumber("recorded", found.Check.Recorded);
        json.WriteEndObject();
    });

    public static byte[] Write(AuditPruning pruning) => Write(json =>
    {
        json.WriteNumber("entries", pruning.Entries);
        Write(json, "checkpoint", pruning.Checkpoint);
        Write(json, pruning.Fault);
    });

    /// <summary>A place in the chain: <c>ENTRY:HASH</c>, or a hash.</summary>
    public static AuditLink Link(JsonElement value, string name) =>
        value.ValueKind == JsonValueKind.String && AuditLink.TryParse(value.GetString()!, out var link)
            ? link
            : throw new ConfigException(name, "must be a hash of 64 lower-case hexadecimal digits, or ENTRY:HASH, as verify gives it");

    public static long Entry(JsonElement value, string name) =>
        value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out var entry) && entry >= 0 ? entry : throw new ConfigException(name, "must be the number of an entry, 0 or more");

    /// <summary>What <see cref="Write(AuditVerification)"/> gave as "next".</summary>
    public static AuditCheck Check(JsonElement value, string name)
    {
        if (value.ValueKind != JsonValueKind.Object || value.EnumerateObject().Count() != 4)
            throw Wrong();
        return new AuditCheck(Link(Member("at"), name), Entry(Member("entries"), name), OptionsJson.Bool(Member("head_seen"), name), Entry(Member("recorded"), name));

        JsonElement Member(string member) => value.TryGetProperty(member, out var found) ? found : throw Wrong();

        ConfigException Wrong() => new(name, "must be the \"next\" of the verification that is gone on with");
    }

    private static byte[] Write(Action<Utf8JsonWriter> members)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            members(json);
            json.WriteEndObject();
        }
        return buffer.WrittenSpan.ToArray();
    }

    private static void Write(Utf8JsonWriter json, string name, AuditLink? link)
    {
        if (link is null)
            json.WriteNull(name);
        else
            json.WriteString(name, link.ToString());
    }

    private static void Write(Utf8JsonWriter json, AuditFault? fault)
    {
        if (fault is null)
        {
            json.WriteNull("fault");
            return;
        }
        json.WriteStartObject("fault");
        json.WriteNumber("entry", fault.Entry);
        json.WriteString("kind", fault.Kind switch
        {
            AuditFaultKind.Changed => "changed",
            AuditFaultKind.Removed => "removed",
            AuditFaultKind.Inserted => "inserted",
            AuditFaultKind.Reordered => "reordered",
            _ => "truncated",
        });
        json.WriteString("message", fault.Message);
        json.WriteEndObject();
    }
}
