using System.Collections.Immutable;
using IronCage.Sandbox.Kernel;
using IronCage.Sandbox.Landlock;
using IronCage.Sandbox.Seccomp;

namespace IronCage.Sandbox.Policy;

/// <summary>Says what of a policy is enforced and by what, and what this kernel cannot enforce.</summary>
internal static class Accounting
{
    public static ImmutableArray<EnforcedItem> Enforced(SandboxPolicy policy, KernelSupport kernel, LandlockDomain? domain, SeccompFilter? filter)
    {
        var items = ImmutableArray.CreateBuilder<EnforcedItem>();
        if (domain is not null)
        {
            items.Add(new EnforcedItem("paths", $"Landlock ABI {domain.Abi}{(domain.HandledFs.HasFlag(FsRights.Truncate) || filter is null ? "" : ", truncation by seccomp")}"));
            if (domain.Scoped.HasFlag(Scopes.Signal))
                items.Add(new EnforcedItem("signals", $"Landlock ABI {domain.Abi}"));
        }
        if (filter is not null && kernel.SeccompNotifications && domain?.Scoped.HasFlag(Scopes.Signal) != true)
            items.Add(new EnforcedItem("signals", "seccomp and supervisor"));
        if (filter is not null)
        {
            items.Add(new EnforcedItem("system calls", $"seccomp, {filter.Programme.Length} instructions"));
            items.Add(new EnforcedItem("allow_network", policy.Network.IsOff || !HasPorts(policy.Network) ? "seccomp" : $"seccomp, and Landlock ABI {domain?.Abi ?? 0} for ports"));
        }
        if (!policy.Domains.IsNone)
            items.Add(new EnforcedItem("allowed_domains", "seccomp, and a proxy of the supervisor"));
        items.Add(new EnforcedItem("capabilities", "dropped, with no_new_privs"));
        items.Add(new EnforcedItem("environment", "allow list"));
        if (!kernel.SeccompNotifications)
            return items.ToImmutable();
        items.Add(new EnforcedItem("modes and owners of files", "seccomp and supervisor"));
        if (policy.MaxMemoryBytes is not null)
            items.Add(new EnforcedItem("max_memory_mb", "rlimit, and the supervisor for the tree"));
        if (policy.MaxCpuSeconds is not null)
            items.Add(new EnforcedItem("max_cpu_seconds", "rlimit, and the supervisor for the tree"));
        if (policy.MaxProcesses is not null)
            items.Add(new EnforcedItem("max_processes", "seccomp and supervisor"));
        if (policy.MaxOpenFiles is not null)
            items.Add(new EnforcedItem("max_open_files", "rlimit"));
        if (policy.MaxFileSizeBytes is not null)
            items.Add(new EnforcedItem("max_file_size_mb", "rlimit"));
        if (policy.Timeout is not null)
            items.Add(new EnforcedItem("timeout", "supervisor"));
        return items.ToImmutable();
    }

    public static ImmutableArray<Loss> Losses(SandboxPolicy policy, KernelSupport kernel, ImmutableArray<GrantedPath> grants)
    {
        var losses = ImmutableArray.CreateBuilder<Loss>();
        Landlock(losses, policy, kernel, grants);
        Seccomp(losses, policy, kernel);
        if (!kernel.ProcessDescriptors)
            losses.Add(new Loss("timeout", "the kernel has no pidfd_open, so ends of processes cannot be waited for"));
        if (!kernel.OpenBeneath)
            losses.Add(new Loss("modes and owners of files", "the kernel has no openat2, so changes cannot be made on behalf of the sandbox"));
        if (!kernel.CloseRange)
            losses.Add(new Loss("descriptors", "the kernel has no close_range, so descriptors of the host might be inherited"));
        return losses.ToImmutable();
    }

    private static void Landlock(ImmutableArray<Loss>.Builder losses, SandboxPolicy policy, KernelSupport kernel, ImmutableArray<GrantedPath> grants)
    {
        if (kernel.LandlockAbi == 0)
        {
            losses.Add(new Loss("paths", "the kernel has no Landlock: every file of the user could be read and written"));
        }
        if (!kernel.LandlockScopes.HasFlag(Scopes.Signal) && kernel is not { SeccompFilters: true, SeccompNotifications: true, Architecture: not null })
            losses.Add(new Loss("signals", $"{(kernel.LandlockAbi == 0 ? "there is no Landlock" : $"Landlock ABI {kernel.LandlockAbi} has no scopes (6, Linux 6.12)")}, and no filter that could ask a supervisor: every process of the user could be ended"));
        if (kernel.LandlockAbi > 0 && !kernel.LandlockFs.HasFlag(FsRights.DeviceCommands)
            && grants.FirstOrDefault(grant => grant.Option != PathGrants.RuntimeName && (grant.Kind == PathKind.Device || PathOptions.IsWithin(grant.Path, "/dev"))) is { Path: not null } device)
            losses.Add(new Loss(device.Option, $"Landlock ABI {kernel.LandlockAbi} has no right for commands to devices (5, Linux 6.10): {device.Path} could be told anything"));

        if (!kernel.LandlockNet.HasFlag(NetRights.ConnectTcp) && !policy.Network.Connect.Any && !(policy.Network.Connect.IsEmpty && !policy.Network.Dns))
            losses.Add(new Loss("allow_network", $"Landlock ABI {kernel.LandlockAbi} has no ports (4, Linux 6.7): every TCP port could be connected to"));
        else if (!kernel.LandlockNet.HasFlag(NetRights.ConnectTcp) && !policy.Network.Bind.IsEmpty && !policy.Network.Connect.Any)
            losses.Add(new Loss("allow_network", $"Landlock ABI {kernel.LandlockAbi} has no ports (4, Linux 6.7): a TCP socket for listening could be connected to any port"));
        if (!kernel.LandlockNet.HasFlag(NetRights.BindTcp) && !policy.Network.Bind.Any && !policy.Network.Bind.IsEmpty)
            losses.Add(new Loss("allow_network", $"Landlock ABI {kernel.LandlockAbi} has no ports (4, Linux 6.7): every TCP port could be listened on"));
        if (!kernel.LandlockNet.HasFlag(NetRights.ConnectSendUdp) && policy.Network.Udp is { Any: false, IsEmpty: false })
            losses.Add(new Loss("allow_network", $"Landlock ABI {kernel.LandlockAbi} has no UDP ports (10, Linux 7.2): every UDP port could be sent to. \"udp\": true says so"));
    }

    private static void Seccomp(ImmutableArray<Loss>.Builder losses, SandboxPolicy policy, KernelSupport kernel)
    {
        if (kernel.Architecture is null)
            losses.Add(new Loss("system calls", "filters are compiled for x86-64 and arm64 only"));
        else if (!kernel.SeccompFilters)
            losses.Add(new Loss("system calls", "the kernel has no seccomp filters: network, memory of other processes and kernel interfaces would be open"));
        else if (!kernel.SeccompNotifications)
        {
            losses.Add(new Loss("modes and owners of files", "the kernel has no seccomp notifications: no mode, owner or time can be changed, in allowed paths neither"));
            losses.Add(new Loss("limits", "the kernel has no seccomp notifications: limits cannot be set before a program starts"));
            if (policy.MaxProcesses is not null)
                losses.Add(new Loss("max_processes", "the kernel has no seccomp notifications: processes cannot be counted"));
            if (!policy.Domains.IsNone)
                losses.Add(new Loss("allowed_domains", "the kernel has no seccomp notifications: nothing can be connected to the proxy, so no name can be reached"));
            if (policy.Network.Bind is { Any: false, IsEmpty: false })
                losses.Add(new Loss("allow_network", "the kernel has no seccomp notifications: a socket that was not bound may listen on a port of the kernel's choice"));
        }
    }

    private static bool HasPorts(NetworkPolicy network) =>
        network.Dns || network.Connect is { Any: false, IsEmpty: false } || network.Bind is { Any: false, IsEmpty: false } || network.Udp is { Any: false, IsEmpty: false };
}
