using System.Buffers.Binary;
using IronCage.Sandbox.Kernel;
using IronCage.Sandbox.Spawning;

namespace IronCage.Sandbox.Supervising;

/// <summary>
/// The process that starts and watches the trees of one host. It waits in one place for everything: requests, calls that filters hold, ends of processes, limits. When the host ends, by kill -9 too,
/// it ends all trees and itself. Trees are started by threads that restrict themselves for it and end (<see cref="TreeStarter"/>).
/// </summary>
internal sealed unsafe partial class Supervisor : IDisposable
{
    /// <summary>The host's end is our descriptor of this number.</summary>
    public const int ControlDescriptor = 3;

    /// <summary>A descriptor of the host's process: readable when it is gone, whoever else has inherited its end of the socket.</summary>
    public const int HostDescriptor = 4;

    private const int ChildSubreaper = 36, Dumpable = 4;
    private const int BlockSignals = 0;
    private const int NonBlocking = 0x800;
    private const int OpenFiles = 7;

    private enum Source : byte
    {
        Control,
        Host,
        Children,
        Starts,
        Channel,
        Listener,
        Signals,
    }

    private readonly TimeProvider _time;
    private readonly EventQueue _events = new();
    private readonly Dictionary<long, Tree> _trees = [];
    private readonly Dictionary<int, Tree> _roots = [];
    private readonly Lock _gate = new();
    private readonly int _children;
    private readonly int _starts;
    private readonly TreeStarter _starter;
    private readonly ulong[] _openFiles = new ulong[2];
    private bool _hostIsGone;

    /// <param name="kernel">What the kernel can enforce.</param>
    /// <param name="time">The clock.</param>
    public Supervisor(KernelSupport kernel, TimeProvider time)
    {
        _time = time;
        _ = Libc.Prctl(ChildSubreaper, 1);
        // Nobody of the same user but root may look into this process.
        _ = Libc.Prctl(Dumpable, 0);
        RaiseOpenFiles();
        var child = SignalSet.Of(Signals.Child);
        _ = Libc.SignalMask(BlockSignals, &child, null);
        _children = Libc.SignalFd(-1, &child, Files.CloseOnExec | NonBlocking);
        var pipe = stackalloc int[2];
        if (Libc.Pipe(pipe, Files.CloseOnExec) != 0)
            throw new KernelException("pipe2", Libc.Errno);
        _starts = pipe[0];
        _starter = new TreeStarter(kernel, time, this, pipe[1]);
    }

    /// <summary>Serves the host until it is gone and nothing is left of it.</summary>
    public void Run()
    {
        Watch(ControlDescriptor, Source.Control);
        Watch(HostDescriptor, Source.Host);
        Serve();
    }

    private void Serve()
    {
        Watch(_children, Source.Children);
        Watch(_starts, Source.Starts);
        Span<ulong> ready = stackalloc ulong[64];
        while (!_hostIsGone || _trees.Count > 0 || _starter.Pending > 0)
        {
            var count = _events.Wait(ready, Timeout());
            foreach (var item in ready[..count])
                Serve((Source)(byte)(item >> 56), (long)(item & 0xFF_FFFF_FFFF_FFFF));
            CheckTimes();
        }
    }

    public void Dispose() => _events.Dispose();

    /// <summary>From a thread that starts a tree: the tree is known from now on, its channel is watched.</summary>
    public void Enter(Tree tree)
    {
        lock (_gate)
            _trees.Add(tree.Id, tree);
        _events.Watch(tree.Channel, Data(Source.Channel, tree.Id));
    }

    /// <summary>From a thread that has restricted itself for a tree, without an allocation.</summary>
    public int Listen(Tree tree, int listener)
    {
        tree.Listener = listener;
        return _events.Watch(listener, Data(Source.Listener, tree.Id));
    }

    private void Watch(int descriptor, Source source) => _events.Watch(descriptor, Data(source, 0));

    private static ulong Data(Source source, long tree) => (ulong)source << 56 | (ulong)tree;

    private void Serve(Source source, long id)
    {
        switch (source)
        {
            case Source.Control:
                ServeControl();
                break;
            case Source.Host:
                _events.Forget(HostDescriptor);
                HostIsGone();
                break;
            case Source.Signals:
                ForwardSignal();
                break;
            case Source.Children:
                Reap();
                break;
            case Source.Starts:
                ServeStart();
                break;
            case Source.Channel when Find(id) is { } tree:
                ServeChannel(tree);
                break;
            case Source.Listener when Find(id) is { } tree:
                ServeListener(tree);
                break;
        }
    }

    private Tree? Find(long id)
    {
        lock (_gate)
            return _trees.GetValueOrDefault(id);
    }

    private Tree[] Trees()
    {
        lock (_gate)
            return [.. _trees.Values];
    }

    private void ServeControl()
    {
        Span<byte> message = stackalloc byte[16];
        Span<int> descriptors = stackalloc int[SocketMessages.MostDescriptors];
        var (bytes, count) = SocketMessages.Receive(ControlDescriptor, message, descriptors);
        if (bytes <= 0)
        {
            if (bytes is 0 or not -Errors.Interrupted)
                HostIsGone();
            return;
        }
        if (count < 4 || _hostIsGone)
        {
            foreach (var descriptor in descriptors[..count])
                _ = Libc.Close(descriptor);
            return;
        }
        _starter.Begin(descriptors[..count].ToArray());
    }

    private void HostIsGone()
    {
        if (_hostIsGone)
            return;
        _hostIsGone = true;
        _events.Forget(ControlDescriptor);
        foreach (var tree in Trees())
            End(tree);
    }

    /// <summary>A thread has started the first process of a tree, or has failed to.</summary>
    private void ServeStart()
    {
        long id;
        if (Libc.Read(_starts, &id, sizeof(long)) != sizeof(long) || Find(id) is not { } tree)
            return;
        if (tree.Start == Tree.StartState.Failed)
        {
            Close(tree, FrameKind.Failed, OutcomeJson.Failed(tree.StartStep, tree.StartErrno, Errors.Text(tree.StartErrno)));
            return;
        }
        SocketMessages.WriteFrame(tree.Channel, (byte)FrameKind.Started, OutcomeJson.Started(tree.Root));
        if (_hostIsGone || tree.IsEnding)
            End(tree);
        if (tree.IsRootReaped)
            EndRest(tree);
    }

    /// <summary>The host wants a signal sent, or is done with the tree.</summary>
    private void ServeChannel(Tree tree)
    {
        if (_block == tree)
        {
            ServeBlock(tree);
            return;
        }
        Span<byte> command = stackalloc byte[4];
        int read;
        fixed (byte* into = command)
            read = (int)Libc.Receive(tree.Channel, into, 4, 0x40);
        if (read == 4)
            Signal(tree, BinaryPrimitives.ReadInt32LittleEndian(command));
        else if (read == 0 || (read < 0 && Libc.Errno is not (Errors.Interrupted or Errors.Again)))
        {
            _events.Forget(tree.Channel);
            End(tree);
        }
    }

    private void Signal(Tree tree, int signal)
    {
        // Negative: the time of the tree begins now, in milliseconds. 0 ends the tree: what a host calls that wants nothing left.
        if (signal < 0)
            tree.Deadline = _time.GetTimestamp() + (long)(-(long)signal / 1000.0 * _time.TimestampFrequency);
        else if (signal == 0)
            End(tree);
        else if (tree.Root != 0 && !tree.IsRootReaped)
            _ = Libc.Kill(tree.Root, signal);
    }

    /// <summary>Two hundred trees need more descriptors than a process may have by default; their programs get the limits that were.</summary>
    private void RaiseOpenFiles()
    {
        fixed (ulong* own = _openFiles)
        {
            if (Libc.PrLimit(0, OpenFiles, null, own) == 0)
            {
                var raised = stackalloc ulong[2] { own[1], own[1] };
                _ = Libc.PrLimit(0, OpenFiles, raised, null);
            }
        }
    }
}
