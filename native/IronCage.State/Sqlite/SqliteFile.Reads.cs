namespace IronCage.State;

/// <summary>What the writer thread reads between its transactions.</summary>
internal sealed partial class SqliteFile
{
    private readonly Queue<StoreRequest> _reads = []; // guarded by _gate

    /// <summary>
    /// Work that only reads, one state of the file. It takes no lock that a writer waits for; those of this process wait for its thread, so it must be short.
    /// </summary>
    public Task<T> Read<T>(Func<LedgerTransaction, T> work, Action<T>? committed = null) =>
        Submit(new StoreRequest<T>(work, committed), request => _reads.Enqueue(request), State.Wake.Read);

    /// <summary>One at a time, so that writers are not kept waiting.</summary>
    private void ServeOneRead()
    {
        StoreRequest? request;
        lock (_gate)
        {
            if (!_reads.TryDequeue(out request))
                return;
            if (_reads.Count > 0)
                WakeLocked(State.Wake.Read);
        }
        try
        {
            if (_database.HasMoved)
                throw StoreFaults.Moved(Path);
            _database.BeginRead();
            try
            {
                request.Run(_transaction);
            }
            finally
            {
                _database.Rollback();
            }
        }
        catch (Exception e)
        {
            request.Fail(AsStoreException(e));
            return;
        }
        request.Complete();
    }
}
