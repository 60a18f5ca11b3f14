using System.Collections.Immutable;

namespace IronCage.Sandbox.Kernel;

/// <summary>What of cgroup v2 this process may use.</summary>
/// <param name="Path">The folder in which groups of our own can be made (that of this process), absolute, or null: none.</param>
/// <param name="Controllers">Controllers that groups made there can have: "memory", "pids", "cpu".</param>
/// <param name="Reason">Why there is none, for people, or null.</param>
public sealed record CgroupSupport(string? Path, ImmutableArray<string> Controllers, string? Reason)
{
    /// <summary>No cgroup v2.</summary>
    public static CgroupSupport None(string reason) => new(null, [], reason);
}
