using System.Runtime.InteropServices;
using IronCage.Core.Ledger;

namespace IronCage.State;

/// <summary>
/// A POSIX mutex in shared memory that survives the death of whoever holds it: the next one gets it, and is told so. Not reentrant.
/// </summary>
internal static unsafe partial class RobustMutex
{
    /// <summary>Room for a <c>pthread_mutex_t</c>: 40 bytes on x86-64, 48 on arm64.</summary>
    public const int Size = 64;

    private const int Robust = 1;         // PTHREAD_MUTEX_ROBUST
    private const int ProcessShared = 1;  // PTHREAD_PROCESS_SHARED
    private const int Busy = 16;          // EBUSY
    private const int TimedOut = 110;     // ETIMEDOUT
    private const int OwnerDead = 130;    // EOWNERDEAD
    private const int Patience = 10;

    /// <summary>Makes one in zeroed memory.</summary>
    public static void Initialise(byte* mutex)
    {
        var attributes = stackalloc byte[64];
        Check(InitAttributes(attributes));
        Check(SetShared(attributes, ProcessShared));
        Check(SetRobust(attributes, Robust));
        Check(Init(mutex, attributes));
        _ = DestroyAttributes(attributes);
    }

    /// <summary>Takes it. True: its last owner died with it, and what it guards may be half changed.</summary>
    /// <exception cref="StoreException">A process has kept it for 10 s: it is stopped, or hangs.</exception>
    public static bool Enter(byte* mutex)
    {
        var error = TryLock(mutex);
        if (error == Busy)
        {
            var until = stackalloc long[2];
            _ = ClockTime(0, until);
            until[0] += Patience;
            error = TimedLock(mutex, until);
        }
        if (error == TimedOut)
            throw new StoreException($"a budget in memory has been locked by another process for {Patience} s; is a process of this program stopped?");
        if (error != OwnerDead)
        {
            Check(error);
            return false;
        }
        Check(MakeConsistent(mutex));
        return true;
    }

    public static void Exit(byte* mutex) => Check(Unlock(mutex));

    private static void Check(int error)
    {
        if (error != 0)
            throw new StoreException($"a budget in memory cannot be locked ({Marshal.GetPInvokeErrorMessage(error)})");
    }

    [LibraryImport("libc", EntryPoint = "pthread_mutexattr_init")]
    private static partial int InitAttributes(byte* attributes);

    [LibraryImport("libc", EntryPoint = "pthread_mutexattr_destroy")]
    private static partial int DestroyAttributes(byte* attributes);

    [LibraryImport("libc", EntryPoint = "pthread_mutexattr_setpshared")]
    private static partial int SetShared(byte* attributes, int value);

    [LibraryImport("libc", EntryPoint = "pthread_mutexattr_setrobust")]
    private static partial int SetRobust(byte* attributes, int value);

    [LibraryImport("libc", EntryPoint = "pthread_mutex_init")]
    private static partial int Init(byte* mutex, byte* attributes);

    [LibraryImport("libc", EntryPoint = "pthread_mutex_trylock")]
    private static partial int TryLock(byte* mutex);

    [LibraryImport("libc", EntryPoint = "pthread_mutex_timedlock")]
    private static partial int TimedLock(byte* mutex, long* until);

    [LibraryImport("libc", EntryPoint = "pthread_mutex_consistent")]
    private static partial int MakeConsistent(byte* mutex);

    [LibraryImport("libc", EntryPoint = "pthread_mutex_unlock")]
    private static partial int Unlock(byte* mutex);

    [LibraryImport("libc", EntryPoint = "clock_gettime")]
    private static partial int ClockTime(int clock, long* time);
}
