using IronCage.Core.Ledger;
using IronCage.Reliability;

namespace IronCage.Runtime.Calls;

/// <summary>The circuits of the model that is called, and those that others share through a store.</summary>
public sealed partial class ProtectedCall
{
    /// <summary>Asks the circuits of the model.</summary>
    /// <param name="permits">Receives their permits, also when one of them is open.</param>
    private Refusal? Admit(List<CallPermit> permits)
    {
        var key = Key;
        foreach (var protection in _run.Protections)
        {
            if (protection.Circuits is not { } circuits)
                continue;
            var admission = circuits.Admit(key);
            if (!admission.IsAdmitted)
                return Refusal.Circuit(key, admission.RetryAfter, Model) with { By = [protection] };
            permits.Add(admission.Permit!);
        }
        return null;
    }

    /// <summary>Tells the circuits what came of the call. The first word counts.</summary>
    private void LeaveCircuits(CallResult result)
    {
        foreach (var permit in _permits)
            permit.Complete(result);
    }

    /// <summary>The trips that were made for money may have told what others saw of the provider; and of all who share a circuit only one probes it.</summary>
    private async ValueTask<HoldOutcome?> WithSharedCircuitsAsync(ValueTask<HoldOutcome?> holding)
    {
        var failed = await holding.ConfigureAwait(false);
        if (failed is not null || _unbounded is not null)
            return failed;
        _limited = (IsOpenByNow() ? AskAgain() : null) ?? await ClaimProbesAsync().ConfigureAwait(false);
        if (_limited is not null)
            GiveBack();
        return null;
    }

    private bool IsOpenByNow()
    {
        var key = Key;
        foreach (var protection in _run.Protections)
        {
            if (protection.Circuits is { IsShared: true } circuits && circuits.IsOpen(key))
                return true;
        }
        return false;
    }

    /// <summary>Asks the circuits anew; the permits so far are replaced unless one of the circuits refuses.</summary>
    private Refusal? AskAgain()
    {
        var permits = new List<CallPermit>();
        var refusal = Admit(permits);
        lock (_gate)
        {
            if (refusal is null && _stage == Stage.Ended)
                refusal = Refusal.Stopped("withdrawn", Model); // nobody hears it
            foreach (var permit in refusal is null ? _permits : permits)
                permit.Complete(CallResult.Ignored);
            if (refusal is not null)
                return refusal;
            _permits.Clear();
            _permits.AddRange(permits);
            return null;
        }
    }

    private async ValueTask<Refusal?> ClaimProbesAsync()
    {
        for (var i = 0; ; i++)
        {
            CallPermit permit;
            lock (_gate)
            {
                if (i == _permits.Count)
                    return null;
                permit = _permits[i];
            }
            if (!permit.IsProbe || await permit.ClaimAsync().ConfigureAwait(false))
                continue;
            if (AskAgain() is { } refusal) // another probes, or the circuit changed meanwhile: it tells which
                return refusal;
            i = -1;
        }
    }
}
