using IronCage.Core.Memory;

namespace IronCage.Runtime.Runs;

/// <summary>
/// How many calls a run has made and tokens it has used, and when it began, against its caps: one count for a run and for what it goes on as in forked processes. Thread-safe.
/// </summary>
internal sealed unsafe class RunCounts
{
    private const int Length = 3 * sizeof(long);
    private readonly SharedMemory _memory;

    /// <param name="began">A timestamp of the engine's clock, which forked processes share.</param>
    public RunCounts(long began)
        : this(new SharedMemory(Length)) => At[2] = began;

    private RunCounts(SharedMemory memory) => _memory = memory;

    /// <summary>That of the process from which this one was forked.</summary>
    public static RunCounts Inherit(nint address) => new(SharedMemory.Inherit(address, Length));

    public nint Address => _memory.Address;

    private long* At => (long*)_memory.Address;

    /// <summary>When the run began.</summary>
    public long Began
    {
        get
        {
            var began = At[2];
            GC.KeepAlive(_memory);
            return began;
        }
    }

    /// <summary>Tokens used so far, input and output.</summary>
    public long Tokens
    {
        get
        {
            var tokens = Volatile.Read(ref At[1]);
            GC.KeepAlive(_memory);
            return tokens;
        }
    }

    /// <summary>Counts a call; false, and nothing is counted, when the cap is reached.</summary>
    public bool TryAdd(long cap)
    {
        while (true)
        {
            var count = Volatile.Read(ref At[0]);
            if (count >= cap)
            {
                GC.KeepAlive(_memory);
                return false;
            }
            if (Interlocked.CompareExchange(ref At[0], count + 1, count) == count)
            {
                GC.KeepAlive(_memory);
                return true;
            }
        }
    }

    /// <summary>A counted call did not leave after all.</summary>
    public void Remove()
    {
        Interlocked.Decrement(ref At[0]);
        GC.KeepAlive(_memory);
    }

    /// <summary>A call was settled.</summary>
    public void AddTokens(long tokens)
    {
        Interlocked.Add(ref At[1], tokens);
        GC.KeepAlive(_memory);
    }
}
