using System.Runtime.InteropServices;

namespace IronCage.Core.Native;

/// <summary>What of the C library's files is needed beside .NET's own file API. Numbers are those of Linux on x86-64 and arm64; callers elsewhere do without.</summary>
public static partial class Libc
{
    /// <summary><c>F_SETFL</c>: the flags of an open file.</summary>
    public const int SetFlags = 4;

    /// <summary><c>F_GETLK</c>: who holds a record lock.</summary>
    public const int GetLock = 5;

    /// <summary><c>F_SETLK</c>: takes or leaves a record lock at once, or fails.</summary>
    public const int SetLock = 6;

    /// <summary><c>F_SETLKW</c>: takes a record lock, waiting for it.</summary>
    public const int SetLockWait = 7;

    /// <summary><c>F_SETOWN</c>: whom signals of the file are for.</summary>
    public const int SetOwner = 8;

    /// <summary><c>F_GETOWN</c>.</summary>
    public const int GetOwner = 9;

    /// <summary><c>F_OFD_GETLK</c>: as <see cref="GetLock"/>, of locks of the open file instead of the process.</summary>
    public const int OpenFileGetLock = 36;

    /// <summary><c>F_OFD_SETLK</c>.</summary>
    public const int OpenFileSetLock = 37;

    /// <summary><c>F_OFD_SETLKW</c>.</summary>
    public const int OpenFileSetLockWait = 38;

    /// <summary><c>O_APPEND</c>, of <see cref="SetFlags"/>: what is written goes to the end.</summary>
    public const int Append = 0x400;

    /// <summary><c>EINTR</c>: a signal came; to be asked again.</summary>
    public const int Interrupted = 4;

    /// <summary><c>EAGAIN</c>: another process has the lock.</summary>
    public const int TryAgain = 11;

    /// <summary><c>EACCES</c>: what some file systems say for <see cref="TryAgain"/>.</summary>
    public const int AccessDenied = 13;

    /// <summary><c>EDEADLK</c>: to wait would be to wait for each other.</summary>
    public const int WouldDeadlock = 35;

    /// <summary><c>fcntl</c> with a record lock: 0, or −1 with the error in <see cref="Marshal.GetLastPInvokeError"/>.</summary>
    /// <param name="descriptor">Of the open file.</param>
    /// <param name="command">One of the commands for locks.</param>
    /// <param name="argument">The lock; of <see cref="GetLock"/> it receives the answer.</param>
    [LibraryImport("libc", EntryPoint = "fcntl", SetLastError = true)]
    public static partial int FileControl(int descriptor, int command, ref RecordLock argument);

    /// <summary><c>fcntl</c> with a number: what the command returns, or −1 with the error in <see cref="Marshal.GetLastPInvokeError"/>.</summary>
    /// <param name="descriptor">Of the open file.</param>
    /// <param name="command">One of the other commands.</param>
    /// <param name="argument">Its argument; 0 where it has none.</param>
    [LibraryImport("libc", EntryPoint = "fcntl", SetLastError = true)]
    public static partial int FileControl(int descriptor, int command, nint argument);

    [LibraryImport("libc", EntryPoint = "realpath", StringMarshalling = StringMarshalling.Utf8)]
    private static partial nint RealPath(string path, nint buffer);

    /// <summary>The absolute path without links, or null when it does not exist or cannot be read.</summary>
    public static unsafe string? ResolvePath(string path)
    {
        var resolved = RealPath(path, 0);
        if (resolved == 0)
            return null;
        try
        {
            return Marshal.PtrToStringUTF8(resolved);
        }
        finally
        {
            NativeMemory.Free((void*)resolved);
        }
    }
}
