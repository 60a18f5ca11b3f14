using IronCage.Core.Ledger;
using IronCage.Core.Money;

namespace IronCage.State;

/// <summary>An account in shared memory and those above it, changed together. Between <see cref="Enter"/> and <see cref="Exit"/> all are this thread's alone.</summary>
/// <remarks>
/// They are entered from the top of the tree down, as every process does, so that none waits for another in a circle. A hold is added from the leaf up, and a settlement, too:
/// a process that dies between two of them leaves a hold on the rest of the path, which is booked in full there.
/// </remarks>
internal sealed class LedgerPath
{
    private readonly IBudgetLevel[] _levels;
    private readonly SharedLedger[] _path;

    /// <param name="path">The account, then the one above it, and so on.</param>
    public LedgerPath(SharedLedger[] path)
    {
        _path = path;
        _levels = [.. path];
    }

    public SharedLedger Leaf => _path[0];

    public ReadOnlySpan<SharedLedger> Ledgers => _path;

    /// <summary>Grows with every change of any. Read without the locks.</summary>
    public long Version
    {
        get
        {
            var version = 0L;
            foreach (var ledger in _path)
                version += ledger.Version;
            return version;
        }
    }

    /// <summary>As <see cref="SharedLedger.IsPeriodOver"/>, of any.</summary>
    public bool IsPeriodOver => Array.Exists(_path, static ledger => ledger.IsPeriodOver);

    /// <summary>As <see cref="SharedLedger.IsShared"/>, of any.</summary>
    public bool IsShared => Array.Exists(_path, static ledger => ledger.IsShared);

    /// <exception cref="StoreException">Another process keeps one locked.</exception>
    public void Enter()
    {
        for (var i = _path.Length - 1; i >= 0; i--)
        {
            try
            {
                _path[i].Enter();
            }
            catch
            {
                while (++i < _path.Length)
                    _path[i].Exit();
                throw;
            }
        }
    }

    public void Exit()
    {
        foreach (var ledger in _path)
            ledger.Exit();
    }

    /// <summary>Grants a demand, or says why not; see <see cref="HoldPath.Take"/>. Between Enter and Exit.</summary>
    public HoldRules.Decision Take(in HoldDemand demand, out HoldOutcome outcome)
    {
        Prepare();
        var decision = HoldPath.Take(_levels, demand, mayWait: false, null, out outcome);
        if (decision == HoldRules.Decision.Grant || !IsShared)
            return decision;
        BookTheDead();
        return HoldPath.Take(_levels, demand, mayWait: false, null, out outcome);
    }

    /// <summary>As <see cref="HoldPath.Serve"/>. Between Enter and Exit.</summary>
    public bool Serve(Waiter waiter, HashSet<IBudgetLevel> blocked)
    {
        Prepare();
        return HoldPath.Serve(waiter, _levels, blocked);
    }

    /// <summary>What can fail does so before the first level is changed.</summary>
    private void Prepare()
    {
        if (_path.Length == 1)
            return;
        foreach (var ledger in _path)
            ledger.PrepareHold();
    }

    /// <summary>A hold that was just granted. Between Enter and Exit.</summary>
    public OpenHold Claimed(Picodollars amount)
    {
        if (_path.Length == 1)
            return new OpenHold(amount.Value, _path[0].Claim, null);
        var above = new int[_path.Length - 1];
        for (var i = 0; i < above.Length; i++)
            above[i] = _path[i + 1].Claim;
        return new OpenHold(amount.Value, _path[0].Claim, above);
    }

    /// <summary>Ends a hold. Between Enter and Exit.</summary>
    public void Settle(in OpenHold hold, Picodollars actual)
    {
        var amount = new Picodollars(hold.Amount);
        _path[0].Settle(amount, hold.Claim, actual);
        for (var i = 1; i < _path.Length; i++)
            _path[i].Settle(amount, hold.Above![i - 1], actual);
    }

    /// <summary>Books the holds of processes that died as spent. Between Enter and Exit.</summary>
    public void BookTheDead()
    {
        foreach (var ledger in _path)
            ledger.BookTheDead();
    }
}
