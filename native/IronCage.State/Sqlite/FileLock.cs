using System.Runtime.InteropServices;
using IronCage.Core.Ledger;
using IronCage.Core.Native;

namespace IronCage.State;

/// <summary>
/// The lock that write transactions of all processes pass through, on a companion file (<c>PATH-ironcage</c>) that nobody but this class opens.
/// POSIX record locks on purpose: unlike flock(2) and open-file-description locks they are not shared with forked children, so a killed writer never leaves the lock
/// behind in a child; and nothing else in the process closes the file, the trap of POSIX locks. Two bytes: whoever wants the lock queues at the turnstile first, so
/// a process that has just released it cannot overtake those that wait. One thread at a time.
/// </summary>
internal sealed class FileLock : IDisposable
{
    private const long Main = 0;
    private const long Turnstile = 1;

    private readonly FileStream _file;
    private readonly int _descriptor;
    private readonly string _store;
    private readonly ManualResetEventSlim _pause = new(false);

    /// <summary>Opens the companion of the store, with the store's own permissions.</summary>
    public FileLock(string store)
    {
        _store = store;
        var path = store + "-ironcage";
        RefuseSibling(path);
        var options = new FileStreamOptions
        {
            Mode = FileMode.OpenOrCreate,
            Access = FileAccess.ReadWrite,
            Share = FileShare.ReadWrite | FileShare.Delete,
            BufferSize = 0,
        };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = File.GetUnixFileMode(store) & ~(UnixFileMode.OtherWrite | UnixFileMode.SetUser | UnixFileMode.SetGroup);
        _file = new FileStream(path, options);
        _descriptor = (int)_file.SafeFileHandle.DangerousGetHandle();
        // Marks the description with this process, for RefuseSibling. Nothing is ever signalled by it (that takes O_ASYNC).
        _ = Libc.FileControl(_descriptor, Libc.SetOwner, Environment.ProcessId);
    }

    /// <summary>Takes the lock if nobody has it or waits for it.</summary>
    public bool TryEnter()
    {
        if (!Try(Turnstile))
            return false;
        try
        {
            return Try(Main);
        }
        finally
        {
            Release(Turnstile);
        }
    }

    /// <summary>Takes the lock, waiting for it as long as it takes.</summary>
    public void Enter()
    {
        Wait(Turnstile);
        try
        {
            Wait(Main);
        }
        finally
        {
            Release(Turnstile);
        }
    }

    public void Exit() => Release(Main);

    public void Dispose()
    {
        _file.Dispose();
        _pause.Dispose();
    }

    private bool Try(long at)
    {
        while (true)
        {
            var error = Control(Libc.SetLock, RecordLock.Write, at);
            if (error == 0)
                return true;
            if (error is Libc.TryAgain or Libc.AccessDenied)
                return false;
            if (error != Libc.Interrupted)
                throw Fault(error);
        }
    }

    private void Wait(long at)
    {
        while (true)
        {
            var error = Control(Libc.SetLockWait, RecordLock.Write, at);
            if (error == 0)
                return;
            // The kernel takes a process for one owner: two stores that wait crosswise look like a deadlock to it, and are none.
            if (error == Libc.WouldDeadlock)
                _pause.Wait(1);
            else if (error != Libc.Interrupted)
                throw Fault(error);
        }
    }

    private void Release(long at)
    {
        int error;
        while ((error = Control(Libc.SetLock, RecordLock.Unlock, at)) == Libc.Interrupted)
        {
        }
        if (error != 0)
            throw Fault(error);
    }

    private int Control(int command, short type, long at)
    {
        var record = new RecordLock { Type = type, Start = at, Length = 1 };
        return Libc.FileControl(_descriptor, command, ref record) == 0 ? 0 : Marshal.GetLastPInvokeError();
    }

    private StoreException Fault(int error) =>
        new($"the store {_store} cannot be locked ({Marshal.GetPInvokeErrorMessage(error)}); it must be on a local file system");

    /// <summary>
    /// A second copy of this library in the process would share its POSIX locks and so pass through ours. Copies that a fork left behind are dead and carry another
    /// process's mark.
    /// </summary>
    private static void RefuseSibling(string path)
    {
        if (!Directory.Exists("/proc/self/fd"))
            return;
        foreach (var entry in Directory.EnumerateFileSystemEntries("/proc/self/fd"))
        {
            if (!int.TryParse(Path.GetFileName(entry), out var descriptor) || LinkTarget(entry) != path)
                continue;
            if (Libc.FileControl(descriptor, Libc.GetOwner, 0) == Environment.ProcessId)
                throw new StoreException($"the store {path[..^"-ironcage".Length]} is already open, or still being opened, in this process through another copy of the Iron Cage library");
        }
    }

    private static string? LinkTarget(string entry)
    {
        try
        {
            return new FileInfo(entry).LinkTarget;
        }
        catch (IOException)
        {
            return null; // closed meanwhile
        }
    }
}
