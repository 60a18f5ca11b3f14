using System.Globalization;
using System.Runtime.InteropServices;
using IronCage.Sandbox.Landlock;
using IronCage.Sandbox.Seccomp;
using IronCage.Sandbox.Spawning;

namespace IronCage.Sandbox.Kernel;

/// <summary>Asks the running kernel what it can enforce. Changes nothing of this process: rulesets are made and closed, actions are asked for.</summary>
public static unsafe class KernelProbe
{
    private const int CreateRulesetVersion = 1;
    private const uint GetActionAvailable = 2;
    private const uint GetNotificationSizes = 3;
    private const int NoNewPrivs = 39;

    /// <summary>The architecture of this process, or null: one that filters cannot be compiled for, or no Linux.</summary>
    public static CpuArchitecture? CurrentArchitecture => !OperatingSystem.IsLinux() ? null : RuntimeInformation.ProcessArchitecture switch
    {
        Architecture.X64 => CpuArchitecture.X64,
        Architecture.Arm64 => CpuArchitecture.Arm64,
        _ => null,
    };

    /// <summary>Asks. Never throws; what cannot be asked is not there.</summary>
    public static KernelSupport Run()
    {
        if (CurrentArchitecture is not { } architecture)
            return new KernelSupport();
        var table = SyscallTable.Of(architecture);
        var (abi, error) = LandlockAbi(table);
        var status = ProcessStatus.Read();
        var filters = new[] { BpfCode.ReturnKillProcess, BpfCode.ReturnErrno, BpfCode.ReturnAllow }.All(action => HasAction(table, action));
        return new KernelSupport
        {
            Architecture = architecture,
            Release = Text("/proc/sys/kernel/osrelease"),
            LandlockAbi = abi,
            LandlockError = error,
            LandlockFs = (FsRights)Rights(table, abi, 0, (ulong)LandlockTable.FsOf(LandlockTable.NewestAbi)),
            LandlockNet = (NetRights)Rights(table, abi, 1, (ulong)LandlockTable.NetOf(LandlockTable.NewestAbi)),
            LandlockScopes = (Scopes)Rights(table, abi, 2, (ulong)LandlockTable.ScopesOf(LandlockTable.NewestAbi)),
            LandlockRestrictFlags = LandlockTable.RestrictFlagsOf(abi),
            SeccompFilters = filters,
            SeccompNotifications = filters && HasAction(table, BpfCode.ReturnNotify) && Sizes(table).Request > 0,
            SeccompSizes = Sizes(table),
            // With a descriptor or a size that cannot be, the call fails before it does anything; ENOSYS and EPERM tell that it is not there or not for us.
            ProcessDescriptors = Fails(table, "pidfd_open", Errors.Invalid, 0),
            OpenBeneath = Fails(table, "openat2", Errors.Invalid, -1, 0, 0, 0),
            CloseRange = Fails(table, "close_range", Errors.Invalid, 1, 0, 0),
            SecurityModules = [.. Text("/sys/kernel/security/lsm").Split(',', StringSplitOptions.RemoveEmptyEntries)],
            Cgroup = CgroupProbe.Probe(),
            UserId = Libc.GetEffectiveUserId(),
            EffectiveCapabilities = status.EffectiveCapabilities,
            AlreadyFiltered = status.Filtered,
            NoNewPrivileges = Libc.Prctl(NoNewPrivs) == 1,
            PtraceScope = int.TryParse(Text("/proc/sys/kernel/yama/ptrace_scope"), NumberStyles.None, CultureInfo.InvariantCulture, out var scope) ? scope : null,
        };
    }

    private static (int Abi, int Error) LandlockAbi(SyscallTable table)
    {
        var abi = (int)Libc.Syscall(table.NumberOf("landlock_create_ruleset")!.Value, 0, 0, CreateRulesetVersion);
        return abi > 0 ? (abi, 0) : (0, Libc.Errno);
    }

    /// <summary>Those of the rights in one member of struct landlock_ruleset_attr with which a ruleset can be made.</summary>
    private static ulong Rights(SyscallTable table, int abi, int member, ulong known)
    {
        if (abi == 0)
            return 0;
        var found = 0UL;
        var attributes = stackalloc ulong[3];
        for (var right = 1UL; right != 0 && right <= known; right <<= 1)
        {
            if ((known & right) == 0)
                continue;
            new Span<ulong>(attributes, 3).Clear();
            attributes[member] = right;
            var ruleset = (int)Libc.Syscall(table.NumberOf("landlock_create_ruleset")!.Value, (nint)attributes, 8 * (member + 1), 0);
            if (ruleset < 0)
                continue;
            _ = Libc.Close(ruleset);
            found |= right;
        }
        return found;
    }

    private static bool HasAction(SyscallTable table, uint action) =>
        Libc.Syscall(table.NumberOf("seccomp")!.Value, (nint)GetActionAvailable, 0, (nint)(&action)) == 0;

    private static (ushort Request, ushort Response, ushort Data) Sizes(SyscallTable table)
    {
        var sizes = stackalloc ushort[3];
        return Libc.Syscall(table.NumberOf("seccomp")!.Value, (nint)GetNotificationSizes, 0, (nint)sizes) == 0 ? (sizes[0], sizes[1], sizes[2]) : default;
    }

    private static bool Fails(SyscallTable table, string name, int error, nint a0, nint a1 = 0, nint a2 = 0, nint a3 = 0) =>
        Libc.Syscall(table.NumberOf(name)!.Value, a0, a1, a2, a3) < 0 && Libc.Errno is var errno && (errno == error || errno == Errors.BadDescriptor);

    internal static string Text(string path)
    {
        try
        {
            return File.ReadAllText(path).Trim();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }
}
