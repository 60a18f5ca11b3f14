using System.Text.Json;
using IronCage.Core.Ledger;

namespace IronCage.Runtime.Protections;

/// <summary>The change of <c>ironcage_protection_change</c>.</summary>
public static class ProtectionChange
{
    private const int LongestId = 100;
    private const int LongestReason = 1000;
    private const string UsualReason = "denied";

    /// <summary>Makes it.</summary>
    /// <returns><c>{"changed", "stopped", "approvals"}</c>, as it is afterwards.</returns>
    /// <exception cref="ConfigException">It is none, or cannot be made.</exception>
    /// <exception cref="StoreException">The store could not be read or written.</exception>
    public static byte[] Make(Protection protection, ReadOnlyMemory<byte> json)
    {
        ArgumentNullException.ThrowIfNull(protection);
        var resumes = false;
        string? approve = null, deny = null, reason = null;
        using (var document = OptionsJson.Parse(json))
        {
            foreach (var property in document.RootElement.EnumerateObject())
            {
                switch (property.Name)
                {
                    case "resume": resumes = OptionsJson.Bool(property.Value, property.Name); break;
                    case "approve": approve = OptionsJson.Text(property.Value, property.Name, LongestId); break;
                    case "deny": deny = OptionsJson.Text(property.Value, property.Name, LongestId); break;
                    case "reason": reason = OptionsJson.Text(property.Value, property.Name, LongestReason); break;
                    default: throw new ConfigException(property.Name, "is not a change; accepted are resume, approve, deny and reason");
                }
            }
        }
        if (approve is not null && deny is not null)
            throw new ConfigException("deny", "cannot be given together with approve");
        if (reason is not null && deny is null)
            throw new ConfigException("reason", "belongs to deny");
        var changed = resumes && protection.Resume();
        if (approve is not null)
            changed |= protection.DecideApproval(approve, denied: null);
        else if (deny is not null)
            changed |= protection.DecideApproval(deny, denied: reason ?? UsualReason);
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            writer.WriteBoolean("changed", changed);
            writer.WriteString("stopped", protection.StopReason);
            writer.WriteStartArray("approvals");
            foreach (var request in protection.WaitingApprovals)
                request.Write(writer);
            writer.WriteEndArray();
            writer.WriteEndObject();
        }
        return buffer.ToArray();
    }
}
