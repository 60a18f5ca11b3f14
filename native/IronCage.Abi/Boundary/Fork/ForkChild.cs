using System.Runtime.InteropServices;

namespace IronCage.Abi.Boundary.Fork;

/// <summary>A private copy of the library in a forked child takes over what the parent's copy left.</summary>
internal static unsafe class ForkChild
{
    /// <exception cref="AbiException">The state is none, is of another build of the library, or comes too late.</exception>
    public static void Adopt(ForkState* parent)
    {
        if (parent is null || parent->Magic != ForkState.Mark)
            throw new AbiException(Status.Argument, "state is not what ironcage_fork_state gave in the parent");
        if (parent == ForkList.Instance.State)
            throw new AbiException(Status.Sequence, "this is the copy of the library that the parent used: load a private one (see FORK in ironcage.h)");
        if (!Same(parent->Fingerprint, Strings.Fingerprint) || !Same(parent->Version, Strings.Version))
            throw new AbiException(Status.Argument, $"the parent's library was another build: {Text(parent->Version)}, this one is {Text(Strings.Version)}; restart the program after an upgrade");
        if (!HandleTable.Instance.TryReserve(parent->Slots))
            throw new AbiException(Status.Sequence, "ironcage_fork_adopt must come first in a private copy, and once");
        var all = new Dictionary<nint, Inherited>();
        foreach (var record in ForkList.Instance.TakeOver(parent))
            all.Add((nint)record.Node, new Inherited(record, all));
        foreach (var inherited in all.Values)
        {
            if (inherited.Record.Node->Handle is not 0 and var handle)
                HandleTable.Instance.Restore(handle, inherited);
        }
    }

    private static bool Same(byte* one, byte* other) => MemoryMarshal.CreateReadOnlySpanFromNullTerminated(one).SequenceEqual(MemoryMarshal.CreateReadOnlySpanFromNullTerminated(other));

    private static string Text(byte* text) => Marshal.PtrToStringUTF8((nint)text) ?? "";
}
