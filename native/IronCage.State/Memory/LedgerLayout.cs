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

    /// <summary>Room for <see cref="Window"/> and <see cref="Zone"/>, a closing zero included.</summary>
    public const int WindowLength = 64;

    /// <summary>Room for <see cref="Name"/>, a closing zero included; a longer name is cut.</summary>
    public const int NameLength = 1024;

    public fixed byte Mutex[RobustMutex.Size];

    /// <summary>Of each window, top-ups not counted.</summary>
    public long Limit;
    public long Spent;

    /// <summary>The sum of the owners' holds.</summary>
    public long Held;

    /// <summary>Top-ups of the current window.</summary>
    public long Extra;

    /// <summary>The current window, in milliseconds since 1970 UTC.</summary>
    public long PeriodStart;
    public long PeriodEnd;

    /// <summary>Grows with every change.</summary>
    public long Version;

    /// <summary>How many slots were ever used: those behind are empty.</summary>
    public int Owners;

    /// <summary>1: nothing is granted.</summary>
    public int Frozen;

    /// <summary>1 while the figures below are being copied into their places: whoever finds it so copies them again.</summary>
    public int Pending;
    public int PendingOwner;
    public long PendingSpent;
    public long PendingHeld;
    public long PendingOwnerHeld;
    public long PendingExtra;
    public long PendingStart;
    public long PendingEnd;

    /// <summary>Where the account above it lies; 0 for none. The same in all processes, as they are forked from the one that made both.</summary>
    public nint Parent;

    /// <summary>As <see cref="Core.Ledger.BudgetWindow"/> has them, in UTF-8.</summary>
    public fixed byte Window[WindowLength];
    public fixed byte Zone[WindowLength];

    /// <summary>Of the account, in UTF-8.</summary>
    public fixed byte Name[NameLength];
}
