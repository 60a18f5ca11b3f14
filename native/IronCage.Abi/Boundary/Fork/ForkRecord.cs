namespace IronCage.Abi.Boundary.Fork;

/// <summary>The node of one object. Threads that still work with an object which another one frees have a record without a node.</summary>
internal sealed unsafe class ForkRecord(ForkList list, ForkNode* node)
{
    private int _released;

    /// <summary>Null when it is gone. Changes under the list's lock only.</summary>
    public ForkNode* Node { get; set; } = node;

    /// <summary>The host has the object from now on.</summary>
    public ulong Publish(ulong handle)
    {
        list.Publish(this, handle);
        return handle;
    }

    /// <summary>The host has freed it. Idempotent.</summary>
    public void Release()
    {
        if (Interlocked.Exchange(ref _released, 1) == 0)
            list.Release(this);
    }
}
