using IronCage.Sandbox.Spawning;

namespace IronCage.Sandbox.Supervising;

/// <summary>Ends of processes and of trees.</summary>
internal sealed unsafe partial class Supervisor
{
    private const int NoHang = 1, Exited = 4, KeepWaitable = 0x01000000, AllKinds = 0x40000000;
    private const int AnyChild = 0;

    /// <summary>Every child that ended is waited for: first processes, and what their trees left to us as the sub-reaper.</summary>
    private void Reap()
    {
        Span<byte> scratch = stackalloc byte[128];
        fixed (byte* signal = scratch)
        {
            while (Libc.Read(_children, signal, 128) > 0)
            {
            }
            StopWithBlock(signal);
            var touched = new HashSet<Tree>();
            while (true)
            {
                scratch.Clear();
                if (Libc.WaitId(AnyChild, 0, signal, Exited | NoHang | KeepWaitable | AllKinds) != 0)
                    break;
                var pid = *(int*)(signal + 16);
                if (pid == 0)
                    break;
                var tree = _roots.GetValueOrDefault(pid) ?? TreeOf(pid);
                int status;
                ResourceUsage usage;
                if (Libc.Wait4(pid, &status, NoHang | AllKinds, &usage) != pid || tree is null)
                    continue;
                tree.Add(usage);
                if (tree.Root == pid)
                {
                    _roots.Remove(pid);
                    tree.IsRootReaped = true;
                    tree.Status = status;
                }
                touched.Add(tree);
            }
            foreach (var tree in touched)
            {
                // One that has not reported its start yet is looked at when it does.
                if (tree.IsRootReaped && tree.Start == Tree.StartState.Running)
                    EndRest(tree);
            }
        }
    }

    /// <summary>Whose process one is that no longer has its own parent.</summary>
    private Tree? TreeOf(int pid)
    {
        if (TreeMark.Read(pid) is not { } mark)
            return null;
        foreach (var tree in Trees())
        {
            if (tree.Request.Mark == mark)
                return tree;
        }
        return null;
    }

    /// <summary>Ends a tree by force: its first process now, all others when that is gone.</summary>
    private void End(Tree tree)
    {
        tree.IsEnding = true;
        if (tree.Root != 0 && !tree.IsRootReaped)
            _ = Libc.Kill(tree.Root, Signals.Kill);
    }

    /// <summary>The first process is gone: what is left of the tree goes, too. What it left has become ours, so that nothing can hide; with no new process being let through this comes to an end.</summary>
    private void EndRest(Tree tree)
    {
        tree.IsEnding = true;
        if (tree.NewProcesses > 0 || tree.Observed is not null)
        {
            var left = ProcessTable.Children(Libc.GetPid()).FindAll(pid => !_roots.ContainsKey(pid) && tree.Request.Mark.IsOn(pid));
            if (left.Count > 0)
            {
                foreach (var pid in ProcessTable.WithDescendants(left))
                    Kill(pid, tree.Request.Mark);
                return;
            }
        }
        Close(tree, FrameKind.Ended, OutcomeJson.Ended(tree, _time.GetElapsedTime(tree.StartedAt)));
    }

    /// <summary>Kills a process if it has the mark: the descriptor makes sure that it is the one that was looked at.</summary>
    public static void Kill(int pid, TreeMark mark)
    {
        var descriptor = (int)Libc.Syscall(SystemCalls.PidFdOpen, pid, 0);
        if (descriptor < 0)
            return;
        if (mark.IsOn(pid))
            _ = Libc.Syscall(SystemCalls.PidFdSendSignal, descriptor, Signals.Kill, 0, 0);
        _ = Libc.Close(descriptor);
    }

    /// <summary>Forgets a tree and tells the host. The private folder is gone before the host hears of the end.</summary>
    private void Close(Tree tree, FrameKind kind, byte[] payload)
    {
        lock (_gate)
            _trees.Remove(tree.Id);
        if (tree.Root != 0)
            _roots.Remove(tree.Root);
        if (tree.Listener >= 0)
            _ = Libc.Close(tree.Listener);
        tree.Listener = -1;
        tree.Proxy?.Dispose();
        _events.Forget(tree.Channel);
        if (_block == tree)
        {
            if (tree.PrivateFolder is not null)
                PrivateFolder.Remove(tree.PrivateFolder);
            return;
        }
        if (tree.PrivateFolder is null || Libc.RemoveDirectory(tree.PrivateFolder) == 0)
            Tell(tree, kind, payload);
        else
            _starter.InBackground(() =>
            {
                PrivateFolder.Remove(tree.PrivateFolder);
                Tell(tree, kind, payload);
            });
    }

    private static void Tell(Tree tree, FrameKind kind, byte[] payload)
    {
        SocketMessages.WriteFrame(tree.Channel, (byte)kind, payload);
        _ = Libc.Close(tree.Channel);
    }
}
