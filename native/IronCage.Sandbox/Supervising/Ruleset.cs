using System.Runtime.InteropServices;
using System.Text;
using IronCage.Sandbox.Kernel;
using IronCage.Sandbox.Landlock;
using IronCage.Sandbox.Policy;
using IronCage.Sandbox.Spawning;

namespace IronCage.Sandbox.Supervising;

/// <summary>Makes a Landlock ruleset of plain data (landlock(7)). Paths are opened anew each time: what vanished or was replaced since the policy was compiled is an error.</summary>
internal static unsafe class Ruleset
{
    private const int PathBeneath = 1, NetPort = 2;

    /// <summary>A descriptor of the ruleset.</summary>
    /// <exception cref="KernelException">The kernel refuses it.</exception>
    public static int Make(LandlockDomain domain)
    {
        var attributes = stackalloc ulong[3] { (ulong)domain.HandledFs, (ulong)domain.HandledNet, (ulong)domain.Scoped };
        // An older kernel takes a longer struct whose unknown part is 0; a shorter one where it does not.
        var ruleset = (int)Libc.Syscall(SystemCalls.LandlockCreateRuleset, (nint)attributes, 24, 0);
        if (ruleset < 0)
            throw new KernelException("landlock_create_ruleset", Libc.Errno);
        try
        {
            foreach (var rule in domain.PathRules)
                AddPath(ruleset, rule);
            var port = stackalloc ulong[2];
            foreach (var rule in domain.PortRules)
            {
                (port[0], port[1]) = ((ulong)rule.Access, rule.Port);
                if (Libc.Syscall(SystemCalls.LandlockAddRule, ruleset, NetPort, (nint)port) != 0)
                    throw new KernelException($"landlock_add_rule of port {rule.Port}", Libc.Errno);
            }
            return ruleset;
        }
        catch
        {
            _ = Libc.Close(ruleset);
            throw;
        }
    }

    private static void AddPath(int ruleset, PathRule rule)
    {
        if (rule.Access == FsRights.None)
            return;
        var path = OpenPath(rule.Path);
        if (path < 0)
            throw new PolicyException(rule.Path, $"cannot be opened any more: {Errors.Text(-path)}");
        try
        {
            var isDirectory = FileFacts.Of(path).IsDirectory;
            if (isDirectory != (rule.Kind == PathKind.Directory))
                throw new PolicyException(rule.Path, isDirectory ? "was replaced by a directory since the policy was made" : "is no directory any more");
            var attribute = new PathAttribute { Access = (ulong)rule.Access, Directory = path };
            if (Libc.Syscall(SystemCalls.LandlockAddRule, ruleset, PathBeneath, (nint)(&attribute)) != 0)
                throw new KernelException($"landlock_add_rule of {rule.Path}", Libc.Errno);
        }
        finally
        {
            _ = Libc.Close(path);
        }
    }

    /// <summary>A descriptor of a path that is for naming it only, no link followed; minus errno.</summary>
    public static int OpenPath(string path)
    {
        var how = new OpenHow { Flags = (ulong)(Files.PathOnly | Files.CloseOnExec | Files.NoFollow), Resolve = OpenHow.NoSymlinks };
        fixed (byte* name = Encoding.UTF8.GetBytes(path + "\0"))
        {
            var opened = (int)Libc.Syscall(SystemCalls.OpenAt2, -100, (nint)name, (nint)(&how), sizeof(OpenHow));
            return opened >= 0 ? opened : -Libc.Errno;
        }
    }

    /// <summary><c>struct landlock_path_beneath_attr</c>, packed: 12 bytes.</summary>
    [StructLayout(LayoutKind.Sequential, Pack = 1)]
    private struct PathAttribute
    {
        public ulong Access;
        public int Directory;
    }
}
