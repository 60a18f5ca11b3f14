using IronCage.Core.Events;
using IronCage.Reliability;
using IronCage.Runtime.Protections;
using Microsoft.Extensions.Logging;

namespace IronCage.Runtime.Calls;

/// <summary>Another model, or another host, in the place of one that does not answer, or whose circuit is open: priced, scanned and held like any call.</summary>
public sealed partial class ProtectedCall
{
    private int _fallback; // how many of the models behind the one that was asked for were taken so far
    private string? _fellFrom;
    private bool _turns; // it is the first attempt at that model
    private bool _isOpen; // the circuit of the one before it is open

    /// <summary>Whether another model than the one that was asked for is called because that one fails.</summary>
    private bool HasFallenBack => _fellFrom is not null;

    /// <summary>What stands behind a model, as the innermost protection says that has something for it.</summary>
    private IReadOnlyList<Fallback> Behind(string model)
    {
        foreach (var protection in _run.Protections)
        {
            if (protection.Options.Fallback.TryGetValue(model, out var behind))
                return behind;
        }
        return [];
    }

    /// <summary>The model of the request as it was shown.</summary>
    private string AskedModel => _fellFrom ?? _askedModel ?? Model;

    /// <summary>The next behind the asked model that the request can be sent to; -1: there is none.</summary>
    /// <param name="from">Where to begin.</param>
    private int NextBehind(int from)
    {
        var (asked, behind) = (AskedModel, Behind(AskedModel));
        for (var i = from; i < behind.Count; i++)
        {
            if (TryRoute(behind[i], asked, out _, out _))
                return i;
            var where = behind[i].Host?.BaseUrl ?? _shownTarget.Host;
            foreach (var protection in _run.Protections)
                protection.WarnOnce($"fallback:{where}:{asked}", "call.cannot_fall_back", $"calls for {asked} ({_wire.Understands}) cannot go to {behind[i].Model ?? asked} at {where}: it does not take them there, or their URL names the model in a way that is not known");
        }
        return -1;
    }

    /// <summary>The attempts at a model are over: begins one at the next. Pass where there is none that may be called.</summary>
    private Verdict FallBack(CallEnding how, ReadOnlySpan<byte> body, bool nonblocking, out ProtectedCall? next)
    {
        next = null;
        if (!_run.HasFallback || Interrupted() is not null || TotalLeft <= TimeSpan.Zero)
            return Verdict.Pass;
        var why = Why(how);
        for (var i = NextBehind(_fallback); i >= 0;)
        {
            _run.TakeFailure(_bodyDigest, _engine.Clock.GetUtcNow()); // it is repeated here
            var call = Successor(why, TimeSpan.Zero);
            (call._fallback, call._turns) = (i + 1, true);
            var verdict = call.Decide(new RequestHeaders(_lines), body, nonblocking, Now);
            if (verdict.Kind == VerdictKind.Pass)
            {
                i = NextBehind(call._fallback); // it may have gone on to others itself
                continue;
            }
            if (verdict.Kind != VerdictKind.Refuse)
                next = call;
            return call._verdict = verdict;
        }
        return Verdict.Pass;
    }

    /// <summary>Takes on the body with what the call has fallen back to, if it has.</summary>
    private Refusal? TakeFallback(ref ReadOnlySpan<byte> body)
    {
        if (_fallback == 0)
            return null;
        var to = Behind(Model)[_fallback - 1];
        if (!TryRoute(to, Model, out var target, out var route))
            return Refusal.Denied("what stands behind the model cannot be called any more", "no_fallback", Model); // the hosts that are known were changed meanwhile
        _fellFrom = Model;
        Take(target, route);
        Rename(to.Model ?? _fellFrom, body);
        body = _rewritten;
        return null;
    }

    /// <summary>The circuit of a model is open, from the start or when its pause is over: whether there is something behind it, which is then to be judged in its place.</summary>
    private bool TakeNextModel()
    {
        if (!_run.HasFallback || _isHedge || NextBehind(_fallback) is not (>= 0 and var next))
            return false;
        LeaveCircuits(CallResult.Ignored);
        _permits.Clear();
        Uncount();
        _rewritten = null;
        _fallback = next + 1;
        _isOpen = true;
        return _turns = true;
    }

    /// <summary>The call leaves: if it goes to another model, that is told, counted and written down.</summary>
    private bool TellFallback(string? why)
    {
        if (!_turns || _fellFrom is not { } from)
            return false;
        var details = JsonDetails.Write(writer =>
        {
            writer.WriteString("call", _id.ToString("N"));
            writer.WriteString("host", _target.Host);
            writer.WriteString("from", from);
            writer.WriteString("to", Model);
            if (_target.Host != _shownTarget.Host)
                writer.WriteString("from_host", _shownTarget.Host);
            writer.WriteString("why", _isOpen || why is null ? "circuit_open" : why);
            writer.WriteNumber("attempt", _attempt);
        });
        foreach (var protection in _run.Protections)
        {
            protection.Emit("call.fell_back", EventLevel.Warning, $"a call for {from} went to {Model}{(_target.Host != _shownTarget.Host ? " at " + _target.Host : "")}", details, _run.Id, _id);
            protection.Audit("call.fell_back", details);
        }
        _engine.Log.LogInformation("call to {Host} for {From} went to {Model}", _target.Host, from, Model);
        return true;
    }
}
