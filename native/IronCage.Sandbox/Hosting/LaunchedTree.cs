using System.Buffers.Binary;
using IronCage.Sandbox.Kernel;
using IronCage.Sandbox.Spawning;
using IronCage.Sandbox.Supervising;

namespace IronCage.Sandbox.Hosting;

/// <summary>A tree as the host sees it: a socket that can be polled, over which the supervisor tells what becomes of it.</summary>
internal sealed unsafe class LaunchedTree : IDisposable
{
    private const int DontWait = 0x40;

    private readonly SupervisorProcess _supervisor;
    private readonly TreeMark _mark;
    private readonly Lock _gate = new();
    private readonly List<byte> _received = [];
    private int _channel;
    private readonly long _ownTimeout;
    private bool _isDisposed;

    private LaunchedTree(SupervisorProcess supervisor, TreeMark mark, int channel, long ownTimeout)
    {
        _supervisor = supervisor;
        _mark = mark;
        _channel = channel;
        _ownTimeout = ownTimeout;
    }

    /// <summary>Readable when there is news, at the end in any case.</summary>
    public int Descriptor => _channel;

    /// <summary>How far it is.</summary>
    public LaunchState State { get; private set; }

    /// <summary>What was told last: <c>{"pid": N}</c>, an outcome, or why it could not be started.</summary>
    public byte[] Message { get; private set; } = [];

    /// <summary>Starts a program. Returns before it runs.</summary>
    /// <param name="sandbox">Whose policy.</param>
    /// <param name="command">The program.</param>
    /// <exception cref="SandboxException">There is no supervisor, or the program cannot be found.</exception>
    public static LaunchedTree Start(ConfiguredSandbox sandbox, LaunchCommand command)
    {
        var program = ProgramSearch.Find(sandbox.Compiled, command);
        var mark = SupervisorProcess.NewMark();
        var own = sandbox.Compiled.Timeout is { } limit ? (long)Math.Ceiling(limit.TotalMilliseconds) : 0;
        var timeout = command.TimeoutMilliseconds >= 0 ? command.TimeoutMilliseconds : own;
        var folder = PrivateFolder.Make(sandbox.TemporaryDirectory);
        try
        {
            var environment = NativeText.Block(sandbox.Compiled.Environment);
            var request = new LaunchRequest(sandbox.Setup, program, command.Arguments, environment, command.Directory, NativeText.Of(folder), mark, timeout, command.Unconfined);
            return Start(request, command.Descriptors, folder, own);
        }
        catch
        {
            PrivateFolder.Remove(folder);
            throw;
        }
    }

    private static LaunchedTree Start(LaunchRequest request, int[] descriptors, string folder, long own)
    {
        var mark = request.Mark;
        for (var attempt = 0; ; attempt++)
        {
            var supervisor = SupervisorProcess.Current();
            var (ours, theirs) = SocketMessages.Pair(packets: false);
            var taken = supervisor.TryHandOver(mark, folder, [theirs, .. descriptors]);
            _ = Libc.Close(theirs);
            if (taken && SocketMessages.WriteAll(ours, request.Write()) == 0)
                return new LaunchedTree(supervisor, mark, ours, own);
            _ = Libc.Close(ours);
            if (attempt == 2)
                throw new SandboxException("the supervisor does not take requests: it was ended again and again");
        }
    }

    /// <summary>Takes what there is to read, without waiting.</summary>
    public void Poll()
    {
        lock (_gate)
        {
            if (_isDisposed || State is LaunchState.Ended or LaunchState.Failed or LaunchState.Lost)
                return;
            var isOver = Receive();
            while (TryFrame(out var kind, out var payload))
            {
                Message = payload;
                State = kind switch
                {
                    FrameKind.Started => LaunchState.Running,
                    FrameKind.Failed => LaunchState.Failed,
                    _ => LaunchState.Ended,
                };
            }
            if (State is LaunchState.Ended or LaunchState.Failed)
                _supervisor.Forget(_mark);
            else if (isOver || _supervisor.IsDead)
                Lose();
        }
    }

    /// <summary>Sends a signal to the first process; 0 ends the whole tree.</summary>
    public void Signal(int signal)
    {
        lock (_gate)
        {
            if (_isDisposed)
                return;
            Span<byte> command = stackalloc byte[4];
            BinaryPrimitives.WriteInt32LittleEndian(command, signal);
            SocketMessages.WriteAll(_channel, command);
        }
    }

    /// <summary>Lets the time of the tree begin now, whatever it was.</summary>
    /// <param name="milliseconds">Until it is ended, at most 2147483647; −1: as the policy says.</param>
    public void Limit(long milliseconds)
    {
        var limit = milliseconds >= 0 ? milliseconds : _ownTimeout;
        if (limit > 0)
            Signal(-(int)Math.Min(limit, int.MaxValue));
    }

    /// <summary>Lets go of it: what still runs of it is ended.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            if (_isDisposed)
                return;
            _isDisposed = true;
            _ = Libc.Close(_channel);
            _channel = -1;
            // What is let go of before its end is ended by the supervisor; until it died itself the mark is kept for that case.
            if (State is LaunchState.Ended or LaunchState.Failed or LaunchState.Lost)
                _supervisor.Forget(_mark);
        }
    }

    private void Lose()
    {
        State = LaunchState.Lost;
        Message = OutcomeJson.Failed("supervisor", 0, "the supervisor of the sandbox was ended; so was all that it had started");
        _supervisor.EndTrees();
    }

    /// <summary>True at the end.</summary>
    private bool Receive()
    {
        var buffer = stackalloc byte[8192];
        while (true)
        {
            var read = Libc.Receive(_channel, buffer, 8192, DontWait);
            if (read > 0)
                _received.AddRange(new ReadOnlySpan<byte>(buffer, (int)read));
            else if (read == 0)
                return true;
            else if (Libc.Errno != Errors.Interrupted)
                return Libc.Errno != Errors.Again;
        }
    }

    private bool TryFrame(out FrameKind kind, out byte[] payload)
    {
        (kind, payload) = (default, []);
        if (_received.Count < 5)
            return false;
        var length = BinaryPrimitives.ReadInt32LittleEndian(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_received));
        if (_received.Count < 5 + length)
            return false;
        kind = (FrameKind)_received[4];
        payload = [.. _received[5..(5 + length)]];
        _received.RemoveRange(0, 5 + length);
        return true;
    }
}
