using IronCage.Core.Audit;
using IronCage.Core.Control;
using IronCage.Core.Ledger;

namespace IronCage.State;

/// <summary>
/// Agents that were stopped by hand, in an SQLite file. Whoever watches is told on the writer thread, where this process's own changes are committed and those of others are read:
/// so in the order in which they happened. Thread-safe.
/// </summary>
internal sealed class SqliteStopBoard(SqliteFile file) : IStopBoard
{
    /// <summary>How often it is looked what other processes changed, while somebody watches: a read of a table that is empty as a rule.</summary>
    public static readonly TimeSpan LookInterval = TimeSpan.FromMilliseconds(500);

    private readonly StopWatchers _watchers = new();
    private int _isLooking;

    public async ValueTask<bool> StopAsync(StopMark mark, AuditEntry audit) => await ChangeAsync(stops => stops.Add(mark), audit).ConfigureAwait(false);

    public async ValueTask<bool> ResumeAsync(string agent, AuditEntry audit) => await ChangeAsync(stops => stops.Remove(agent), audit).ConfigureAwait(false);

    public async ValueTask<IReadOnlyList<StopMark>> ReadAsync() => await file.Read(static transaction => transaction.Stops.Read()).ConfigureAwait(false);

    public IDisposable Watch(string agent, Action<StopMark?> told)
    {
        var watching = _watchers.Add(agent, told);
        try
        {
            file.Read(static transaction => transaction.Stops.Read(), _watchers.Publish).GetAwaiter().GetResult();
        }
        catch
        {
            watching.Dispose();
            throw;
        }
        file.LookForOthers();
        return watching;
    }

    /// <summary>Looks what other processes changed. Called by a timer.</summary>
    public void Look()
    {
        if (!_watchers.Any || Interlocked.Exchange(ref _isLooking, 1) != 0)
            return;
        // A file that cannot be read is told by the next hold, which needs it.
        file.Read(static transaction => transaction.Stops.Read(), _watchers.Publish)
            .ContinueWith(static (task, board) =>
            {
                _ = task.Exception;
                Volatile.Write(ref ((SqliteStopBoard)board!)._isLooking, 0);
            }, this, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
    }

    private async Task<bool> ChangeAsync(Func<StopRows, bool> change, AuditEntry audit)
    {
        var (isChanged, _) = await file.Request(transaction =>
        {
            var changed = change(transaction.Stops);
            if (changed)
                transaction.Append(audit);
            return (changed, transaction.Stops.Read());
        }, result => _watchers.Publish(result.Item2)).ConfigureAwait(false);
        return isChanged;
    }
}
