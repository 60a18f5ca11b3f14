using IronCage.Sandbox.Kernel;
using IronCage.Sandbox.Seccomp;

namespace IronCage.Sandbox.Supervising.Learning;

/// <summary>A filter that refuses nothing and tells of what a policy would have to grant.</summary>
internal static class LearningFilter
{
    private const string Calls = "open openat openat2 creat execve mkdir mkdirat rmdir unlink unlinkat rename renameat renameat2 link linkat symlink symlinkat truncate mknod mknodat "
        + "chmod fchmodat fchmodat2 chown lchown fchownat utimensat connect bind";

    public static SeccompFilter For(CpuArchitecture architecture) => FilterCompiler.Compile(architecture,
        [.. Calls.Split(' ').Select(call => new FilterRule(call, [], FilterAction.Notify(NotifyPurpose.Exec), "watched", null))]);
}
