using System.Runtime.InteropServices;

namespace IronCage.Abi.Boundary.Fork;

/// <summary>
/// One object of the host, as a forked child needs it to go on with it. In memory of the C allocator, which the child has a copy of. At any instant, whatever the threads
/// of the parent are doing, the chain of <see cref="Next"/> is whole, and so is each node in it.
/// </summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct ForkNode
{
    public ForkNode* Next;

    /// <summary>Of use to the process that made it only, as is <see cref="References"/>: a child makes both anew.</summary>
    public ForkNode* Previous;

    public int References;
    public int Kind;

    /// <summary>0 before the host has it and after it has freed it: then it only serves others.</summary>
    public ulong Handle;

    /// <summary>The engine; null for an engine.</summary>
    public ForkNode* Engine;

    /// <summary>The budget of a protection, the protection of a run.</summary>
    public ForkNode* Of;

    /// <summary>The run around a run.</summary>
    public ForkNode* Outer;

    /// <summary>Address of the budget in shared memory, 0 if none.</summary>
    public nint Account;

    /// <summary>Address in shared memory of the kill switch of a protection, of the count of calls of a run; in memory of the C allocator, of the tokens of an engine.</summary>
    public nint Extra;

    /// <summary>The options, as the host gave them (<see cref="ForkText"/>).</summary>
    public byte* Options;

    /// <summary>The store's URL; of an engine, the hosts that were added (<see cref="ForkText"/>).</summary>
    public byte* Text;
}
