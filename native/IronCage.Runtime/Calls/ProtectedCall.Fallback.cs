using IronCage.Core.Events;
using IronCage.Lang;
using IronCage.Reliability;
using Microsoft.Extensions.Logging;

namespace IronCage.Runtime.Calls;

/// <summary>Another model of the same host in the place of one that does not answer, or whose circuit is open: priced, scanned and held like any call.</summary>
public sealed partial class ProtectedCall
{
    private int _fallback; // how many of the models behind the one that was asked for were taken so far
    private string? _fellFrom;
    private bool _turns; // it is the first attempt at that model

    /// <summary>Whether another model than the one that was asked for is called because that one fails.</summary>
    private bool HasFallenBack => _fellFrom is not null;

    /// <summary>The models behind one, as the innermost protection says that has some for it.</summary>
    private IReadOnlyList<string> Behind(string model)
    {
        foreach (var protection in _run.Protections)
        {
            if (protection.Options.Fallback.TryGetValue(model, out var behind))
                return behind;
        }
        return [];
    }

    /// <summary>Whether the model stands in the body, which may be changed.</summary>
    private bool CanReplaceModel => !_isSigned && !_target.NamesModel && _target.Model is null && _request.ModelPlace != default;

    /// <summary>The attempts at a model are over: begins one at the next. Pass where there is none that may be called.</summary>
    private Verdict FallBack(CallEnding how, ReadOnlySpan<byte> body, bool nonblocking, out ProtectedCall? next)
    {
        next = null;
        if (!_run.HasFallback || !CanReplaceModel || Interrupted() is not null || TotalLeft <= TimeSpan.Zero)
            return Verdict.Pass;
        var (asked, why) = (_fellFrom ?? Model, Why(how));
        var count = Behind(asked).Count;
        for (var i = _fallback; i < count; i++)
        {
            _run.TakeFailure(_bodyDigest, _engine.Clock.GetUtcNow()); // it is repeated here
            var call = Successor(why, TimeSpan.Zero);
            (call._fallback, call._turns) = (i + 1, true);
            var verdict = call.Decide(new RequestHeaders(_lines), body, nonblocking, Now);
            if (verdict.Kind == VerdictKind.Pass)
                continue;
            if (verdict.Kind != VerdictKind.Refuse)
                next = call;
            return call._verdict = verdict;
        }
        return Verdict.Pass;
    }

    /// <summary>Takes on the body with the model that the call has fallen back to, if it has.</summary>
    private ReadOnlySpan<byte> WithFallback(ReadOnlySpan<byte> body)
    {
        if (_fallback == 0 || !CanReplaceModel)
            return body;
        _fellFrom = Model;
        var edits = new List<RawEdit>();
        _request.ReplaceModel(Behind(Model)[_fallback - 1], edits);
        Rewrite(RawEdits.Apply(body, edits));
        return _rewritten;
    }

    /// <summary>The circuit of a model is open before anything was sent: whether there is another behind it, which is then to be judged in its place.</summary>
    private bool TakeNextModel()
    {
        if (_added is not null || !CanReplaceModel || _fallback >= Behind(_fellFrom ?? Model).Count)
            return false;
        LeaveCircuits(CallResult.Ignored);
        _permits.Clear();
        Uncount();
        _rewritten = null;
        _fallback++;
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
            writer.WriteString("why", why ?? "circuit_open");
            writer.WriteNumber("attempt", _attempt);
        });
        foreach (var protection in _run.Protections)
        {
            protection.Emit("call.fell_back", EventLevel.Warning, $"a call for {from} went to {Model}", details, _run.Id, _id);
            protection.Audit("call.fell_back", details);
        }
        _engine.Log.LogInformation("call to {Host} for {From} went to {Model}", _target.Host, from, Model);
        return true;
    }
}
