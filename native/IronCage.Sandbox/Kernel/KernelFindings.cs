using System.Collections.Immutable;
using IronCage.Sandbox.Landlock;

namespace IronCage.Sandbox.Kernel;

/// <summary>Tells people what a kernel can enforce, what would fail, and what to do about it.</summary>
public static class KernelFindings
{
    private const string NeedsLinux = "run it on Linux 5.13 or later, on x86-64 or arm64";

    /// <summary>The findings, in the order in which a person would look.</summary>
    public static ImmutableArray<Finding> Of(KernelSupport kernel)
    {
        ArgumentNullException.ThrowIfNull(kernel);
        if (kernel.Architecture is not { } architecture)
            return [new Finding(FindingLevel.Missing, "system", "no Linux on x86-64 or arm64", NeedsLinux)];
        return
        [
            new Finding(FindingLevel.Fine, "system", $"Linux {kernel.Release}, {(architecture == CpuArchitecture.X64 ? "x86-64" : "arm64")}, user {kernel.UserId}", null),
            .. LandlockFindings(kernel),
            Seccomp(kernel),
            Calls(kernel),
            Tree(kernel),
            .. Surroundings(kernel),
        ];
    }

    private static IEnumerable<Finding> LandlockFindings(KernelSupport kernel)
    {
        if (kernel.LandlockAbi == 0)
        {
            yield return kernel.LandlockError switch
            {
                Errors.NotImplemented => new Finding(FindingLevel.Missing, "Landlock", "the kernel has none", "use Linux 5.13 or later, built with CONFIG_SECURITY_LANDLOCK"),
                Errors.NotSupported => new Finding(FindingLevel.Missing, "Landlock", "it is turned off at boot", $"add landlock to the lsm= list of the kernel's command line{Modules(kernel)}"),
                Errors.NotPermitted => new Finding(FindingLevel.Missing, "Landlock", "a filter of the container denies it", "allow landlock_create_ruleset, landlock_add_rule and landlock_restrict_self in the container's seccomp profile"),
                _ => new Finding(FindingLevel.Missing, "Landlock", $"it cannot be used (errno {kernel.LandlockError})", null),
            };
            yield break;
        }
        var known = Math.Min(kernel.LandlockAbi, LandlockTable.NewestAbi);
        yield return new Finding(FindingLevel.Fine, "Landlock", $"ABI {kernel.LandlockAbi}: {Paths(kernel)}", null);
        if (kernel.LandlockFs != LandlockTable.FsOf(known) || kernel.LandlockNet != LandlockTable.NetOf(known) || kernel.LandlockScopes != LandlockTable.ScopesOf(known))
        {
            yield return new Finding(FindingLevel.Limited, "Landlock", $"rulesets could not be made with all that ABI {known} has: some of it is left out of this kernel",
                "see whether the kernel is built with networking, and which patches it has");
        }
        if (!kernel.LandlockScopes.HasFlag(Scopes.Signal))
            yield return kernel.SeccompNotifications
                ? new Finding(FindingLevel.Limited, "signals", "the supervisor sends them, which is slower: scopes come with ABI 6", null)
                : new Finding(FindingLevel.Missing, "signals", "processes outside could be ended: scopes come with ABI 6", "use Linux 6.12 or later, or best_effort=True, which reports the loss");
        if (!kernel.LandlockNet.HasFlag(NetRights.ConnectTcp))
            yield return new Finding(FindingLevel.Limited, "ports", "the network can be off or open, not open for single ports: they come with ABI 4", "use Linux 6.7 or later for allow_network=[443]");
        else if (!kernel.LandlockNet.HasFlag(NetRights.ConnectSendUdp))
            yield return new Finding(FindingLevel.Limited, "UDP", "it can be off or open, not open for single ports: they come with ABI 10", "use {\"udp\": true} or Linux 7.2");
        if (!kernel.LandlockRestrictFlags.HasFlag(RestrictFlags.ThreadSync))
            yield return new Finding(FindingLevel.Limited, "with Sandbox(...)", "a process with threads cannot be confined in place (ABI 8): a forked child goes on with the program",
                "use exec or run where the program has threads");
    }

    private static Finding Seccomp(KernelSupport kernel) => kernel switch
    {
        { SeccompFilters: false } => new Finding(FindingLevel.Missing, "seccomp", "filters cannot be installed", "use a kernel with CONFIG_SECCOMP_FILTER; in a container, allow seccomp in its profile"),
        { SeccompNotifications: false } => new Finding(FindingLevel.Missing, "seccomp", "filters cannot ask a supervisor: limits, processes and modes of files are not held", "use Linux 5.5 or later"),
        { AlreadyFiltered: true } => new Finding(FindingLevel.Limited, "seccomp",
            "this process runs under a filter already, a container's or another sandbox's: where that one has a listener, no sandbox can start in it", "where it fails, start the sandbox from outside"),
        _ => new Finding(FindingLevel.Fine, "seccomp", $"filters and notifications ({kernel.SeccompSizes.Request}, {kernel.SeccompSizes.Response} and {kernel.SeccompSizes.Data} bytes)", null),
    };

    private static Finding Calls(KernelSupport kernel)
    {
        string[] missing =
        [
            .. kernel.ProcessDescriptors ? Array.Empty<string>() : ["pidfd_open"],
            .. kernel.OpenBeneath ? Array.Empty<string>() : ["openat2"],
            .. kernel.CloseRange ? Array.Empty<string>() : ["close_range"],
        ];
        return missing.Length == 0
            ? new Finding(FindingLevel.Fine, "system calls", "pidfd_open, openat2 and close_range are there", null)
            : new Finding(FindingLevel.Missing, "system calls", $"{string.Join(" and ", missing)} cannot be used", "a container's filter may deny them: allow them in its seccomp profile");
    }

    private static Finding Tree(KernelSupport kernel) => new(FindingLevel.Limited, "memory of the tree", kernel.Cgroup.Controllers.Contains("memory")
        ? $"the supervisor watches it; the group at {kernel.Cgroup.Path}, which could hold it, is not used yet"
        : $"the supervisor watches it; cgroup v2 could not hold it: {kernel.Cgroup.Reason ?? "the memory controller is not handed on"}", null);

    private static IEnumerable<Finding> Surroundings(KernelSupport kernel)
    {
        if (kernel.UserId == 0)
            yield return new Finding(FindingLevel.Limited, "user", "root: capabilities are dropped, but files of root stay its own", "run it as an ordinary user where that is possible");
        if (kernel.PtraceScope >= 2 && kernel.UserId != 0)
            yield return new Finding(FindingLevel.Limited, "ptrace_scope",
                $"kernel.yama.ptrace_scope is {kernel.PtraceScope}: the supervisor cannot read the arguments of its processes, so modes and owners of files cannot be changed", "set it to 1");
    }

    private static string Paths(KernelSupport kernel)
    {
        var words = new List<string> { "files" };
        if (kernel.LandlockFs.HasFlag(FsRights.DeviceCommands))
            words.Add("devices");
        if (kernel.LandlockNet.HasFlag(NetRights.ConnectTcp))
            words.Add("TCP ports");
        if (kernel.LandlockNet.HasFlag(NetRights.ConnectSendUdp))
            words.Add("UDP ports");
        if (kernel.LandlockScopes.HasFlag(Scopes.Signal))
            words.Add("signals");
        return string.Join(", ", words);
    }

    private static string Modules(KernelSupport kernel) => kernel.SecurityModules.IsEmpty ? "" : $" (now {string.Join(",", kernel.SecurityModules)})";
}
