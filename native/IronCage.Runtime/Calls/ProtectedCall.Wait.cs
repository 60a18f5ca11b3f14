using IronCage.Core.Ledger;

namespace IronCage.Runtime.Calls;

/// <summary>Calls that are not decided yet: they wait for money, or, as an attempt that was added, for their time.</summary>
public sealed partial class ProtectedCall
{
    /// <summary>Has the engine's <see cref="Engine.Decided"/> called once, on any thread, when this pending call is decided (at once if it is already).</summary>
    public void TellWhenDecided() =>
        (_pause ?? _holding)?.ContinueWith(static (_, state) => ((ProtectedCall)state!).TellDecided(), this, CancellationToken.None,
            TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);

    private void TellDecided()
    {
        lock (_gate)
        {
            // Fetched or withdrawn meanwhile: there is nothing to tell, and the boundary's handle may be stale.
            if (_verdict.Kind == VerdictKind.Pending && _stage != Stage.Ended)
                _engine.Decided?.Invoke(Handle);
        }
    }

    /// <summary>The verdict of a pending call; Pending again when <paramref name="timeoutMs"/> (−1: none) is up. Pass and Refuse: the call is over.</summary>
    /// <exception cref="StoreException">The store failed; the call is over and nothing is held.</exception>
    public Verdict Wait(int timeoutMs)
    {
        if (_approval is { } approval)
            return WaitForApproval(approval, timeoutMs);
        if (_pause is { } pause)
        {
            if (Task.WaitAny([pause], timeoutMs) < 0)
            {
                if (Stopped() is not null)
                    GiveUp(); // by another process
                return Verdict.Pending;
            }
            if (Resume() is var verdict && (verdict.Kind != VerdictKind.Pending || timeoutMs >= 0))
                return verdict;
        }
        lock (_gate)
        {
            if (_verdict.Kind != VerdictKind.Pending || _holding is null)
                return _verdict;
        }
        // Not under the lock: GiveUp and the store's own thread must get through. WaitAny does not throw.
        if (Task.WaitAny([_holding], timeoutMs) < 0)
            return Verdict.Pending;
        lock (_gate)
        {
            if (_verdict.Kind != VerdictKind.Pending)
                return _verdict;
            _engine.WaitsNoMore(this);
            var body = _waitingBody ?? [];
            _waitingBody = null;
            try
            {
                return _verdict = Decided(_holding.GetAwaiter().GetResult(), body);
            }
            catch
            {
                Abandon();
                throw;
            }
        }
    }
}
