using IronCage.Core.Events;
using IronCage.Reliability;
using Microsoft.Extensions.Logging;

namespace IronCage.Runtime.Calls;

/// <summary>Attempts that are added after one that failed: each is a call of its own, with its own scan, holds and settlement, and waits for its time before it is judged.</summary>
public sealed partial class ProtectedCall
{
    private int _attempt = 1;
    private byte[] _lines = [];
    private Task? _pause;
    private long _shownAt; // timestamp: when the first attempt was shown
    private Added? _added;

    /// <summary>What an added attempt follows.</summary>
    /// <param name="Why">The status of the one before, or how it ended without one.</param>
    /// <param name="Delay">The pause between them.</param>
    private sealed record Added(string Why, TimeSpan Delay);

    /// <summary>
    /// Ends an attempt that failed, and begins another if that is safe and allowed. <paramref name="next"/> is null with Pass (what came is handed on) and Refuse.
    /// </summary>
    /// <param name="failed">The attempt; it was decided, and is over after this.</param>
    /// <param name="how">How it ended.</param>
    /// <param name="headers">Of its response, lines of <c>Name: value</c>; empty without one.</param>
    /// <param name="body">The body of the request as it was shown first.</param>
    /// <param name="nonblocking">Answer Pending instead of waiting.</param>
    /// <param name="next">The call to go on with.</param>
    /// <param name="isLast">With Pass: the request has had all its attempts, and its client should make none either.</param>
    public static Verdict Retry(ProtectedCall failed, CallEnding how, ReadOnlySpan<byte> headers, ReadOnlySpan<byte> body, bool nonblocking, out ProtectedCall? next, out bool isLast)
    {
        ArgumentNullException.ThrowIfNull(failed);
        next = null;
        var isSafe = failed._stream is null && (failed.HasAnswer ? failed._status >= (failed.IsElsewhere ? 300 : 400) : how is CallEnding.NotSent or CallEnding.NoResponse);
        failed.End(how);
        var decision = isSafe ? failed.DecideOnRetry(headers) : new RetryDecision(RetryAnswer.Final);
        isLast = false;
        if (decision.Answer != RetryAnswer.Retry || failed.WouldNotLeave(decision.Delay))
        {
            var goesOn = decision.Answer != RetryAnswer.Final || (isSafe && failed.IsElsewhere); // what another host refuses says nothing of the next
            if (goesOn && failed.FallBack(how, body, nonblocking, out next) is { Kind: not VerdictKind.Pass } fell)
                return fell;
            if (goesOn && failed.FromMemory(body, failed.Why(how)) is { Kind: VerdictKind.Refuse } answer)
                return answer;
            isLast = decision.Answer == RetryAnswer.CapReached && failed.HasAnswer;
            return Verdict.Pass;
        }
        failed._run.TakeFailure(failed._bodyDigest, failed._engine.Clock.GetUtcNow()); // it is repeated here
        var call = next = failed.Follow(how, decision.Delay, body);
        var verdict = nonblocking ? Verdict.Pending : call.Wait(Timeout.Infinite);
        if (verdict.Kind is VerdictKind.Pass or VerdictKind.Refuse)
            next = null;
        return verdict;
    }

    /// <summary>What an attempt that leaves now may take, in milliseconds; 0: as long as it likes.</summary>
    public uint AttemptMs
    {
        get
        {
            var (attempt, total) = (_run.Retry.AttemptTimeout, TotalLeft);
            return (attempt < total ? attempt : total ?? attempt) is { } left ? (uint)Math.Max(1, left.TotalMilliseconds) : 0;
        }
    }

    /// <summary>What is left for all attempts of the request; null: as long as they like.</summary>
    private TimeSpan? TotalLeft => _run.Retry.TotalTimeout is { } total ? total - _engine.Clock.GetElapsedTime(_shownAt) : null;

    private RetryDecision DecideOnRetry(ReadOnlySpan<byte> headers)
    {
        var options = _run.Retry;
        if (options.MaxRetries == 0 && !_run.HasFallback && _run.Answers is null)
            return new RetryDecision(RetryAnswer.Off);
        var lines = new RequestHeaders(headers);
        return _engine.Retries.Decide(options, new FailedAttempt(_attempt, _status, lines["x-should-retry"], lines["retry-after-ms"], lines["retry-after"]));
    }

    /// <summary>Whether an attempt after this pause would be refused for what is known now.</summary>
    private bool WouldNotLeave(TimeSpan delay)
    {
        if (Interrupted() is not null || AtMost(delay) < delay || TotalLeft <= delay)
            return true;
        var key = $"{_target.Host}|{Model}";
        return _run.Protections.Any(protection => protection.Circuits?.Refuses(key) == true);
    }

    private string Why(CallEnding how) =>
        HasAnswer ? _status.ToString(System.Globalization.CultureInfo.InvariantCulture) : how == CallEnding.NotSent ? "not_sent" : "no_response";

    private ProtectedCall Successor(string why, TimeSpan delay) => new(_engine, _run, _shownTarget)
    {
        _isClaimed = _isClaimed, _provider = _shownProvider, _shownProvider = _shownProvider, _url = _url, _can = _can, _streamsByUrl = _streamsByUrl, _attempt = _attempt + 1, _lines = _lines, _shownAt = _shownAt, _added = new Added(why, delay), _fallback = _fallback, _whom = _whom, _asked = _asked,
        _bodyDigest = _bodyDigest, _request = _request, // until it is judged: whose it is
    };

    private ProtectedCall Follow(CallEnding how, TimeSpan delay, ReadOnlySpan<byte> body)
    {
        var why = Why(how);
        var call = Successor(why, delay);
        Pause(call, delay, body);
        _engine.Log.LogInformation("call to {Host} for {Model} failed ({Why}); attempt {Attempt} follows in {Delay}", _target.Host, Model, why, call._attempt, delay);
        return call;
    }

    /// <summary>Lets an attempt wait for its time.</summary>
    private void Pause(ProtectedCall call, TimeSpan delay, ReadOnlySpan<byte> body)
    {
        call._waitingBody = body.ToArray();
        call._pause = Task.Delay(delay, _engine.Clock, call._giveUp.Token);
        _engine.Waits(call);
        if (call.Stopped() is not null)
            call.GiveUp(); // thrown before the switch could know of this wait
    }

    /// <summary>The pause is over, or was ended: judges the attempt as any call. Pending again if its hold is.</summary>
    private Verdict Resume()
    {
        byte[] body;
        lock (_gate)
        {
            _engine.WaitsNoMore(this);
            _pause = null;
            if (_stage == Stage.Ended)
                return _verdict;
            body = _waitingBody ?? [];
            _waitingBody = null;
        }
        var verdict = Decide(new RequestHeaders(_lines), body, nonblocking: true, Now);
        if (verdict.Kind == VerdictKind.Pending)
            TellWhenDecided();
        return _verdict = verdict;
    }

    /// <summary>What refuses an added attempt leaves the caller with the failure that came before it, as if none had been added; only what ends the run ends it here, too.</summary>
    private Verdict NotAdded(Refusal refusal)
    {
        if (!_isHedge)
            _run.Failed(_bodyDigest, _engine.Clock.GetUtcNow(), _attempt - 1);
        _engine.Log.LogInformation("call to {Host} for {Model}: attempt {Attempt} was not made: {Reason}", _target.Host, Model, _attempt, refusal.Reason);
        return Verdict.Pass;
    }

    /// <summary>The added attempt leaves.</summary>
    private void TellRetry()
    {
        if (TellFallback(_added?.Why) || _added is not { } added)
            return;
        if (_isHedge)
        {
            TellHedge(added.Delay);
            return;
        }
        var details = JsonDetails.Write(writer =>
        {
            writer.WriteString("call", _id.ToString("N"));
            writer.WriteString("host", _target.Host);
            writer.WriteString("model", Model);
            writer.WriteString("why", added.Why);
            writer.WriteNumber("attempt", _attempt);
            writer.WriteNumber("wait", Math.Round(added.Delay.TotalSeconds, 3));
        });
        foreach (var protection in _run.Protections)
        {
            protection.Emit("call.retried", EventLevel.Info, $"call to {Model} failed ({added.Why}) and is sent again, attempt {_attempt}", details, _run.Id, _id);
            protection.Audit("call.retried", details);
        }
    }
}
