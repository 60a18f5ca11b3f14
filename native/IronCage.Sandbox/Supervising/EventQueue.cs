using System.Buffers.Binary;
using System.Runtime.InteropServices;
using IronCage.Sandbox.Spawning;

namespace IronCage.Sandbox.Supervising;

/// <summary>epoll: descriptors, each with a number that is told when there is something to read. Adding is safe from any thread, and allocates nothing.</summary>
internal sealed unsafe class EventQueue : IDisposable
{
    private const int Add = 1, Delete = 2;
    private const uint Readable = 1;
    private const int Most = 64;

    // struct epoll_event is packed on x86-64 only.
    private static readonly int s_dataAt = RuntimeInformation.ProcessArchitecture == Architecture.X64 ? 4 : 8;
    private static readonly int s_size = s_dataAt + 8;

    private readonly int _epoll = Libc.EpollCreate(Files.CloseOnExec);
    private readonly byte[] _events = GC.AllocateArray<byte>(Most * 16, pinned: true);

    /// <summary>Watches a descriptor. errno, 0 when done.</summary>
    public int Watch(int descriptor, ulong data)
    {
        var @event = stackalloc byte[16];
        *(uint*)@event = Readable;
        *(ulong*)(@event + s_dataAt) = data;
        return Libc.EpollControl(_epoll, Add, descriptor, @event) == 0 ? 0 : Libc.Errno;
    }

    /// <summary>Watches it no more; closing it does the same.</summary>
    public void Forget(int descriptor) => _ = Libc.EpollControl(_epoll, Delete, descriptor, null);

    /// <summary>Waits for what is ready.</summary>
    /// <param name="into">The numbers.</param>
    /// <param name="timeout">Milliseconds, −1 for ever.</param>
    public int Wait(Span<ulong> into, int timeout)
    {
        int count;
        fixed (byte* events = _events)
            count = Libc.EpollWait(_epoll, events, Math.Min(into.Length, Most), timeout);
        for (var i = 0; i < count; i++)
            into[i] = BinaryPrimitives.ReadUInt64LittleEndian(_events.AsSpan(i * s_size + s_dataAt));
        return Math.Max(count, 0);
    }

    public void Dispose() => _ = Libc.Close(_epoll);
}
