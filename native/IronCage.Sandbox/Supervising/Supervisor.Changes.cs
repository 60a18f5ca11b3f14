using IronCage.Sandbox.Kernel;
using IronCage.Sandbox.Seccomp;
using IronCage.Sandbox.Spawning;
using IronCage.Sandbox.Supervising.Changes;

namespace IronCage.Sandbox.Supervising;

/// <summary>Calls that are done for their caller: never looked at and then let go on, as the caller's memory may change in between.</summary>
internal sealed unsafe partial class Supervisor
{
    private const int PidFdGetFd = 438;

    /// <summary>Modes, owners, times and attributes of files, which Landlock has no rights for.</summary>
    private static NotificationReply FileChange(Tree tree, FilterRule rule, in Notification notification)
    {
        // With no more rights than the caller, who is the same user without capabilities.
        using var capabilities = new DroppedCapabilities();
        var (isOutside, errno) = FileChangeCall.Run(rule.Syscall, notification, tree.ChangeRoots, tree.Listener);
        if (isOutside)
            tree.Denials.Add(DenialOf(tree, rule, notification));
        return errno == 0 ? NotificationReply.Done() : NotificationReply.Fail(errno);
    }

    /// <summary>listen, for a socket that is bound to a port that may be.</summary>
    private static NotificationReply Listen(Tree tree, FilterRule rule, in Notification notification)
    {
        var pid = (int)Libc.Syscall(SystemCalls.PidFdOpen, ThreadGroup.Of(notification.Pid), 0);
        var socket = pid < 0 ? -1 : (int)Libc.Syscall(PidFdGetFd, pid, (nint)(int)notification.Call.Arguments[0], 0);
        try
        {
            if (socket < 0)
                return NotificationReply.Fail(Errors.NotPermitted);
            var address = stackalloc byte[128];
            uint length = 128;
            if (Libc.GetSocketName(socket, address, &length) != 0)
                return NotificationReply.Fail(Libc.Errno);
            var family = *(ushort*)address;
            var port = (ushort)(address[2] << 8 | address[3]);
            if (family is not (2 or 10) || !tree.Plan.Compiled.Policy.Network.Bind.Contains(port))
            {
                tree.Denials.Add(new Denial("listen", family is 2 or 10 ? $"port {port}" : $"family {family}", rule.Option ?? ""));
                return NotificationReply.Fail(Errors.AccessDenied);
            }
            return Libc.Listen(socket, (int)notification.Call.Arguments[1]) == 0 ? NotificationReply.Done() : NotificationReply.Fail(Libc.Errno);
        }
        finally
        {
            if (socket >= 0)
                _ = Libc.Close(socket);
            if (pid >= 0)
                _ = Libc.Close(pid);
        }
    }
}
