using System.Runtime.InteropServices;

namespace IronCage.Abi.Boundary.Fork;

/// <summary>Where a forked child finds what its parent had: what <c>ironcage_fork_state</c> points to.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct ForkState
{
    /// <summary>Tells it from other memory: "ironfork".</summary>
    public const ulong Mark = 0x6B72_6F66_6E6F_7269;

    public ulong Magic;

    /// <summary>The <see cref="AbiIdentity"/> of the library that wrote it; another one cannot read it.</summary>
    public byte* Fingerprint;
    public byte* Version;

    /// <summary>The first of the chain, oldest first.</summary>
    public ForkNode* First;

    /// <summary>Slots of the handle table that were ever used: the child hands out handles behind them, so that those of its parent's calls are stale for ever.</summary>
    public int Slots;
}
