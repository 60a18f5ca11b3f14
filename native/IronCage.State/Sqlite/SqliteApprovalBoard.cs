using IronCage.Core.Control;

namespace IronCage.State;

/// <summary>Uses of tools that wait for approval, in an SQLite file. Thread-safe.</summary>
internal sealed class SqliteApprovalBoard(SqliteFile file, TimeProvider clock) : IApprovalBoard
{
    private readonly ApprovalWaiters _waiters = new();
    private int _isLooking;

    public async ValueTask PostAsync(ApprovalNote note, Action<ApprovalDecision> told)
    {
        _waiters.Add(note.Id, told);
        file.LookForOthers();
        await file.Request(transaction =>
        {
            transaction.Approvals.Add(note, transaction.Now);
            return true;
        }).ConfigureAwait(false);
    }

    public void Remove(string id)
    {
        _waiters.Remove(id);
        Forget(file.Request(transaction =>
        {
            transaction.Approvals.Remove(id);
            return true;
        }));
    }

    public async ValueTask<bool> DecideAsync(ApprovalDecision decision)
    {
        var isNew = await file.Request(transaction => transaction.Approvals.Decide(decision, transaction.Now)).ConfigureAwait(false);
        if (isNew)
            _waiters.Publish([decision]);
        return isNew;
    }

    public async ValueTask<IReadOnlyList<ApprovalNote>> ReadAsync()
    {
        var now = clock.GetUtcNow();
        return await file.Read(transaction => transaction.Approvals.Waiting(now)).ConfigureAwait(false);
    }

    /// <summary>Looks what other processes decided. Called by a timer.</summary>
    public void Look()
    {
        if (!_waiters.Any || Interlocked.Exchange(ref _isLooking, 1) != 0)
            return;
        file.Read(static transaction => transaction.Approvals.Decided(), _waiters.Publish)
            .ContinueWith(static (task, board) =>
            {
                _ = task.Exception;
                Volatile.Write(ref ((SqliteApprovalBoard)board!)._isLooking, 0);
            }, this, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
    }

    /// <summary>What cannot be written now is taken away when its time is over.</summary>
    private static void Forget(Task task) =>
        task.ContinueWith(static done => _ = done.Exception, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
}
