using System.Runtime.InteropServices;

namespace IronCage.Core.Memory;

/// <summary>
/// A piece of memory, zero at first, that processes forked later share with this one: what any of them writes the others see. Elsewhere than on Linux it is the
/// process's own. Unmapped when nobody refers to the object that mapped it any more; a forked child keeps its mapping. Whoever works on it must keep the object alive.
/// </summary>
public sealed unsafe partial class SharedMemory
{
    private const int ReadWrite = 3;         // PROT_READ | PROT_WRITE
    private const int SharedAnonymous = 0x21; // MAP_SHARED | MAP_ANONYMOUS
    private readonly nuint _length;

    /// <summary>Maps fresh memory.</summary>
    /// <param name="length">Bytes, above 0. Pages that nobody touches take no room.</param>
    /// <exception cref="InsufficientMemoryException">The system has none.</exception>
    public SharedMemory(int length)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(length);
        _length = (nuint)length;
        if (!OperatingSystem.IsLinux())
        {
            Address = (nint)NativeMemory.AllocZeroed(_length);
            return;
        }
        var address = Map(0, _length, ReadWrite, SharedAnonymous, -1, 0);
        if (address == -1)
        {
            GC.SuppressFinalize(this);
            throw new InsufficientMemoryException("no memory can be mapped");
        }
        Address = address;
        // A process may have some 65,000 mappings, and the collector, which sees small objects only, would let them run out.
        GC.AddMemoryPressure(Pressure);
    }

    private long Pressure => (long)Math.Max(_length, 4096);

    private SharedMemory(nint address, nuint length)
    {
        GC.SuppressFinalize(this);
        Address = address;
        _length = length;
    }

    ~SharedMemory()
    {
        if (OperatingSystem.IsLinux())
        {
            _ = Unmap(Address, _length);
            GC.RemoveMemoryPressure(Pressure);
        }
        else
        {
            NativeMemory.Free((void*)Address);
        }
    }

    /// <summary>Where it lies: in this process, and in those forked from it.</summary>
    public nint Address { get; }

    /// <summary>
    /// What the process that this one was forked from had mapped: same address, same length. It stays mapped as long as the process: how many objects are made of an
    /// address, and when, is for the heirs to say, and by the second unmapping something else may lie there.
    /// </summary>
    public static SharedMemory Inherit(nint address, int length) => new(address, (nuint)length);

    [LibraryImport("libc", EntryPoint = "mmap")]
    private static partial nint Map(nint address, nuint length, int protection, int flags, int descriptor, nint offset);

    [LibraryImport("libc", EntryPoint = "munmap")]
    private static partial int Unmap(nint address, nuint length);
}
