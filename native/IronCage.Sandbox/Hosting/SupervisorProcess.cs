using System.Buffers.Binary;
using System.Security.Cryptography;
using IronCage.Sandbox.Kernel;
using IronCage.Sandbox.Spawning;
using IronCage.Sandbox.Supervising;

namespace IronCage.Sandbox.Hosting;

/// <summary>
/// The host's supervisor: a process of our own with an empty environment, not a child of the host's, so that no wait of the host's meets it. It is started at the first launch and again when it died.
/// When it dies the host ends its trees itself.
/// </summary>
internal sealed unsafe class SupervisorProcess
{
    private const int MoveAbove = 64;
    private const int DuplicateCloseOnExec = 1030;

    private static readonly Lock s_gate = new();
    private static SupervisorProcess? s_current;

    private readonly int _control;
    private readonly int _process;
    private readonly Dictionary<TreeMark, string> _trees = [];
    private bool _isDead;

    private SupervisorProcess(int control, int pid)
    {
        _control = control;
        Pid = pid;
        _process = (int)Libc.Syscall(SystemCalls.PidFdOpen, pid, 0);
        if (_process < 0)
            throw new SandboxException("the supervisor ended at once");
        new Thread(Watch, 256 << 10) { IsBackground = true, Name = "sandbox supervisor" }.Start();
    }

    /// <summary>The file of the supervisor.</summary>
    public static string ProgramPath { get; set; } = "";

    public int Pid { get; }

    /// <summary>The one that runs, or a new one.</summary>
    /// <exception cref="SandboxException">None can be started.</exception>
    public static SupervisorProcess Current()
    {
        lock (s_gate)
            return s_current is { _isDead: false } current ? current : s_current = Start();
    }

    /// <summary>Hands a channel and the descriptors of a program over.</summary>
    /// <param name="mark">How the tree is known.</param>
    /// <param name="folder">Its private folder.</param>
    /// <param name="descriptors">The supervisor's end of the channel, then what the program has as 0, 1, 2 and so on.</param>
    /// <returns>Whether the supervisor took it.</returns>
    public bool TryHandOver(TreeMark mark, string folder, ReadOnlySpan<int> descriptors)
    {
        lock (_trees)
            _trees.Add(mark, folder);
        if (SocketMessages.Send(_control, [1], descriptors) == 0)
            return true;
        lock (_trees)
            _trees.Remove(mark);
        return false;
    }

    /// <summary>A tree has ended.</summary>
    public void Forget(TreeMark mark)
    {
        lock (_trees)
            _trees.Remove(mark);
    }

    /// <summary>The supervisor has died: its trees are ended now if they have not been. Their filters have nobody to ask any more, so none of their processes can make another.</summary>
    public void EndTrees()
    {
        KeyValuePair<TreeMark, string>[] left;
        lock (_trees)
        {
            left = [.. _trees];
            _trees.Clear();
        }
        foreach (var (mark, folder) in left)
        {
            EndTree(mark);
            PrivateFolder.Remove(folder);
        }
    }

    /// <summary>Lets go of the supervisor of this process, which ends all that it has started and itself. What this process becomes must have no way to it.</summary>
    public static void Retire()
    {
        lock (s_gate)
        {
            if (s_current is not { _isDead: false } current)
                return;
            _ = Libc.Shutdown(current._control, 2);
            s_current = null;
        }
    }

    /// <summary>Whether the process is gone.</summary>
    public bool IsDead => Volatile.Read(ref _isDead) || IsReadable(_process, 0);

    private static void EndTree(TreeMark mark)
    {
        for (var round = 0; round < 50; round++)
        {
            var left = ProcessTable.Marked(mark).FindAll(pid => !ProcessTable.IsZombie(pid));
            if (left.Count == 0)
                return;
            foreach (var pid in left)
                Supervisor.Kill(pid, mark);
            Pause(20);
        }
    }

    /// <summary>Milliseconds in the kernel: there is nothing to wait on for processes that are not ours.</summary>
    private static void Pause(int milliseconds) => _ = Libc.Poll(null, 0, milliseconds);

    private void Watch()
    {
        while (!IsReadable(_process, -1))
        {
        }
        Volatile.Write(ref _isDead, true);
        EndTrees();
        lock (s_gate)
        {
            if (s_current == this)
                s_current = null;
        }
        _ = Libc.Close(_control);
    }

    private static bool IsReadable(int descriptor, int timeout)
    {
        var poll = new PollDescriptor { Descriptor = descriptor, Events = PollDescriptor.In };
        return Libc.Poll(&poll, 1, timeout) == 1 && poll.Returned != 0;
    }

    private static SupervisorProcess Start()
    {
        if (ProgramPath.Length == 0)
            throw new SandboxException("no supervisor was named (ironcage_sandbox_set_supervisor)");
        var (ours, theirs) = SocketMessages.Pair(packets: true);
        var host = (int)Libc.Syscall(SystemCalls.PidFdOpen, Libc.GetPid(), 0);
        var nothing = Libc.Open("/dev/null", Files.ReadWrite | Files.CloseOnExec);
        Span<int> descriptors = [Move(nothing), 0, 0, Move(theirs), Move(host)];
        descriptors[1] = descriptors[2] = descriptors[0];
        try
        {
            using var start = new ProcessStart(NativeText.Of(ProgramPath), "iron-sandbox-supervisor\0detach\0"u8, default, "/\0"u8, descriptors, SignalSet.Of(Signals.Child));
            var errno = start.Run(out var first);
            if (errno != 0)
                throw new SandboxException($"the supervisor {ProgramPath} cannot be started: {Errors.Text(errno)}");
            _ = Libc.Close(descriptors[3]);
            descriptors[3] = -1;
            Span<byte> answer = stackalloc byte[4];
            var (bytes, _) = SocketMessages.Receive(ours, answer, default);
            int status;
            _ = Libc.Wait4(first, &status, 0, null);
            if (bytes != 4)
                throw new SandboxException($"the supervisor {ProgramPath} ended before it was ready");
            return new SupervisorProcess(ours, BinaryPrimitives.ReadInt32LittleEndian(answer));
        }
        catch
        {
            _ = Libc.Close(ours);
            throw;
        }
        finally
        {
            _ = Libc.Close(descriptors[0]);
            _ = Libc.Close(descriptors[4]);
            if (descriptors[3] >= 0)
                _ = Libc.Close(descriptors[3]);
        }
    }

    /// <summary>To a number beyond those that the child gets, so that none is overwritten before it was copied.</summary>
    private static int Move(int descriptor)
    {
        var moved = Libc.Fcntl(descriptor, DuplicateCloseOnExec, MoveAbove);
        _ = Libc.Close(descriptor);
        return moved;
    }

    /// <summary>A mark that no tree of this host has.</summary>
    public static TreeMark NewMark()
    {
        Span<byte> random = stackalloc byte[8];
        RandomNumberGenerator.Fill(random);
        return TreeMark.New(BinaryPrimitives.ReadUInt64LittleEndian(random));
    }
}
