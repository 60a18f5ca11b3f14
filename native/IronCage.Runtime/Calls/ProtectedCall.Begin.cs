using System.IO.Hashing;
using IronCage.Core.Events;
using IronCage.Core.Ledger;
using IronCage.Core.Money;
using IronCage.Lang;
using IronCage.Lang.Hosts;
using IronCage.Reliability;
using IronCage.Runtime.Protections;
using IronCage.Runtime.Runs;
using Microsoft.Extensions.Logging;

namespace IronCage.Runtime.Calls;

public sealed partial class ProtectedCall
{
    private readonly List<RawEdit> _edits = [];
    private byte[]? _waitingBody;
    private byte[]? _rewritten;
    private bool _counted;
    private Task<HoldOutcome?>? _holding;
    private Verdict _verdict = Verdict.Pending;
    private Run.Payer? _refusing;
    private Refusal? _unbounded;

    /// <summary>
    /// Judges a request that is about to leave. <paramref name="call"/> is null with Pass and Refuse.
    /// </summary>
    /// <param name="engine">The engine.</param>
    /// <param name="run">Whose call it is; null when the host does not know.</param>
    /// <param name="method">HTTP method.</param>
    /// <param name="url">Absolute URL.</param>
    /// <param name="headers">Lines of <c>Name: value</c>.</param>
    /// <param name="body">The request body.</param>
    /// <param name="nonblocking">Answer Pending instead of waiting.</param>
    /// <param name="call">The call to go on with.</param>
    /// <param name="drain">The host should drain events.</param>
    public static Verdict Begin(Engine engine, Run? run, ReadOnlySpan<byte> method, ReadOnlySpan<byte> url, ReadOnlySpan<byte> headers,
        ReadOnlySpan<byte> body, bool nonblocking, out ProtectedCall? call, out bool drain)
    {
        call = null;
        drain = false;
        var started = engine.Clock.GetTimestamp();
        var target = engine.Hosts.Resolve(method, url);
        if (target.Endpoint == Endpoint.None)
            return Verdict.Pass;
        var claimed = run is null;
        if (run is null)
        {
            run = engine.Claim(out var ambiguous, out var pass);
            if (run is null && (!ambiguous || pass))
                return Verdict.Pass;
            if (run is null)
                return Unclaimed(engine, target.Wire!, out drain);
        }

        if (!claimed)
            run.Join();
        var begun = new ProtectedCall(engine, run, target) { _isClaimed = claimed, _provider = engine.Catalogue.ProviderAt(target.Host, url) };
        var verdict = begun.Decide(new RequestHeaders(headers), body, nonblocking, started);
        drain = begun.WantsDrain;
        if (verdict.Kind != VerdictKind.Refuse)
            call = begun;
        return verdict;
    }

    private Verdict Decide(in RequestHeaders headers, ReadOnlySpan<byte> body, bool nonblocking, long started)
    {
        try
        {
            return Judge(headers, body, nonblocking, started);
        }
        catch
        {
            Abandon();
            throw;
        }
    }

    private Verdict Judge(in RequestHeaders headers, ReadOnlySpan<byte> body, bool nonblocking, long started)
    {
        if (Control() is { } stopped)
            return Refuse(stopped);
        _bodyDigest = XxHash3.HashToUInt64(body);
        if (_added is null && _fallback == 0)
        {
            var failures = _run.TakeFailure(_bodyDigest, _engine.Clock.GetUtcNow()); // asked always: what is marked as a retry has used up the failure, too
            _attempt = 1 + Math.Max(failures, headers.Retries);
            _lines = headers.Lines.ToArray();
            _shownAt = started;
        }
        _isRetry = _attempt > 1;
        _isSigned = headers.IsSigned;
        if (headers.Attribution is { IsEmpty: false } told)
            _told = _run.Attributions.Of(told);
        if (Read(headers, body) is { } unreadable)
            return Refuse(unreadable);
        var shown = body;
        if (_whom is null)
            RememberQuestion(body);
        body = WithFallback(body);
        if (!IsFree && (DeniedTools() ?? UnapprovableTools()) is { } denied)
            return Refuse(denied);
        if (!IsFree && FindPrice() is { } unpriced)
            return Refuse(unpriced);
        if (CountCall() is { } capped)
            return Refuse(capped);
        if (Admit(_permits) is { } open)
            return TakeNextModel() ? Judge(headers, shown, nonblocking, started) : InsteadOf(open, shown);
        if (Screen(body) is { } blocked)
            return Refuse(blocked);
        if (_isSigned && _edits.Count > 0)
            return Refuse(Refusal.Signed(Model));
        _saving = SaveTokens(body);
        Nudge(body);
        if (_edits.Count > 0)
        {
            // What is held must bound what is sent: a redacted text may be longer than the one that was found.
            body = _rewritten = RawEdits.Apply(body, _edits);
            _edits.Clear();
            if (!_wire.TryReadRequest(body, _target.Model, out _request, out var problem))
                return Refuse(Refusal.Denied("the redacted request cannot be read: " + problem, "unreadable_request", Model));
        }
        ValueTask<HoldOutcome?> pending;
        if (_run.HasStages && _price is not null)
        {
            _stagedBody = _rewritten ?? body.ToArray();
            pending = WithPlaces(WithTokens(HoldInStagesAsync()), body);
        }
        else if (nonblocking && MustLoadTokenizer())
        {
            pending = WithPlaces(WithTokens(LoadAndHoldAsync(_rewritten ?? body.ToArray())), body);
        }
        else
        {
            if (BuildDemand(body) is { } unbounded)
                return Refuse(unbounded);
            pending = WithPlaces(WithTokens(TakeHoldsAsync()), body);
        }
        _busyTicks += Now - started;
        if (pending.IsCompletedSuccessfully)
            return Decided(pending.Result, body);
        _holding = pending.AsTask();
        if (_holding.IsCompleted)
            return Decided(_holding.GetAwaiter().GetResult(), body); // throws what the store threw

        // From here on the request's bytes are needed after this function has returned.
        _waitingBody = _rewritten ?? body.ToArray();
        _engine.Waits(this);
        if (Stopped() is not null)
            GiveUp(); // thrown before the switch could know of this wait
        return nonblocking ? Verdict.Pending : Wait(Timeout.Infinite);
    }

    /// <summary>Something failed (the store, or a fault of ours): the call is over; nothing is held, nothing is counted, and the failure goes to the host.</summary>
    private void Abandon()
    {
        if (_stage == Stage.Ended)
            return;
        _stage = Stage.Ended;
        GiveBack();
        LeaveCircuits(CallResult.Ignored);
        Uncount();
        foreach (var protection in _run.Protections)
            protection.Tally.Denied();
    }

    private Refusal? Read(in RequestHeaders headers, ReadOnlySpan<byte> body)
    {
        if (_target.Endpoint == Endpoint.Unread)
            return Refusal.Endpoint(_target.Host, _target.Wires);
        if (headers.IsEncoded)
            return Refusal.Denied("the request body has a content-encoding, so neither its texts nor its cost can be told", "unreadable_request", null);
        if (!_wire.TryReadRequest(body, _target.Model, out _request, out var problem))
            return Refusal.Denied(problem, "unreadable_request", null);
        foreach (var header in _wire.PricedHeaders)
        {
            var value = headers[header.Name];
            if (value.Length > 0 && !header.Usual.Contains(value.ToLowerInvariant()))
                _request.NoteFeature(header.Feature);
        }
        return null;
    }

    /// <summary>The holds are decided: the verdict on the request.</summary>
    private Verdict Decided(HoldOutcome? failed, ReadOnlySpan<byte> body)
    {
        var started = Now;
        body = _rewritten ?? body;
        lock (_gate)
        {
            if (_stage == Stage.Ended)
            {
                // The host withdrew the call while its hold was being decided.
                GiveBack();
                return _verdict = Verdict.Pending;
            }
            if (_unbounded is { } unbounded)
                return _verdict = Refuse(unbounded);
            if (_limited is { } limited)
                return _verdict = Refuse(Interrupted() ?? limited);
            if (failed is { } outcome)
            {
                var refusal = outcome.Status is HoldStatus.Cancelled or HoldStatus.TimedOut && Interrupted() is { } why
                    ? why
                    : Refusal.Budget(outcome, Model, ReserveOf(outcome)) with { By = [_refusing!.Value.Protection] };
                return _verdict = Refuse(refusal);
            }
            if (Interrupted() is { } interrupted)
            {
                GiveBack();
                return _verdict = Refuse(interrupted);
            }
            _stage = Stage.Open;
        }
        _sentAt = started;
        _lowered = _price is not null && _grantedTokens < _demand.WantedTokens;
        if (_lowered || _mustWriteLimit)
        {
            _grantedTokens = LimitToWrite(body); // what is asked for, and so the most that it costs
            _request.LimitOutput(_grantedTokens, _price!.OutputLimitField, _edits);
        }
        if (_request.Stream && !_request.AsksForUsage && !_isSigned)
        {
            _hidesUsage = true;
            _request.AskForUsage(_edits);
        }
        var held = _holds.Count > 0 ? HoldCost : Picodollars.Zero;
        foreach (var protection in _run.Protections)
        {
            protection.Tally.Left(Model, held, _lowered, IsDegraded, _isRetry, HasFallenBack, _request.UnscannableParts);
            protection.LetThrough();
        }
        foreach (var run in _run.Chain)
            run.Forget();
        AuditAllowed(held);
        TellAllowed(held);
        TellRetry();
        TellStages();
        TellNudges();
        if (_engine.Log.IsEnabled(LogLevel.Debug))
            _engine.Log.LogDebug("call to {Host} for {Model} allowed, hold {Hold}", _target.Host, Model, held);
        if (_edits.Count > 0)
            _verdict = new Verdict(VerdictKind.Rewrite, RawEdits.Apply(body, _edits));
        else
            _verdict = _rewritten is null ? Verdict.Send : new Verdict(VerdictKind.Rewrite, _rewritten);
        _edits.Clear();
        _busyTicks += Now - started;
        return _verdict;
    }

    /// <summary>Tells those who are told of each call.</summary>
    private void TellAllowed(Picodollars held)
    {
        string? details = null;
        foreach (var protection in _run.Protections)
        {
            if (protection.TellsCalls)
                protection.Emit("call.allowed", EventLevel.Debug, $"call to {Model} allowed, hold ${held}", details ??= CallDetails(held, estimated: null, usage: null), _run.Id, _id);
        }
    }

    /// <summary>Protections that keep an audit but no budget of their own; the others' entries went with their holds.</summary>
    private void AuditAllowed(Picodollars held)
    {
        foreach (var protection in _run.Protections)
        {
            if (protection.IsAudited && !_run.Payers.Any(w => w.Protection == protection && w.Watch.KeepsAudit && _price is not null))
                protection.Audit("call.allowed", CallDetails(held, estimated: null, usage: null));
        }
    }
}
