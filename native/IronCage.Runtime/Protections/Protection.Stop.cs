using IronCage.Core.Control;
using IronCage.Core.Events;
using IronCage.Core.Ledger;
using IronCage.Runtime.Approvals;

namespace IronCage.Runtime.Protections;

/// <summary>The kill switch: thrown by hand, here or by way of the store elsewhere, or by a file; and lifted.</summary>
public sealed partial class Protection
{
    /// <summary>Characters of a reason that a store keeps.</summary>
    private const int MostStoredReason = 4000;

    private IDisposable? _stopsOfStore;

    /// <summary>Why the kill switch was thrown; null while it was not.</summary>
    public string? StopReason => _stop.Reason;

    /// <summary>
    /// Throws the kill switch: every later call is refused, waiting ones give up. The first reason stays. Where the protection has a durable store, all of its agent are stopped there, until
    /// <see cref="Resume"/>: this waits until that is written.
    /// </summary>
    /// <exception cref="StoreException">This protection is stopped, but the store could not be written.</exception>
    public void Stop(string reason)
    {
        Throw(reason, StopSource.Hand);
        if (_store.Stops is not { } board)
            return;
        var mark = new StopMark(Options.AgentId, reason.Length > MostStoredReason ? reason[..MostStoredReason] : reason, _engine.Clock.GetUtcNow());
        board.StopAsync(mark, StopEntries.Stopped(mark.Agent, mark.Reason, "hand", mark.At)).AsTask().GetAwaiter().GetResult();
    }

    /// <summary>Lifts the kill switch, in the store, too. Runs that were refused something stay ended.</summary>
    /// <returns>Whether it was thrown.</returns>
    /// <exception cref="ConfigException">The file that stops the agent still exists.</exception>
    /// <exception cref="StoreException">The store could not be written, and the agent stays stopped.</exception>
    public bool Resume()
    {
        if (Options.KillFile is { } file && file.Reason() is not null)
            throw new ConfigException("kill_file", $"{file.Path} is still there, and would stop the agent again: remove it first");
        var entry = StopEntries.Resumed(Options.AgentId, _engine.Clock.GetUtcNow());
        var wasInStore = _store.Stops is { } board && board.ResumeAsync(Options.AgentId, entry).AsTask().GetAwaiter().GetResult();
        var wasThrown = Lift(only: null);
        if (wasThrown && !wasInStore && _store.IsDurable)
            _store.Append(entry);
        return wasThrown || wasInStore;
    }

    /// <summary>The uses of tools that wait for approval.</summary>
    internal IReadOnlyList<ApprovalRequest> WaitingApprovals => _engine.Approvals.Of(this);

    /// <summary>Decides about one of <see cref="WaitingApprovals"/>; false when there is none of that id.</summary>
    internal bool DecideApproval(string id, string? denied) => _engine.Approvals.Decide(this, id, denied);

    /// <summary>Stops the agent if its file exists.</summary>
    internal void LookAtKillFile()
    {
        if (Options.KillFile?.Reason() is not { } reason || !Throw(reason, StopSource.File) || !_store.IsDurable)
            return;
        _store.Append(StopEntries.Stopped(Options.AgentId, reason, "file", _engine.Clock.GetUtcNow()));
    }

    /// <summary>From now on the file and the store are watched; both are looked at before this returns.</summary>
    private void WatchStops()
    {
        if (_store.Stops is { } board)
            _stopsOfStore = board.Watch(Options.AgentId, OnStopOfStore);
        if (Options.KillFile is null)
            return;
        LookAtKillFile();
        _engine.KillFiles.Add(this);
    }

    private void WatchStopsNoMore()
    {
        if (Options.KillFile is not null)
            _engine.KillFiles.Remove(this);
        _stopsOfStore?.Dispose();
    }

    private void OnStopOfStore(StopMark? mark)
    {
        if (mark is null)
            Lift(StopSource.Hand);
        else
            Throw(mark.Reason, StopSource.Hand);
    }

    /// <returns>False: it was thrown before.</returns>
    private bool Throw(string reason, StopSource by)
    {
        if (!_stop.Throw(reason, by))
            return false;
        Agent.Stopped();
        TellState();
        Emit("agent.stopped", EventLevel.Warning, $"agent {Options.AgentId} was stopped", null);
        // Who gives up goes on with code of his own: not on a thread of the store.
        ThreadPool.UnsafeQueueUserWorkItem(static protection => protection._engine.CancelWaiting(protection), this, preferLocal: false);
        return true;
    }

    /// <returns>False: it was not thrown, or by another.</returns>
    private bool Lift(StopSource? only)
    {
        if (!_stop.Lift(only))
            return false;
        Agent.Resumed();
        TellState();
        Emit("agent.resumed", EventLevel.Info, $"agent {Options.AgentId} may go on", null);
        return true;
    }
}
