using System.Runtime.InteropServices;

namespace IronCage.Abi.Boundary;

/// <summary>Calls that were pending and are decided, with a descriptor that is readable while there are some.</summary>
internal sealed partial class CompletionQueue : IDisposable
{
    private readonly Lock _gate = new();
    private readonly LinkedList<ulong> _order = new();
    private readonly Dictionary<ulong, LinkedListNode<ulong>> _nodes = [];
    private int _descriptor = -1;
    private bool _disposed;

    /// <summary>The eventfd, made at the first use; −1 where there is none.</summary>
    public int Descriptor
    {
        get
        {
            lock (_gate)
            {
                if (_descriptor < 0 && !_disposed && OperatingSystem.IsLinux())
                {
                    _descriptor = EventFd((uint)_order.Count, CloseOnExec | NonBlock);
                }
                return _descriptor;
            }
        }
    }

    public void Add(ulong call)
    {
        lock (_gate)
        {
            if (_nodes.ContainsKey(call))
                return;
            _nodes[call] = _order.AddLast(call);
            Signal();
        }
    }

    /// <summary>The verdict was fetched without asking here: there is nothing to report any more.</summary>
    public void Forget(ulong call)
    {
        lock (_gate)
        {
            if (!_nodes.Remove(call, out var node))
                return;
            _order.Remove(node);
            if (_order.Count == 0)
                Reset();
        }
    }

    public int Take(Span<ulong> into)
    {
        lock (_gate)
        {
            var count = 0;
            while (count < into.Length && _order.First is { } first)
            {
                into[count++] = first.Value;
                _nodes.Remove(first.Value);
                _order.RemoveFirst();
            }
            if (_order.Count == 0)
                Reset();
            return count;
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            if (_descriptor >= 0)
                _ = Close(_descriptor);
            _descriptor = -1;
            _disposed = true;
        }
    }

    private unsafe void Signal()
    {
        if (_descriptor < 0)
            return;
        ulong one = 1;
        _ = Write(_descriptor, &one, sizeof(ulong));
    }

    private unsafe void Reset()
    {
        if (_descriptor < 0)
            return;
        ulong count;
        _ = Read(_descriptor, &count, sizeof(ulong));
    }

    private const int CloseOnExec = 0x80000;
    private const int NonBlock = 0x800;

    [LibraryImport("libc", EntryPoint = "eventfd")]
    private static partial int EventFd(uint initial, int flags);

    [LibraryImport("libc", EntryPoint = "write")]
    private static unsafe partial nint Write(int descriptor, void* data, nuint length);

    [LibraryImport("libc", EntryPoint = "read")]
    private static unsafe partial nint Read(int descriptor, void* data, nuint length);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int Close(int descriptor);
}
