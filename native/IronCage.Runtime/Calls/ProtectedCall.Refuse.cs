using IronCage.Core.Events;
using IronCage.Lang;
using IronCage.Reliability;
using Microsoft.Extensions.Logging;

namespace IronCage.Runtime.Calls;

/// <summary>How a refusal ends a call, and who remembers it.</summary>
public sealed partial class ProtectedCall
{
    private static Verdict Unclaimed(Engine engine, LlmWire wire, out bool drain)
    {
        var refusal = Refusal.Denied(
            "this thread or task belongs to no run while several protections are active, so nobody would pay for the call (option 'unclaimed')", "unclaimed", null) with { Wire = wire };
        foreach (var protection in engine.ActiveProtections())
        {
            protection.Tally.Denied();
            protection.Warn("call.denied", refusal.Reason, null);
        }
        drain = true;
        return new Verdict(VerdictKind.Refuse, refusal.ToJson(respond: true, remembered: false));
    }

    /// <summary>It does not leave.</summary>
    private void Drop()
    {
        LeaveCircuits(CallResult.Ignored);
        Uncount();
        _stage = Stage.Ended;
    }

    private Verdict Refuse(Refusal refusal)
    {
        Drop();
        return _added is null || refusal.EndsRun ? Refused(refusal) : NotAdded(refusal);
    }

    /// <summary>What an outer protection refuses must stop its own run, too, even if the code between catches the error of the inner one.</summary>
    private void Remember(Refusal refusal)
    {
        var last = 0;
        for (var i = 0; i < _run.Chain.Length; i++)
        {
            if (refusal.By.Contains(_run.Chain[i].Protection))
                last = i;
        }
        for (var i = 0; i <= last; i++)
            _run.Chain[i].Remember(refusal);
    }

    private Verdict Refused(Refusal refusal)
    {
        refusal = refusal with { Wire = _wire };
        if (_facts is not null)
            _facts.Refused = refusal.Error;
        var respond = refusal.By.Count == 0 ? _run.Protection.Options.Respond : refusal.By.All(p => p.Options.Respond);
        if (_run.Remembered is not { Latches: true })
            _engine.Log.LogWarning("{Agent}: call refused, {Error}: {Reason}", _run.Protection.Options.AgentId, refusal.Error, refusal.Reason);
        // Background work of a library (a trace exporter, say) must not end an agent that happens to be the only one protected.
        var remembered = !respond && !(_isClaimed && refusal.IsOfEndpoint);
        if (remembered)
            Remember(refusal);
        var details = JsonDetails.Write(writer =>
        {
            writer.WriteString("error", refusal.Error);
            writer.WriteString("model", refusal.Model);
            writer.WriteString("reason", refusal.Reason);
        });
        foreach (var protection in refusal.By.Count == 0 ? [_run.Protection] : refusal.By)
            protection.Refused(refusal);
        foreach (var protection in _run.Protections)
        {
            protection.Tally.Denied();
            protection.Emit("call.denied", EventLevel.Warning, $"{refusal.Error}: {refusal.Reason}", details, _run.Id, _id);
            protection.Audit("call.denied", details);
        }
        return new Verdict(VerdictKind.Refuse, refusal.ToJson(respond, remembered, _facts is null ? null : WriteFacts));
    }
}
