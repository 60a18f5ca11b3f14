namespace IronCage.Abi.Boundary.Fork;

/// <summary>The node of one object.</summary>
internal sealed unsafe class ForkRecord(ForkList list, ForkNode* node)
{
    private int _released;

    public ForkNode* Node => node;

    /// <summary>The host has the object from now on.</summary>
    public ulong Publish(ulong handle)
    {
        Volatile.Write(ref node->Handle, handle);
        return handle;
    }

    /// <summary>The host has freed it. Idempotent.</summary>
    public void Release()
    {
        if (Interlocked.Exchange(ref _released, 1) == 0)
            list.Release(this);
    }
}
