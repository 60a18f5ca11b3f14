using System.Runtime.InteropServices;

namespace IronCage.State;

/// <summary>What of the C library is needed beside .NET's own file API. Numbers are those of Linux on x86-64 and arm64.</summary>
internal static partial class Libc
{
    public const int GetLock = 5;
    public const int SetLock = 6;
    public const int SetLockWait = 7;
    public const int SetOwner = 8;
    public const int GetOwner = 9;
    public const int OpenFileGetLock = 36;
    public const int OpenFileSetLock = 37;
    public const int OpenFileSetLockWait = 38;

    public const int Interrupted = 4;      // EINTR
    public const int TryAgain = 11;        // EAGAIN
    public const int AccessDenied = 13;    // EACCES: what some file systems say for EAGAIN
    public const int WouldDeadlock = 35;   // EDEADLK

    [LibraryImport("libc", EntryPoint = "fcntl", SetLastError = true)]
    public static partial int FileControl(int descriptor, int command, ref RecordLock argument);

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
