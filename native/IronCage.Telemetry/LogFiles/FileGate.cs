using System.Runtime.InteropServices;
using IronCage.Core.Native;
using Microsoft.Win32.SafeHandles;

namespace IronCage.Telemetry;

/// <summary>
/// The lock that all processes pass through that write one log. On Linux a POSIX record lock: unlike flock(2) it is not shared with forked children, so a writer that is killed never leaves it behind.
/// Elsewhere the file is opened for one process alone. One thread of a process at a time.
/// </summary>
internal sealed class FileGate : IDisposable
{
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
        var record = new RecordLock { Type = RecordLock.Write, Length = 1 };
        while (Libc.FileControl(Descriptor(file.SafeFileHandle), Libc.SetLockWait, ref record) != 0)
        {
            var error = Marshal.GetLastPInvokeError();
            if (error is Libc.Interrupted or Libc.WouldDeadlock)
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
            _ = Libc.FileControl(Descriptor(file), Libc.SetFlags, Libc.Append);
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
}
