using System.Text;
using IronCage.Core.Memory;

namespace IronCage.Runtime.Protections;

/// <summary>A kill switch that processes forked later share: thrown in one of them it stops all. Thread-safe.</summary>
internal sealed unsafe class StopSwitch
{
    /// <summary>Length of the shared memory.</summary>
    private const int Length = 4096;

    /// <summary>UTF-8 bytes of a reason that are kept.</summary>
    private const int MostReason = Length - 2 * sizeof(int);

    private const int Writing = 1;
    private const int Thrown = 2;

    private readonly SharedMemory _memory;
    private string? _reason;

    public StopSwitch()
        : this(new SharedMemory(Length))
    {
    }

    private StopSwitch(SharedMemory memory) => _memory = memory;

    /// <summary>That of the process from which this one was forked.</summary>
    public static StopSwitch Inherit(nint address) => new(SharedMemory.Inherit(address, Length));

    public nint Address => _memory.Address;

    /// <summary>Why it was thrown; null while it was not.</summary>
    public string? Reason
    {
        get
        {
            if (_reason is not null)
                return _reason;
            var state = Volatile.Read(ref *(int*)Address);
            if (state == Thrown)
                _reason = Encoding.UTF8.GetString((byte*)Address + 2 * sizeof(int), ((int*)Address)[1]);
            GC.KeepAlive(_memory);
            return _reason ?? (state == Writing ? "stopped" : null);
        }
    }

    /// <summary>Throws it; false when it was thrown before. Of a reason the first 4,088 bytes of UTF-8 are kept.</summary>
    public bool Throw(string reason)
    {
        if (Interlocked.CompareExchange(ref *(int*)Address, Writing, 0) != 0)
            return false;
        Encoding.UTF8.GetEncoder().Convert(reason, new Span<byte>((byte*)Address + 2 * sizeof(int), MostReason), flush: true, out _, out var length, out _);
        ((int*)Address)[1] = length;
        Volatile.Write(ref *(int*)Address, Thrown);
        GC.KeepAlive(_memory);
        return true;
    }
}
