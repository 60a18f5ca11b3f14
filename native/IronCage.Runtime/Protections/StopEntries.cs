using IronCage.Core.Audit;

namespace IronCage.Runtime.Protections;

/// <summary>The audit entries of kill switches.</summary>
internal static class StopEntries
{
    /// <param name="agent">Whose switch was thrown.</param>
    /// <param name="why">The reason that was given.</param>
    /// <param name="by">"hand", "file" or "command".</param>
    /// <param name="at">When.</param>
    public static AuditEntry Stopped(string agent, string why, string by, DateTimeOffset at) => new(agent, "agent.stopped", at, JsonDetails.Write(writer =>
    {
        writer.WriteString("why", why);
        writer.WriteString("by", by);
    }));

    public static AuditEntry Resumed(string agent, DateTimeOffset at, string by = "hand") => new(agent, "agent.resumed", at, JsonDetails.Write(writer => writer.WriteString("by", by)));
}
