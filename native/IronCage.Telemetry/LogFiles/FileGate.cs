using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace IronCage.Telemetry;

/// <summary>
/// The lock that all processes pass through that write one log. On Linux a POSIX record lock: unlike flock(2) it is not shared with forked children, so a writer that is killed never leaves it behind.
/// Elsewhere the file is opened for one process alone. One thread of a process at a time.
/// </summary>
internal sealed partial class FileGate : IDisposable
{
    // Of Linux on x86-64 and arm64.
    private const int SetFlags = 4;
    private const int SetLockWait = 7;
    private const int Append = 0x400;
    private const short WriteLock = 1;
    private const int Interrupted = 4;
    private const int WouldDeadlock = 35;

    /// <summary>Never set: to wait on it is to pause.</summary>
    private static readonly ManualResetEventSlim Pause = new(false);

    private readonly FileStream _file;

    private FileGate(FileStream file) => _file = file;

    /// <summary>Takes the lock, waiting for it as long as it takes. The file is made if it is not there.</summary>
    /// <exception cref="IOException">It cannot be taken.</exception>
    public static FileGate Enter(string path)
    {
        if (!OperatingSystem.IsLinux())
            return EnterAlone(path);
        var file = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
        var record = new Record { Type = WriteLock, Length = 1 };
        while (FileControl(Descriptor(file.SafeFileHandle), SetLockWait, ref record) != 0)
        {
            var error = Marshal.GetLastPInvokeError();
            if (error is Interrupted or WouldDeadlock)
            {
                Pause.Wait(1);
                continue;
            }
            file.Dispose();
            throw new IOException($"the lock {path} cannot be taken ({Marshal.GetPInvokeErrorMessage(error)})");
        }
        return new FileGate(file);
    }

    /// <summary>Whatever is written there goes to the end, also behind what others wrote without the lock.</summary>
    public static void AppendOnly(SafeFileHandle file)
    {
        if (OperatingSystem.IsLinux())
            _ = FileControl(Descriptor(file), SetFlags, Append);
    }

    public void Dispose() => _file.Dispose(); // with which a record lock ends

    private static FileGate EnterAlone(string path)
    {
        while (true)
        {
            try
            {
                return new FileGate(new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, bufferSize: 0));
            }
            catch (IOException e) when (e is not (FileNotFoundException or DirectoryNotFoundException or PathTooLongException) && File.Exists(path))
            {
                Pause.Wait(1);
            }
        }
    }

    private static int Descriptor(SafeFileHandle file) => (int)file.DangerousGetHandle();

    [LibraryImport("libc", EntryPoint = "fcntl", SetLastError = true)]
    private static partial int FileControl(int descriptor, int command, ref Record argument);

    [LibraryImport("libc", EntryPoint = "fcntl", SetLastError = true)]
    private static partial int FileControl(int descriptor, int command, nint argument);

    /// <summary><c>struct flock</c> of 64-bit Linux.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct Record
    {
        public short Type;
        public short Whence;
        public long Start;
        public long Length;
        public int Process;
    }
}
