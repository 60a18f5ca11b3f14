using System.Runtime.InteropServices;

namespace IronCage.State;

/// <summary>An account in shared memory, as <see cref="SharedLedger"/> keeps it. Behind it lie <see cref="MostOwners"/> slots of <see cref="LedgerOwner"/>. Amounts are picodollars.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct LedgerLayout
{
    /// <summary>Length of the whole mapping: 64 KiB, of which one page is in use while few processes share it.</summary>
    public const int Length = 65536;

    /// <summary>How many processes can have holds at once.</summary>
    public const int MostOwners = 2000;

    /// <summary>In <see cref="Limit"/>: spend is tracked, not limited.</summary>
    public const long Unlimited = -1;

    public fixed byte Mutex[RobustMutex.Size];
    public long Limit;
    public long Spent;

    /// <summary>The sum of the owners' holds.</summary>
    public long Held;

    /// <summary>Grows with every change.</summary>
    public long Version;

    /// <summary>How many slots were ever used: those behind are empty.</summary>
    public int Owners;

    /// <summary>1 while the figures below are being copied into their places: whoever finds it so copies them again.</summary>
    public int Pending;
    public int PendingOwner;
    public int Unused;
    public long PendingSpent;
    public long PendingHeld;
    public long PendingOwnerHeld;
}
