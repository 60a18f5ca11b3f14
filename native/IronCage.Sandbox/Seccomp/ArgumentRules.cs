using System.Collections.Immutable;
using IronCage.Sandbox.Kernel;

namespace IronCage.Sandbox.Seccomp;

/// <summary>System calls of which only some uses are denied, and that no option changes.</summary>
internal static class ArgumentRules
{
    private const uint MemfdNoExecSeal = 0x8;
    private const uint MessageQueueLimit = 12;
    private const uint PersonalityQuery = 0xFFFF_FFFF;

    /// <summary>CLONE_NEWNS, NEWCGROUP, NEWUTS, NEWIPC, NEWUSER, NEWPID, NEWNET; NEWTIME is no flag of clone. CLONE_PARENT: a child of the supervisor, beside its parent.</summary>
    private const uint CloneDenied = 0x7E02_0000 | 0x8000;

    private const uint CloneThread = 0x0001_0000;

    /// <summary>F_SETOWN, F_SETOWN_EX, F_SETLEASE, F_NOTIFY.</summary>
    private static readonly (uint Command, string Reason)[] FileCommands =
    [
        (8, "signals to processes outside"), (15, "signals to processes outside"), (1024, "other processes would wait for a lease"), (1026, "what happens in folders that may not be read"),
    ];

    private static readonly (uint Request, string Reason)[] DeviceRequests =
    [
        (0x5412, "input of the terminal would be forged (TIOCSTI)"), (0x541C, "input of the console would be forged (TIOCLINUX)"),
        (0x541D, "the console's output (TIOCCONS)"), (0x5423, "line disciplines of the kernel (TIOCSETD)"),
        (0x8901, "signals to processes outside (FIOSETOWN)"), (0x8902, "signals to processes outside (SIOCSPGRP)"),
        // Attributes can be set with a descriptor that is open for reading, so Landlock's rights do not cover them.
        (0x4008_6602, "attributes of files that may only be read (FS_IOC_SETFLAGS)"), (0x4004_6602, "attributes of files that may only be read (FS_IOC32_SETFLAGS)"),
        (0x4008_7602, "attributes of files that may only be read (FS_IOC_SETVERSION)"), (0x4004_7602, "attributes of files that may only be read (FS_IOC32_SETVERSION)"),
        (0x401C_5820, "attributes of files that may only be read (FS_IOC_FSSETXATTR)"), (0x4080_6685, "files that may only be read would be sealed (FS_IOC_ENABLE_VERITY)"),
        (0x800C_6613, "folders that may only be read would be encrypted (FS_IOC_SET_ENCRYPTION_POLICY)"),
    ];

    /// <summary>FICLONE and FICLONERANGE share btrfs's letter with requests that make and remove whole trees past Landlock.</summary>
    private static readonly uint[] CloneRequests = [0x4004_9409, 0x4020_940D];

    public static IEnumerable<FilterRule> Rules(bool supervised)
    {
        yield return Denied("memfd_create", "a file without a path would be executed: only with MFD_NOEXEC_SEAL", ArgumentCheck.HasNone(1, MemfdNoExecSeal));
        // Querying and the plain persona pass; the others turn protections off (READ_IMPLIES_EXEC, ADDR_NO_RANDOMIZE).
        yield return Allowed("personality", ArgumentCheck.Is(0, PersonalityQuery));
        yield return Denied("personality", "protections of the address space would be turned off", ArgumentCheck.IsNot(0, 0));
        foreach (var rule in ProcessRules(supervised))
            yield return rule;
        foreach (var (command, reason) in FileCommands)
            yield return Denied("fcntl", reason, ArgumentCheck.Is(1, command));
        foreach (var (request, reason) in DeviceRequests)
            yield return Denied("ioctl", reason, ArgumentCheck.Is(1, request));
        foreach (var request in CloneRequests)
            yield return Allowed("ioctl", ArgumentCheck.Is(1, request));
        yield return Denied("ioctl", "trees would be made and removed past Landlock (btrfs)", new ArgumentCheck(1, false, ArgumentTest.Equal, 0xFF00, 0x9400));
    }

    private static IEnumerable<FilterRule> ProcessRules(bool supervised)
    {
        if (supervised)
            yield return new FilterRule("execve", [], FilterAction.Notify(NotifyPurpose.Exec), "limits are set before a program starts", null);
        yield return Denied("clone", "a namespace of its own, or a process beside its parent", ArgumentCheck.HasAny(0, CloneDenied));
        if (supervised)
        {
            // Counted even where nothing limits them: a tree that is being ended makes no new ones.
            yield return Allowed("clone", ArgumentCheck.HasAny(0, CloneThread));
            foreach (var call in new[] { "clone", "fork", "vfork" })
                yield return new FilterRule(call, [], FilterAction.Notify(NotifyPurpose.NewProcess), "processes are counted", "max_processes");
        }

        // The mark of a tree is a limit that nothing else uses; what could change it would hide a process from the supervisor.
        yield return Denied("setrlimit", "the mark of the sandbox", ArgumentCheck.Is(0, MessageQueueLimit));
        yield return Denied("prlimit64", "the mark of the sandbox", ArgumentCheck.Is(1, MessageQueueLimit), ArgumentCheck.NotNull(2));
        var foreign = supervised ? FilterAction.Notify(NotifyPurpose.TreeProcess) : FilterAction.Error(Errors.NotPermitted);
        foreach (var call in new[] { "prlimit64", "sched_setparam", "sched_setscheduler", "sched_setaffinity", "sched_setattr" })
            yield return new FilterRule(call, [ArgumentCheck.IsNot(0, 0)], foreign, "limits and scheduling of processes outside", null);
        foreach (var call in new[] { "migrate_pages", "move_pages", "get_robust_list" })
            yield return Denied(call, "memory of processes outside", ArgumentCheck.IsNot(0, 0));

        // PRIO_USER and IOPRIO_WHO_USER are all processes of the user; 0 is the own process or group.
        yield return Denied("setpriority", "scheduling of processes outside", ArgumentCheck.Is(0, 2));
        yield return Denied("setpriority", "scheduling of processes outside", ArgumentCheck.IsNot(1, 0));
        yield return Denied("ioprio_set", "scheduling of processes outside", ArgumentCheck.Is(0, 3));
        yield return Denied("ioprio_set", "scheduling of processes outside", ArgumentCheck.IsNot(1, 0));
    }

    private static FilterRule Allowed(string call, params ImmutableArray<ArgumentCheck> checks) => new(call, checks, FilterAction.Allow, "", null);

    private static FilterRule Denied(string call, string reason, params ImmutableArray<ArgumentCheck> checks) =>
        new(call, checks, FilterAction.Error(Errors.NotPermitted), reason, null);
}
