using IronCage.Core.Ledger;

namespace IronCage.State;

/// <summary>How the writer thread opens and leaves the file.</summary>
internal sealed partial class SqliteFile
{
    private void OpenFile()
    {
        if (!OperatingSystem.IsLinux())
            throw new StoreException("SQLite stores work on Linux only in this version; use memory");
        if (!Directory.Exists(System.IO.Path.GetDirectoryName(Path)))
            throw StoreFaults.DirectoryMissing(Path);
        CreateFile();
        _lock = new FileLock(Path);
        EnterLock();
        try
        {
            _database = new Database(Path, _options.BusyTimeout, _options.Probe);
            Schema.Prepare(_database);
        }
        finally
        {
            _lock.Exit();
        }
        _transaction = new LedgerTransaction(_database, _owner, _clock.GetUtcNow());
    }

    /// <summary>A new file is its owner's alone: it says who spends what. SQLite gives the log and its index the same mode.</summary>
    private void CreateFile()
    {
        if (File.Exists(Path) || Directory.Exists(Path))
            return; // never open it beside SQLite: closing would drop the locks of another SQLite in the process
        try
        {
            var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
            if (!OperatingSystem.IsWindows())
                options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
            new FileStream(Path, options).Dispose();
        }
        catch (IOException) when (File.Exists(Path))
        {
            // Another process was faster.
        }
    }

    private void Shutdown()
    {
        do
        {
            Transact(heartbeat: false);
            lock (_gate)
                _stopped = _behind.Count == 0 || _failures >= 3;
        }
        while (!_stopped);
        FailEverybody(StoreFaults.Closed(Path));
        CloseFile();
    }

    private void CloseFile()
    {
        // Neither may end the process from its own thread; what matters is durable by now.
        try
        {
            if (_transaction is not null)
            {
                EnterLock();
                try
                {
                    _transaction.Begin(_clock.GetUtcNow());
                    _transaction.Leave();
                    _transaction.Commit();
                }
                catch
                {
                    _transaction.Rollback();
                    throw;
                }
                finally
                {
                    _lock.Exit();
                }
            }
        }
        catch (StoreException)
        {
            // The owner's row stays and is pruned by another process.
        }
        _database?.Dispose();
        _lock?.Dispose();
    }
}
