using IronCage.Core.Ledger;

namespace IronCage.State;

/// <summary>What the writer thread looks for while somebody waits for money: what other processes do.</summary>
internal sealed partial class SqliteFile
{
    private SqliteAccount[] _polled = [];
    private bool _polling;
    private string? _dataVersion;

    /// <summary>Whether anything happened that could change a decision: another process committed, or it is time to look for silent owners.</summary>
    private bool PollFindsWork()
    {
        if (!_polling)
            return false;
        try
        {
            var version = _database.Scalar("PRAGMA data_version");
            var changed = version != _dataVersion;
            _dataVersion = version;
            return changed || SweepIsDue() || IsPeriodOver();
        }
        catch (StoreException)
        {
            return true; // the transaction will meet the same fault and report it
        }
    }

    /// <summary>Whether a window has ended that somebody waits for.</summary>
    private bool IsPeriodOver()
    {
        var now = _clock.GetUtcNow();
        lock (_gate)
            _polled = [.. _waiting];
        return Array.Exists(_polled, account => account.IsPeriodOver(now));
    }

    /// <summary>Looks for other processes' settlements for as long as somebody waits.</summary>
    private void Poll()
    {
        foreach (var account in _takenWaiting)
        {
            lock (_gate)
                _waiting.Remove(account);
            if (account.HasWaiters)
            {
                lock (_gate)
                    _waiting.Add(account);
            }
        }
        lock (_gate)
            SetPolling(_waiting.Count > 0);
    }

    private void SetPolling(bool needed)
    {
        if (needed == _polling)
            return;
        _polling = needed;
        if (needed)
            _pollTimer.Change(_options.PollInterval, _options.PollInterval);
        else
            _pollTimer.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }
}
