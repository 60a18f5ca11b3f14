using System.Collections.Immutable;
using IronCage.Sandbox.Kernel;
using IronCage.Sandbox.Spawning;

namespace IronCage.Sandbox.Supervising.Changes;

/// <summary>
/// One call of the families of chmod, chown, utime and setxattr. Its file is resolved once, to a descriptor of our own; whether that lies below an allowed folder is asked of the descriptor, and the
/// change is made to it.
/// </summary>
internal static class FileChangeCall
{
    private const int CurrentDirectory = -100;
    private const int NoFollow = 0x100, EmptyPath = 0x1000;

    /// <summary>Carries a call out.</summary>
    /// <param name="name">The system call.</param>
    /// <param name="notification">It.</param>
    /// <param name="roots">Folders, absolute and without links, below which changes are made.</param>
    /// <param name="listener">What the caller waits for.</param>
    /// <returns>Whether the file lies outside; what the caller gets, 0 for success.</returns>
    public static (bool IsOutside, int Errno) Run(string name, in Notification notification, ImmutableArray<string> roots, int listener)
    {
        var pid = notification.Pid;
        var a = notification.Call.Arguments;
        var target = name switch
        {
            "chmod" or "chown" or "utime" or "utimes" or "setxattr" or "removexattr" => ChangeTarget.OfPath(pid, CurrentDirectory, a[0], 0),
            "lchown" or "lsetxattr" or "lremovexattr" => ChangeTarget.OfPath(pid, CurrentDirectory, a[0], NoFollow),
            "fchmod" or "fchown" or "fsetxattr" or "fremovexattr" => ChangeTarget.OfDescriptor(pid, (int)a[0]),
            "fchmodat" or "futimesat" => a[1] == 0 && name == "futimesat" ? ChangeTarget.OfDescriptor(pid, (int)a[0]) : ChangeTarget.OfPath(pid, (int)a[0], a[1], 0),
            "fchmodat2" => ChangeTarget.OfPath(pid, (int)a[0], a[1], (int)a[3]),
            "fchownat" => ChangeTarget.OfPath(pid, (int)a[0], a[1], (int)a[4]),
            "utimensat" => a[1] == 0 ? ChangeTarget.OfDescriptor(pid, (int)a[0]) : ChangeTarget.OfPath(pid, (int)a[0], a[1], (int)a[3]),
            "setxattrat" or "removexattrat" => ChangeTarget.OfPath(pid, (int)a[0], a[1], (int)a[2]),
            "file_setattr" => ChangeTarget.Failed(Errors.NotImplemented),
            _ => ChangeTarget.Failed(Errors.NotPermitted),
        };
        if (target.Errno != 0)
            return (false, target.Errno);
        try
        {
            var change = FileChange.Read(name, notification);
            // Whatever was read from the caller's memory until here was read while it waited.
            if (change is null)
                return (false, Errors.BadAddress);
            if (!NotificationListener.StillWaits(listener, notification.Id))
                return (false, Errors.NoProcess);
            return IsBelow(target.RealPath, roots) ? (false, change.Apply(target.Descriptor)) : (true, Errors.NotPermitted);
        }
        finally
        {
            _ = Libc.Close(target.Descriptor);
        }
    }

    private static bool IsBelow(string? path, ImmutableArray<string> roots)
    {
        foreach (var root in roots)
        {
            if (path is not null && path.StartsWith(root, StringComparison.Ordinal) && (path.Length == root.Length || path[root.Length] == '/' || root.EndsWith('/')))
                return true;
        }
        return false;
    }

    /// <summary>Flags of the *at calls that decide what the path means.</summary>
    internal static bool Follows(int flags) => (flags & NoFollow) == 0;

    internal static bool AllowsEmpty(int flags) => (flags & EmptyPath) != 0;
}
