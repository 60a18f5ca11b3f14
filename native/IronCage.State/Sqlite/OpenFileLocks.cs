using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using IronCage.Core.Native;

namespace IronCage.State;

/// <summary>
/// Makes the locks of our copy of SQLite belong to open file descriptions instead of the process. POSIX record locks of a process vanish as soon as anything in
/// it closes any descriptor of the file, and hosts have a second SQLite (Python's <c>sqlite3</c>) that does just that; the next process to close the store would
/// then believe that it is the last, and delete the log under us. Sound because a process has one connection per file (<see cref="SqliteFiles"/>).
/// <para>
/// One lock stays POSIX: the WAL write lock. Descriptions are shared with forked children, so a writer that is killed would leave that lock standing for as long as
/// its children live; a POSIX lock dies with its process. Among our own writers <see cref="FileLock"/> excludes anyway.
/// </para>
/// </summary>
internal static unsafe partial class OpenFileLocks
{
    // Byte of the -shm file that holds the write lock: WALINDEX_LOCK_OFFSET, fixed by SQLite's file format.
    private const long WriteLockByte = 120;

    // Offset of xSetSystemCall and xGetSystemCall in struct sqlite3_vfs (version 3) with 8-byte pointers: 3 ints and padding, then 17 and 18 pointers.
    private const int SetSystemCallOffset = 144;
    private const int GetSystemCallOffset = 152;

    private static readonly Lock Sync = new();
    private static bool s_installed;
    private static delegate* unmanaged<int, int, nint, int> s_next;
    private static delegate* unmanaged[SuppressGCTransition]<int, int, nint, int> s_nextAtOnce;

    [LibraryImport("sqlite3", EntryPoint = "sqlite3_vfs_find")]
    private static partial nint FindVfs(nint name);

    /// <summary>Once per process, before the first connection.</summary>
    public static void Install()
    {
        lock (Sync)
        {
            if (s_installed)
                return;
            var vfs = FindVfs(0);
            if (vfs == 0 || sizeof(nint) != 8 || *(int*)vfs < 3)
                throw new InvalidOperationException("this SQLite has no unix file layer of version 3");
            var set = (delegate* unmanaged<nint, byte*, nint, int>)(*(nint*)(vfs + SetSystemCallOffset));
            var get = (delegate* unmanaged<nint, byte*, nint>)(*(nint*)(vfs + GetSystemCallOffset));
            fixed (byte* name = "fcntl\0"u8)
            {
                var next = get(vfs, name);
                s_next = (delegate* unmanaged<int, int, nint, int>)next;
                s_nextAtOnce = (delegate* unmanaged[SuppressGCTransition]<int, int, nint, int>)next;
                delegate* unmanaged[Cdecl]<int, int, nint, int> hook = &FileControl;
                if (next == 0 || set(vfs, name, (nint)hook) != 0)
                    throw new InvalidOperationException("this SQLite does not let its fcntl be replaced");
            }
            s_installed = true;
        }
    }

    /// <summary>
    /// In place of fcntl(2) inside SQLite, which reads errno afterwards: the calls that cannot block run without a transition to the collector, and errno is put back
    /// as the last thing.
    /// </summary>
    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int FileControl(int descriptor, int command, nint argument)
    {
        int result;
        if (command is Libc.GetLock or Libc.SetLock or Libc.SetLockWait && argument != 0)
        {
            var record = (RecordLock*)argument;
            if (record->Start != WriteLockByte || record->Length != 1)
            {
                record->Pid = 0;
                command += Libc.OpenFileGetLock - Libc.GetLock;
            }
        }
        if (command is Libc.SetLockWait or Libc.OpenFileSetLockWait)
            result = s_next(descriptor, command, argument);
        else
            result = s_nextAtOnce(descriptor, command, argument);
        var error = Marshal.GetLastSystemError();
        Marshal.SetLastSystemError(error);
        return result;
    }
}
