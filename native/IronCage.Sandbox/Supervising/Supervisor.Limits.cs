using IronCage.Sandbox.Spawning;

namespace IronCage.Sandbox.Supervising;

/// <summary>Time, memory and processor time of trees: the only thing that is looked at by the clock.</summary>
internal sealed partial class Supervisor
{
    private static readonly TimeSpan s_grace = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_watchInterval = TimeSpan.FromMilliseconds(50);

    /// <summary>USER_HZ, 100 on every architecture that there are tables for.</summary>
    private const double TicksPerSecond = 100;

    private long _nextWatch;

    /// <summary>Milliseconds until something has to be looked at; −1: nothing has.</summary>
    private int Timeout()
    {
        var next = long.MaxValue;
        foreach (var tree in Trees())
        {
            next = Math.Min(next, Math.Min(tree.Deadline, tree.KillAt));
            if (IsWatched(tree))
                next = Math.Min(next, _nextWatch);
        }
        if (next == long.MaxValue)
            return -1;
        var left = _time.GetElapsedTime(_time.GetTimestamp(), next);
        return (int)Math.Clamp(Math.Ceiling(left.TotalMilliseconds), 0, 60_000);
    }

    private static bool IsWatched(Tree tree) =>
        tree.Root != 0 && !tree.IsEnding && (tree.Plan.Compiled.Tree.MemoryBytes is not null || tree.Plan.Compiled.Tree.CpuSeconds is not null);

    private void CheckTimes()
    {
        var now = _time.GetTimestamp();
        var watch = now >= _nextWatch;
        foreach (var tree in Trees())
        {
            if (now >= tree.Deadline)
                Expire(tree, now);
            if (now >= tree.KillAt)
            {
                tree.KillAt = long.MaxValue;
                End(tree);
            }
            if (watch && IsWatched(tree))
                CheckUsage(tree);
        }
        if (watch)
            _nextWatch = now + (long)(s_watchInterval.TotalSeconds * _time.TimestampFrequency);
    }

    /// <summary>The tree is asked to end, and is ended a little later, when it does not.</summary>
    private void Expire(Tree tree, long now)
    {
        tree.Deadline = long.MaxValue;
        if (tree.IsRootReaped)
            return;
        tree.TimedOut = true;
        tree.KillAt = now + (long)(s_grace.TotalSeconds * _time.TimestampFrequency);
        // Its whole group: a shell waits for its child. A block leads none.
        if (tree.Root != 0 && (tree == _block || Libc.Kill(-tree.Root, Signals.Terminate) != 0))
            _ = Libc.Kill(tree.Root, Signals.Terminate);
        else if (tree.Root == 0)
            End(tree);
    }

    private void CheckUsage(Tree tree)
    {
        var limits = tree.Plan.Compiled.Tree;
        var members = Members(tree);
        if (limits.MemoryBytes is { } memory && MemoryUse.Of(members, memory) is var used)
        {
            tree.MaxMemoryBytes = Math.Max(tree.MaxMemoryBytes, used);
            if (used > memory)
            {
                Exceed(tree, "memory", $"{used >> 20} MB", "max_memory_mb");
                return;
            }
        }
        if (limits.CpuSeconds is { } seconds)
        {
            long ticks = 0;
            foreach (var pid in members)
                ticks += ProcessTable.CpuTicks(pid);
            if (ticks / TicksPerSecond + tree.UserSeconds + tree.SystemSeconds > seconds)
                Exceed(tree, "cpu", $"more than {seconds} s", "max_cpu_seconds");
        }
    }

    private void Exceed(Tree tree, string limit, string target, string option)
    {
        tree.Exceeded = limit;
        tree.Denials.Add(new Denial(limit, target, option));
        End(tree);
    }
}
