namespace IronCage.Sandbox.Spawning;

/// <summary>While this lives the calling thread has no effective capabilities.</summary>
internal readonly unsafe ref struct DroppedCapabilities
{
    private const uint Version3 = 0x20080522;

    private readonly uint _low, _high, _permittedLow, _permittedHigh, _inheritableLow, _inheritableHigh;

    public DroppedCapabilities()
    {
        var header = stackalloc uint[2] { Version3, 0 };
        var data = stackalloc uint[6];
        if (Libc.Syscall(SystemCalls.CapGet, (nint)header, (nint)data) != 0)
            throw new KernelException("capget", Libc.Errno);
        (_low, _permittedLow, _inheritableLow) = (data[0], data[1], data[2]);
        (_high, _permittedHigh, _inheritableHigh) = (data[3], data[4], data[5]);
        Set(0, 0);
    }

    public void Dispose() => Set(_low, _high);

    private void Set(uint low, uint high)
    {
        if ((_low | _high) == 0)
            return;
        var header = stackalloc uint[2] { Version3, 0 };
        var data = stackalloc uint[6] { low, _permittedLow, _inheritableLow, high, _permittedHigh, _inheritableHigh };
        if (Libc.Syscall(SystemCalls.CapSet, (nint)header, (nint)data) != 0)
            throw new KernelException("capset", Libc.Errno);
    }
}
