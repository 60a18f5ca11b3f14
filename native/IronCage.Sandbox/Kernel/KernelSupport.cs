using System.Collections.Immutable;
using IronCage.Sandbox.Landlock;

namespace IronCage.Sandbox.Kernel;

/// <summary>What the running kernel can enforce, as plain data, so that policies compile for any kernel in tests. <see cref="KernelProbe"/> fills it in.</summary>
public sealed record KernelSupport
{
    /// <summary>The architecture, or null: one that filters cannot be compiled for.</summary>
    public CpuArchitecture? Architecture { get; init; }

    /// <summary>The release, as uname tells it ("6.18.1"), or "" where there is no Linux.</summary>
    public string Release { get; init; } = "";

    /// <summary>The ABI of Landlock that the kernel tells; 0: it has none, or it is turned off.</summary>
    public int LandlockAbi { get; init; }

    /// <summary>Why the ABI is 0, as errno: 38 (ENOSYS) the kernel was built without, 95 (EOPNOTSUPP) it is turned off at boot, 1 (EPERM) a container's filter denies it; else 0.</summary>
    public int LandlockError { get; init; }

    /// <summary>Rights on files with which a ruleset could be made.</summary>
    public FsRights LandlockFs { get; init; }

    /// <summary>Rights on ports with which a ruleset could be made.</summary>
    public NetRights LandlockNet { get; init; }

    /// <summary>Scopes with which a ruleset could be made.</summary>
    public Scopes LandlockScopes { get; init; }

    /// <summary>Flags of landlock_restrict_self, by the ABI: trying them would bind the thread.</summary>
    public RestrictFlags LandlockRestrictFlags { get; init; }

    /// <summary>The same kernel with no newer ABI of Landlock.</summary>
    /// <param name="most">The ABI, 0 (none) or more.</param>
    public KernelSupport AsOfAbi(int most) => most >= LandlockAbi ? this : this with
    {
        LandlockAbi = most,
        LandlockFs = LandlockFs & LandlockTable.FsOf(most),
        LandlockNet = LandlockNet & LandlockTable.NetOf(most),
        LandlockScopes = LandlockScopes & LandlockTable.ScopesOf(most),
        LandlockRestrictFlags = LandlockRestrictFlags & LandlockTable.RestrictFlagsOf(most),
    };

    /// <summary>Whether filters can be installed and end a process or fail a call.</summary>
    public bool SeccompFilters { get; init; }

    /// <summary>Whether a filter can ask a supervisor.</summary>
    public bool SeccompNotifications { get; init; }

    /// <summary>Bytes of struct seccomp_notif, seccomp_notif_resp and seccomp_data; 0: unknown.</summary>
    public (ushort Request, ushort Response, ushort Data) SeccompSizes { get; init; }

    /// <summary>Whether pidfd_open is there, with which ends are waited for.</summary>
    public bool ProcessDescriptors { get; init; }

    /// <summary>Whether openat2 is there, with which paths are resolved beneath a folder.</summary>
    public bool OpenBeneath { get; init; }

    /// <summary>Whether close_range is there.</summary>
    public bool CloseRange { get; init; }

    /// <summary>Security modules that run, in order; empty where that cannot be read.</summary>
    public ImmutableArray<string> SecurityModules { get; init; } = [];

    /// <summary>cgroup v2.</summary>
    public CgroupSupport Cgroup { get; init; } = CgroupSupport.None("not looked for");

    /// <summary>The effective user.</summary>
    public uint UserId { get; init; }

    /// <summary>Effective capabilities, bit by number.</summary>
    public ulong EffectiveCapabilities { get; init; }

    /// <summary>Whether this process already runs under a filter (a container's, mostly).</summary>
    public bool AlreadyFiltered { get; init; }

    /// <summary>Whether no_new_privs is set for this process already.</summary>
    public bool NoNewPrivileges { get; init; }

    /// <summary>kernel.yama.ptrace_scope, or null where there is none.</summary>
    public int? PtraceScope { get; init; }
}
