using IronCage.Core.Memory;

namespace IronCage.Runtime.Runs;

/// <summary>How many calls a run has made, against its cap: one count for a run and for what it goes on as in forked processes. Thread-safe.</summary>
internal sealed unsafe class CallCount
{
    private readonly SharedMemory _memory;

    public CallCount()
        : this(new SharedMemory(sizeof(long)))
    {
    }

    private CallCount(SharedMemory memory) => _memory = memory;

    /// <summary>That of the process from which this one was forked.</summary>
    public static CallCount Inherit(nint address) => new(SharedMemory.Inherit(address, sizeof(long)));

    public nint Address => _memory.Address;

    /// <summary>Counts a call; false, and nothing is counted, when the cap is reached.</summary>
    public bool TryAdd(long cap)
    {
        while (true)
        {
            var count = Volatile.Read(ref *(long*)Address);
            if (count >= cap)
            {
                GC.KeepAlive(_memory);
                return false;
            }
            if (Interlocked.CompareExchange(ref *(long*)Address, count + 1, count) == count)
            {
                GC.KeepAlive(_memory);
                return true;
            }
        }
    }

    /// <summary>A counted call did not leave after all.</summary>
    public void Remove()
    {
        Interlocked.Decrement(ref *(long*)Address);
        GC.KeepAlive(_memory);
    }
}
