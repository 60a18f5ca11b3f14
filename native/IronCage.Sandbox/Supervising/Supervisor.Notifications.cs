using IronCage.Sandbox.Kernel;
using IronCage.Sandbox.Policy;
using IronCage.Sandbox.Seccomp;
using IronCage.Sandbox.Spawning;

namespace IronCage.Sandbox.Supervising;

/// <summary>System calls that wait for an answer.</summary>
internal sealed unsafe partial class Supervisor
{
    private const int UnixFamily = 1;

    private void ServeListener(Tree tree)
    {
        if (tree.Listener < 0)
            return;
        if (!NotificationListener.TryReceive(tree.Listener, out var notification))
        {
            // Nobody has the filter any more: the descriptor would be ready for ever.
            if (Libc.Errno is not (Errors.NotFound or Errors.Interrupted))
                _events.Forget(tree.Listener);
            else if (tree.IsRootReaped)
                _events.Forget(tree.Listener);
            return;
        }
        NotificationListener.Reply(tree.Listener, notification.Id, Answer(tree, notification));
    }

    private NotificationReply Answer(Tree tree, in Notification notification)
    {
        var number = notification.Call.Number;
        if (number == SystemCalls.Execve || number == SystemCalls.ExecveAt)
        {
            if (tree.Root == 0)
            {
                tree.Observed?.Add("execve", notification);
                return Hold(tree, notification.Pid);
            }
        }
        var rule = tree.Plan.RuleOf(notification.Call);
        if (tree.Observed is { } observed)
        {
            if (rule is not null)
                observed.Add(rule.Syscall, notification);
            return NotificationReply.Continue;
        }
        switch (rule?.Action.Kind)
        {
            case FilterActionKind.Errno:
                tree.Denials.Add(DenialOf(tree, rule, notification));
                return NotificationReply.Fail(rule.Action.ErrorNumber);
            case FilterActionKind.Notify:
                return rule.Action.Purpose switch
                {
                    NotifyPurpose.Exec => NotificationReply.Continue,
                    NotifyPurpose.NewProcess => NewProcess(tree),
                    NotifyPurpose.TreeProcess => TreeProcess(tree, rule, notification),
                    NotifyPurpose.Signal => SendSignal(tree, rule, notification),
                    NotifyPurpose.FileChange => FileChange(tree, rule, notification),
                    NotifyPurpose.Listen => Listen(tree, rule, notification),
                    NotifyPurpose.ConnectProxy => ConnectProxy(tree, rule, notification),
                    _ => NotificationReply.Fail(Errors.NotPermitted),
                };
            default:
                // The filter asked about what no rule knows: that cannot be right.
                return NotificationReply.Fail(Errors.NotPermitted);
        }
    }

    /// <summary>The first process is about to execute its program: it waits while its limits and the mark of its tree are set.</summary>
    private NotificationReply Hold(Tree tree, int pid)
    {
        var values = stackalloc ulong[2] { tree.Request.Mark.Soft, tree.Request.Mark.Hard };
        if (Libc.PrLimit(pid, TreeMark.Resource, values, null) != 0)
            return NotificationReply.Fail(Errors.NotPermitted);
        values[0] = _openFiles[0];
        values[1] = _openFiles[1];
        var failed = Libc.PrLimit(pid, OpenFiles, values, null) != 0;
        foreach (var limit in tree.Plan.Compiled.Limits)
            failed |= !Limit(pid, limit);
        if (failed)
            return NotificationReply.Fail(Errors.NotPermitted);
        tree.Root = pid;
        _roots[pid] = tree;
        return NotificationReply.Continue;
    }

    /// <summary>Sets a limit, never above the one that there is: only root could, and need not.</summary>
    private static bool Limit(int pid, ResourceLimit limit)
    {
        var had = stackalloc ulong[2];
        if (Libc.PrLimit(pid, (int)limit.Resource, null, had) != 0)
            return false;
        var values = stackalloc ulong[2] { Math.Min(limit.Soft, had[1]), Math.Min(limit.Hard, had[1]) };
        return Libc.PrLimit(pid, (int)limit.Resource, values, null) == 0;
    }

    private NotificationReply NewProcess(Tree tree)
    {
        // The first one is the first process itself, made by the thread that starts the tree.
        if (tree.Root == 0)
            return NotificationReply.Continue;
        if (tree.IsEnding)
            return NotificationReply.Fail(Errors.Again);
        if (tree.Plan.Compiled.Tree.Processes is { } most)
        {
            if (tree.Alive >= most && !Recount(tree, most))
            {
                tree.Denials.Add(new Denial("fork", $"more than {most} processes", "max_processes"));
                return NotificationReply.Fail(Errors.Again);
            }
            tree.Alive++;
        }
        tree.NewProcesses++;
        return NotificationReply.Continue;
    }

    /// <summary>Counts what is alive. Where nobody of those has ended who were alive at the limit, there is no need to look for others.</summary>
    private bool Recount(Tree tree, int most)
    {
        if (tree.LastCount.Count >= most && tree.LastCount.TrueForAll(tree.Request.Mark.IsOn))
            return false;
        tree.LastCount = Members(tree);
        tree.Alive = tree.LastCount.Count;
        return tree.Alive < most;
    }

    /// <summary>The processes of a tree that are there now.</summary>
    private List<int> Members(Tree tree)
    {
        var roots = ProcessTable.Children(Libc.GetPid()).FindAll(pid => pid == tree.Root || (!_roots.ContainsKey(pid) && tree.Request.Mark.IsOn(pid)));
        return ProcessTable.WithDescendants(roots);
    }

    /// <summary>A process or thread that is named by its number, which lies in a register: one of the tree may be.</summary>
    private static NotificationReply TreeProcess(Tree tree, FilterRule rule, in Notification notification)
    {
        foreach (var check in rule.Checks)
        {
            var pid = (int)notification.Call.Arguments[check.Index];
            if (pid > 0 && tree.Request.Mark.IsOn(pid))
                return NotificationReply.Continue;
        }
        tree.Denials.Add(DenialOf(tree, rule, notification));
        return NotificationReply.Fail(Errors.NotPermitted);
    }

    private static Denial DenialOf(Tree tree, FilterRule rule, in Notification notification) =>
        // No option opens UNIX sockets, which libc tries for services that need not be there.
        new(rule.Syscall, DenialTarget.Of(rule.Syscall, notification), rule.Syscall == "socket" && (int)notification.Call.Arguments[0] == UnixFamily ? "" : rule.Option ?? "");
}
