using IronCage.Runtime.Protections;

namespace IronCage.Runtime.Approvals;

/// <summary>Which uses of tools somebody must approve before the agent sees them.</summary>
/// <param name="Tools">Those that must be approved are the ones that are denied by it.</param>
/// <param name="Timeout">How long a use waits; then it is denied.</param>
internal sealed record ApprovalPolicy(ToolPolicy Tools, TimeSpan Timeout)
{
    public static readonly TimeSpan UsualTimeout = TimeSpan.FromSeconds(300);

    /// <summary>Whether the use of a tool must be approved.</summary>
    public bool Needs(string tool) => Tools.Denies(tool);
}
