using System.Buffers.Binary;
using IronCage.Sandbox.Kernel;
using IronCage.Sandbox.Policy;
using IronCage.Sandbox.Spawning;

namespace IronCage.Sandbox.Supervising;

/// <summary>The supervision of one process that has confined itself: a with-block.</summary>
internal sealed unsafe partial class Supervisor
{
    /// <summary>The block asks what was refused.</summary>
    private const int AskReport = 1000;

    private const int FromKernel = 0x80;
    private const int Stopped = 2;

    private static readonly int[] s_ofTerminal = [1, 2, 3, 20, 21, 22];

    private Tree? _block;
    private int _signals = -1;

    /// <summary>Sets the limits of a process that waits, lets it go on, and supervises it to its end. False when it could not be limited: then it was ended.</summary>
    public bool RunBlock(Tree tree, int listener)
    {
        _block = tree;
        _hostIsGone = true;
        tree.StartedAt = _time.GetTimestamp();
        if (tree.Request.TimeoutMilliseconds > 0)
            tree.Deadline = tree.StartedAt + (long)(tree.Request.TimeoutMilliseconds / 1000.0 * _time.TimestampFrequency);
        _roots[tree.Root] = tree;
        Enter(tree);
        // Every signal was blocked when this program began, in all its threads.
        var all = SignalSet.All;
        all[0] &= ~(1UL << (Signals.Child - 1));
        _signals = Libc.SignalFd(-1, &all, Files.CloseOnExec | NonBlocking);
        Watch(_signals, Source.Signals);
        if (!LimitBlock(tree) || Listen(tree, listener) != 0)
        {
            _ = Libc.Kill(tree.Root, Signals.Kill);
            return false;
        }
        SocketMessages.Send(tree.Channel, [1], default);
        Serve();
        return true;
    }

    /// <summary>A limit of address space counts what the program has reserved before; that of its data does what is meant. The tree is watched besides.</summary>
    private static bool LimitBlock(Tree tree)
    {
        var mark = stackalloc ulong[2] { tree.Request.Mark.Soft, tree.Request.Mark.Hard };
        var done = Libc.PrLimit(tree.Root, TreeMark.Resource, mark, null) == 0;
        foreach (var limit in tree.Plan.Compiled.Limits)
            done &= Limit(tree.Root, limit.Resource == Resource.AddressSpace ? limit with { Resource = Resource.Data } : limit);
        return done;
    }

    /// <summary>What came from the terminal reached the block, too, which is in the same process group; what somebody sent to this process is handed on.</summary>
    private void ForwardSignal()
    {
        Span<byte> info = stackalloc byte[128];
        fixed (byte* into = info)
        {
            while (Libc.Read(_signals, into, 128) == 128)
            {
                var number = (int)BinaryPrimitives.ReadUInt32LittleEndian(info);
                var isFromKernel = BinaryPrimitives.ReadInt32LittleEndian(info[8..]) == FromKernel;
                if (_block is { IsRootReaped: false } block && !(isFromKernel && s_ofTerminal.Contains(number)))
                    _ = Libc.Kill(block.Root, number);
            }
        }
    }

    /// <summary>Stopped with the block (Ctrl-Z), so that a shell sees its job stopped; what continues this process continues the block.</summary>
    private void StopWithBlock(byte* scratch)
    {
        if (_block is not { IsRootReaped: false } block)
            return;
        new Span<byte>(scratch, 128).Clear();
        if (Libc.WaitId(1, block.Root, scratch, Stopped | NoHang) == 0 && *(int*)(scratch + 16) == block.Root)
            _ = Libc.Kill(Libc.GetPid(), Signals.Stop);
    }

    private void ServeBlock(Tree tree)
    {
        Span<byte> command = stackalloc byte[4];
        var (bytes, count) = SocketMessages.Receive(tree.Channel, command, default);
        if (bytes == 4 && BinaryPrimitives.ReadInt32LittleEndian(command) == AskReport)
            SocketMessages.Send(tree.Channel, OutcomeJson.Ended(tree, _time.GetElapsedTime(tree.StartedAt)), default);
        else if (bytes <= 0 && bytes != -Errors.Interrupted)
            _events.Forget(tree.Channel);
    }
}
