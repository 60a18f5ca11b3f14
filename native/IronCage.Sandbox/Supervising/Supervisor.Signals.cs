using IronCage.Sandbox.Kernel;
using IronCage.Sandbox.Seccomp;
using IronCage.Sandbox.Spawning;

namespace IronCage.Sandbox.Supervising;

/// <summary>
/// Signals where Landlock has no scope for them. Who gets one is looked at on a descriptor of the process, and the signal goes to that descriptor: a number that is used again meanwhile leads nowhere.
/// The receiver sees it come from the supervisor.
/// </summary>
internal sealed unsafe partial class Supervisor
{
    private NotificationReply SendSignal(Tree tree, FilterRule rule, in Notification notification)
    {
        var a = notification.Call.Arguments;
        var (first, second) = ((int)a[0], (int)a[1]);
        // The caller waits, so that its own numbers are nobody else's.
        var own = ThreadGroup.Of(notification.Pid);
        switch (rule.Syscall)
        {
            case "kill" when first > 0:
                return first == own ? NotificationReply.Continue : SendTo(tree, rule, notification, first, second);
            case "kill":
                return SendToGroup(tree, own, first, second);
            case "tkill":
                return first == notification.Pid ? NotificationReply.Continue : Result(Libc.Syscall(SystemCalls.TgKill, own, first, second));
            case "pidfd_send_signal" when a[2] == 0 && a[3] == 0:
                return ProcessTable.OfDescriptor(notification.Pid, first) switch
                {
                    0 => NotificationReply.Fail(Errors.BadDescriptor),
                    < 0 => NotificationReply.Fail(Errors.NoProcess),
                    var pid => SendTo(tree, rule, notification, pid, second),
                };
            case "tgkill" or "rt_sigqueueinfo" or "rt_tgsigqueueinfo" when first == own:
                return NotificationReply.Continue;
            default:
                return Outside(tree, rule, notification);
        }
    }

    private static NotificationReply SendTo(Tree tree, FilterRule rule, in Notification notification, int pid, int signal)
    {
        var descriptor = (int)Libc.Syscall(SystemCalls.PidFdOpen, ThreadGroup.Of(pid), 0);
        if (descriptor < 0)
            return NotificationReply.Fail(Libc.Errno);
        try
        {
            return tree.Request.Mark.IsOn(ThreadGroup.Of(pid)) ? Result(Libc.Syscall(SystemCalls.PidFdSendSignal, descriptor, signal, 0, 0)) : Outside(tree, rule, notification);
        }
        finally
        {
            _ = Libc.Close(descriptor);
        }
    }

    /// <summary>kill(2) with 0, the own group; with -1, all but the caller; else a group. Of each only what is of the tree.</summary>
    private NotificationReply SendToGroup(Tree tree, int own, int target, int signal)
    {
        var group = target == 0 ? ProcessTable.Group(own) : -target;
        var sent = 0;
        foreach (var pid in Members(tree))
        {
            if (target == -1 ? pid == own : ProcessTable.Group(pid) != group)
                continue;
            var descriptor = (int)Libc.Syscall(SystemCalls.PidFdOpen, pid, 0);
            if (descriptor < 0)
                continue;
            if (tree.Request.Mark.IsOn(pid))
            {
                if (Libc.Syscall(SystemCalls.PidFdSendSignal, descriptor, signal, 0, 0) == 0)
                    sent++;
                else if (Libc.Errno == Errors.Invalid)
                    sent = -1; // no such signal
            }
            _ = Libc.Close(descriptor);
            if (sent < 0)
                return NotificationReply.Fail(Errors.Invalid);
        }
        return sent > 0 ? NotificationReply.Done() : NotificationReply.Fail(Errors.NoProcess);
    }

    private static NotificationReply Outside(Tree tree, FilterRule rule, in Notification notification)
    {
        tree.Denials.Add(DenialOf(tree, rule, notification));
        return NotificationReply.Fail(Errors.NotPermitted);
    }

    private static NotificationReply Result(nint returned) => returned == 0 ? NotificationReply.Done() : NotificationReply.Fail(Libc.Errno);
}
