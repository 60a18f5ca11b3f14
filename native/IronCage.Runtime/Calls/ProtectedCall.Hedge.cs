using System.Globalization;
using IronCage.Core.Events;
using Microsoft.Extensions.Logging;

namespace IronCage.Runtime.Calls;

/// <summary>
/// A second attempt beside one whose answer does not come: a call of its own, for the same request, at the same host and model. Whichever is answered first is the host's to choose; the
/// other it ends as given up, which costs its hold.
/// </summary>
public sealed partial class ProtectedCall
{
    private bool _isHedge;
    private bool _streamsByUrl;

    /// <summary>Whether a second attempt may be made beside it: its answer comes whole, and it is none itself.</summary>
    public bool IsHedgeable => _run.HedgeAfter is not null && !_isHedge && !_request.Stream && !_streamsByUrl && !IsFree;

    /// <summary>Begins a second attempt beside one that is open: Pending until its time has come. <paramref name="next"/> is null with Pass: none is made.</summary>
    /// <param name="first">The attempt that is waited for; it goes on.</param>
    /// <param name="body">The body of the request as it was shown first.</param>
    /// <param name="nonblocking">Answer Pending instead of waiting.</param>
    /// <param name="next">The second attempt.</param>
    public static Verdict Hedge(ProtectedCall first, ReadOnlySpan<byte> body, bool nonblocking, out ProtectedCall? next)
    {
        ArgumentNullException.ThrowIfNull(first);
        next = null;
        if (!first.IsHedgeable || first.HasAnswer || first.WouldNotLeave(first._run.HedgeAfter!.Value))
            return Verdict.Pass;
        var delay = first._run.HedgeAfter.Value;
        var call = next = first.Successor("slow", delay);
        (call._isHedge, call._attempt) = (true, first._attempt);
        first.Pause(call, delay, body);
        var verdict = nonblocking ? Verdict.Pending : call.Wait(Timeout.Infinite);
        if (verdict.Kind is VerdictKind.Pass or VerdictKind.Refuse)
            next = null;
        return verdict;
    }

    /// <summary>It leaves.</summary>
    private void TellHedge(TimeSpan after)
    {
        var details = JsonDetails.Write(writer =>
        {
            writer.WriteString("call", _id.ToString("N"));
            writer.WriteString("host", _target.Host);
            writer.WriteString("model", Model);
            writer.WriteNumber("after", Math.Round(after.TotalSeconds, 3));
            writer.WriteNumber("attempt", _attempt);
        });
        foreach (var protection in _run.Protections)
        {
            protection.Emit("call.hedged", EventLevel.Info,
                string.Create(CultureInfo.InvariantCulture, $"call to {Model} was not answered in {after.TotalSeconds:0.###} s, and is made a second time beside the first"), details, _run.Id, _id);
            protection.Audit("call.hedged", details);
        }
        _engine.Log.LogInformation("call to {Host} for {Model} is made a second time beside the first", _target.Host, Model);
    }
}
