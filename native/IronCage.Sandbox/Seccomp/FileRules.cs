using System.Collections.Immutable;
using IronCage.Sandbox.Kernel;
using IronCage.Sandbox.Landlock;

namespace IronCage.Sandbox.Seccomp;

/// <summary>Changes to files that Landlock has no right for, or not yet.</summary>
internal static class FileRules
{
    private const uint Truncate = 0x200;
    private const uint AccessModes = 0x3;

    private static readonly string[] Changes =
    [
        "chmod", "fchmod", "fchmodat", "fchmodat2", "chown", "fchown", "lchown", "fchownat", "utime", "utimes", "futimesat", "utimensat",
        "setxattr", "lsetxattr", "fsetxattr", "setxattrat", "removexattr", "lremovexattr", "fremovexattr", "removexattrat", "file_setattr",
    ];

    /// <param name="handled">The rights on files that the kernel has.</param>
    /// <param name="onBehalf">Whether a supervisor makes changes below the allowed trees; else all are denied.</param>
    public static IEnumerable<FilterRule> Rules(FsRights handled, bool onBehalf)
    {
        var action = onBehalf ? FilterAction.Notify(NotifyPurpose.FileChange) : FilterAction.Error(Errors.NotPermitted);
        foreach (var call in Changes)
            yield return new FilterRule(call, [], action, "modes, owners, times and attributes of files outside of the allowed paths", "allowed_paths");
        if (handled.HasFlag(FsRights.Truncate))
            yield break;

        // Before ABI 3 truncating needs no right of Landlock's: not the call with a path, and not the flag with a descriptor for reading.
        yield return Denied("truncate", []);
        foreach (var (call, flags) in new[] { ("open", 1), ("openat", 2) })
        {
            foreach (var mode in new uint[] { 0, AccessModes })
                yield return Denied(call, [new ArgumentCheck(flags, false, ArgumentTest.Equal, Truncate | AccessModes, Truncate | mode)]);
        }
        yield return new FilterRule("openat2", [], FilterAction.Error(Errors.NotImplemented), "flags that a filter cannot see, before Landlock ABI 3", null);
    }

    private static FilterRule Denied(string call, ImmutableArray<ArgumentCheck> checks) =>
        new(call, checks, FilterAction.Error(Errors.AccessDenied), "files that may only be read would be emptied", null);
}
