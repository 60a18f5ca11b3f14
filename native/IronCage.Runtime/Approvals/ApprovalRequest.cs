using System.Globalization;
using System.Text;
using System.Text.Json;
using IronCage.Runtime.Protections;

namespace IronCage.Runtime.Approvals;

/// <summary>One use of a tool that one protection wants approved.</summary>
/// <param name="Id">Names it: 32 hexadecimal digits.</param>
/// <param name="Protection">Who wants it.</param>
/// <param name="Tool">The tool.</param>
/// <param name="Arguments">What it is used with, as the agent would see it. Content: for who decides, and for nobody else.</param>
/// <param name="Call">The call whose answer it is.</param>
/// <param name="Model">The model.</param>
/// <param name="At">Since when it waits.</param>
internal sealed record ApprovalRequest(string Id, Protection Protection, string Tool, string Arguments, Guid Call, string Model, DateTimeOffset At)
{
    /// <summary><c>{"id", "protection", "agent_id", "tool", "arguments", "call", "model", "at"}</c>.</summary>
    public void Write(Utf8JsonWriter writer)
    {
        writer.WriteStartObject();
        writer.WriteString("id", Id);
        writer.WriteString("protection", Protection.Handle.ToString(CultureInfo.InvariantCulture));
        writer.WriteString("agent_id", Protection.Options.AgentId);
        writer.WriteString("tool", Tool);
        writer.WriteString("arguments", Arguments);
        writer.WriteString("call", Call.ToString("N"));
        writer.WriteString("model", Model);
        writer.WriteString("at", At.UtcDateTime);
        writer.WriteEndObject();
    }

    /// <summary>As <see cref="Write"/>.</summary>
    public string ToJson()
    {
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer))
            Write(writer);
        return Encoding.UTF8.GetString(buffer.GetBuffer(), 0, (int)buffer.Length);
    }

    /// <summary>Of events and audit entries: no arguments.</summary>
    public string Details(string? reason = null) => JsonDetails.Write(writer =>
    {
        writer.WriteString("id", Id);
        writer.WriteString("call", Call.ToString("N"));
        writer.WriteString("tool", Tool);
        writer.WriteString("model", Model);
        if (reason is not null)
            writer.WriteString("reason", reason);
    });
}
