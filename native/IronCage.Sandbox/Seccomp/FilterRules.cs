using System.Collections.Immutable;
using IronCage.Sandbox.Landlock;
using IronCage.Sandbox.Policy;

namespace IronCage.Sandbox.Seccomp;

/// <summary>The rules of a policy, in order.</summary>
internal static class FilterRules
{
    /// <param name="policy">What the user asked for.</param>
    /// <param name="handledFs">Rights on files that Landlock handles.</param>
    /// <param name="handledNet">Rights on ports that the kernel has.</param>
    /// <param name="scoped">Scopes that Landlock holds.</param>
    /// <param name="supervised">Whether a filter can ask a supervisor.</param>
    public static ImmutableArray<FilterRule> Of(SandboxPolicy policy, FsRights handledFs, NetRights handledNet, Scopes scoped, bool supervised) =>
    [
        .. DeniedCalls.Rules(),
        .. ArgumentRules.Rules(supervised),
        .. SignalRules.Rules(scoped.HasFlag(Scopes.Signal), supervised),
        .. NetworkRules.Rules(policy.Network, handledNet, supervised, !policy.Domains.IsNone),
        .. FileRules.Rules(handledFs, supervised),
    ];
}
