using IronCage.Core.Events;
using IronCage.Core.Ledger;
using IronCage.Core.Money;
using IronCage.Cost;
using IronCage.Lang;
using IronCage.Lang.Hosts;
using IronCage.Lang.OpenAi;
using IronCage.Reliability;
using IronCage.Runtime.Protections;
using IronCage.Runtime.Runs;
using IronCage.Safety;
using Microsoft.Extensions.Logging;

namespace IronCage.Runtime.Calls;

public sealed partial class ProtectedCall
{
    /// <summary>Output tokens charged for a call that nothing bounds and that never told its usage, under a protection without a budget.</summary>
    private const long AssumedOutput = 4096;

    private readonly List<RawEdit> _edits = [];
    private byte[]? _waitingBody;
    private byte[]? _redacted;
    private bool _counted;
    private Task<HoldOutcome?>? _holding;
    private Verdict _verdict = Verdict.Pending;
    private Protection? _refusing;

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
        if (target.Endpoint == Endpoint.Unbuilt)
        {
            var concerned = run is null ? engine.ActiveProtections() : run.Protections;
            foreach (var protection in concerned)
            {
                protection.WarnOnce("lang.unbuilt:" + target.Host, "call.unprotected",
                    $"calls to {target.Host} are not protected: its protocol ({target.Protocol}) is not built yet");
            }
            drain = concerned.Count > 0;
            return Verdict.Pass;
        }
        var claimed = run is null;
        if (run is null)
        {
            run = engine.Claim(out var ambiguous, out var pass);
            if (run is null && (!ambiguous || pass))
                return Verdict.Pass;
            if (run is null)
                return Unclaimed(engine, out drain);
        }

        var begun = new ProtectedCall(engine, run, target) { _isClaimed = claimed };
        var verdict = begun.Decide(new RequestHeaders(headers), body, nonblocking, started);
        drain = begun.WantsDrain;
        if (verdict.Kind != VerdictKind.Refuse)
            call = begun;
        return verdict;
    }

    private static Verdict Unclaimed(Engine engine, out bool drain)
    {
        var refusal = Refusal.Denied(
            "this thread or task belongs to no run while several protections are active, so nobody would pay for the call (option 'unclaimed')", "unclaimed", null);
        foreach (var protection in engine.ActiveProtections())
        {
            protection.Tally.Denied();
            protection.Warn("call.denied", refusal.Reason, null);
        }
        drain = true;
        return new Verdict(VerdictKind.Refuse, refusal.ToJson(respond: true, remembered: false));
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
        _bodyDigest = BodyDigest(body);
        _isRetry = headers.IsRetry || _run.IsRepeatOfFailure(_bodyDigest, _engine.Clock.GetUtcNow());
        if (Read(headers, body) is { } unreadable)
            return Refuse(unreadable);
        if (FindPrice() is { } unpriced)
            return Refuse(unpriced);
        if (CountCall() is { } capped)
            return Refuse(capped);
        if (Admit() is { } open)
            return Refuse(open);
        if (Screen(body) is { } blocked)
            return Refuse(blocked);
        if (_edits.Count > 0)
        {
            // What is held must bound what is sent: a redacted text may be longer than the one that was found.
            body = _redacted = RawEdits.Apply(body, _edits);
            _edits.Clear();
            if (!ChatRequestReader.TryRead(body, out _request, out var problem))
                return Refuse(Refusal.Denied("the redacted request cannot be read: " + problem, "unreadable_request", Model));
        }
        if (BuildDemand(body) is { } unbounded)
            return Refuse(unbounded);

        var pending = TakeHoldsAsync();
        _busyTicks += Now - started;
        if (pending.IsCompletedSuccessfully)
            return Decided(pending.Result, body);
        _holding = pending.AsTask();
        if (_holding.IsCompleted)
            return Decided(_holding.GetAwaiter().GetResult(), body); // throws what the store threw

        // From here on the request's bytes are needed after this function has returned.
        _waitingBody = _redacted ?? body.ToArray();
        _engine.Waits(this);
        if (Stopped() is not null)
            GiveUp(); // thrown before the switch could know of this wait
        return nonblocking ? Verdict.Pending : Wait(Timeout.Infinite);
    }

    /// <summary>Has the engine's <see cref="Engine.Decided"/> called once, on any thread, when this pending call is decided (at once if it is already).</summary>
    public void TellWhenDecided() =>
        _holding?.ContinueWith(static (_, state) => ((ProtectedCall)state!).TellDecided(), this, CancellationToken.None,
            TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);

    private void TellDecided()
    {
        lock (_gate)
        {
            // Fetched or withdrawn meanwhile: there is nothing to tell, and the boundary's handle may be stale.
            if (_verdict.Kind == VerdictKind.Pending && _stage != Stage.Ended)
                _engine.Decided?.Invoke(this);
        }
    }

    /// <summary>The verdict of a pending call; Pending again when <paramref name="timeoutMs"/> (−1: none) is up.</summary>
    /// <exception cref="StoreException">The store failed; the call is over and nothing is held.</exception>
    public Verdict Wait(int timeoutMs)
    {
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

    /// <summary>Something failed (the store, or a fault of ours): the call is over; nothing is held, nothing is counted, and the failure goes to the host.</summary>
    private void Abandon()
    {
        if (_stage == Stage.Ended)
            return;
        _stage = Stage.Ended;
        GiveBack();
        foreach (var permit in _permits)
            permit.Complete(CallResult.Ignored);
        Uncount();
        foreach (var protection in _run.Protections)
            protection.Tally.Denied();
    }

    private void Uncount()
    {
        if (!_counted)
            return;
        _counted = false;
        foreach (var run in _run.Chain)
            run.Uncount();
    }

    private Refusal? Stopped()
    {
        foreach (var protection in _run.Protections)
        {
            if (protection.StopReason is { } why)
                return Refusal.Stopped(why, null) with { By = [protection] };
        }
        return null;
    }

    /// <summary>Kill switch and the memory of earlier refusals.</summary>
    private Refusal? Control()
    {
        if (Stopped() is { } stopped)
            return stopped;
        foreach (var run in _run.Chain)
        {
            if (!run.Protection.Options.Respond && run.Remembered is { Latches: true } remembered)
                return remembered;
        }
        return null;
    }

    private Refusal? Read(in RequestHeaders headers, ReadOnlySpan<byte> body)
    {
        if (_target.Endpoint == Endpoint.Unread)
            return Refusal.Endpoint(_target.Host);
        if (headers.IsEncoded)
            return Refusal.Denied("the request body has a content-encoding, so neither its texts nor its cost can be told", "unreadable_request", null);
        return ChatRequestReader.TryRead(body, out _request, out var problem) ? null : Refusal.Denied(problem, "unreadable_request", null);
    }

    private Refusal? FindPrice()
    {
        _price = _engine.Catalogue.Find(Model);
        var feature = _request.UnpricedFeature ?? AudioWithoutPrice(_price);
        if (_price is not null && feature is null)
            return null;
        ModelPrice? assumed = null;
        foreach (var protection in _run.Protections)
        {
            if (protection.Options.Unpriced == UnpricedPolicy.Deny)
                return Refusal.Unpriced(Model, feature) with { By = [protection] };
            // Of several assumptions the dearest bounds the others.
            if (protection.Options.AssumedPrice is { } price && (assumed is null || price.Buckets.Output!.Value > assumed.Buckets.Output!.Value))
                assumed = price;
        }
        // Where the catalogue has a price but not for this feature, the assumption must not lower it.
        if (_price is null || (assumed is not null && assumed.Buckets.Output!.Value >= (_price.Buckets.Output ?? Picodollars.Zero)))
            _price = assumed ?? _price;
        if (assumed is null)
        {
            foreach (var protection in _run.Protections)
                protection.WarnOnce("unpriced:" + Model, "call.unpriced", $"model '{Model}' has no price, its calls are counted, but {(_price is null ? "cost nothing here" : "the charge for " + feature + " is not")}");
        }
        return null;
    }

    private static int BodyDigest(ReadOnlySpan<byte> body)
    {
        var hash = new HashCode();
        hash.AddBytes(body);
        return hash.ToHashCode();
    }

    private string? AudioWithoutPrice(ModelPrice? price)
    {
        if (price is not null && _request.SendsAudio && price.Buckets.AudioInput is null)
            return "audio input";
        return price is not null && _request.AsksForAudio && price.Buckets.AudioOutput is null ? "audio output" : null;
    }

    private Refusal? CountCall()
    {
        for (var i = 0; i < _run.Chain.Count; i++)
        {
            var maximum = _run.Chain[i].Protection.Options.MaxCalls;
            if (_run.Chain[i].TryCount(maximum))
                continue;
            var refusing = i;
            while (--i >= 0)
                _run.Chain[i].Uncount();
            return Refusal.CallLimit(maximum!.Value, Model) with { By = [_run.Chain[refusing].Protection] };
        }
        _counted = true;
        return null;
    }

    private Refusal? Admit()
    {
        var key = $"{_target.Host}|{Model}";
        foreach (var protection in _run.Protections)
        {
            if (protection.Circuits is not { } circuits)
                continue;
            var admission = circuits.Admit(key);
            if (!admission.IsAdmitted)
                return Refusal.Circuit(key, admission.RetryAfter, Model) with { By = [protection] };
            _permits.Add(admission.Permit!);
        }
        return null;
    }

    private Refusal? Screen(ReadOnlySpan<byte> body)
    {
        if (_request.UnscannableParts > 0 && Unscannable() is { } denied)
            return denied;
        if (!_run.Policy.ScansInput)
            return null;
        var screening = new TextScreening(_engine.Scanner, _run.Policy, output: false);
        foreach (var text in _request.Texts)
            screening.Screen(text, body, _edits);
        return Report(screening.Records, output: false, screening.IsBlocked);
    }

    private Refusal? Unscannable() =>
        Unscannable("the request holds content that cannot be read (images, audio or files)", $"{_request.UnscannableParts} parts of a request could not be scanned");

    /// <summary>What 'unscannable' says, the severest of all protections: a refusal, a warning, or nothing.</summary>
    private Refusal? Unscannable(string why, string warning)
    {
        var severest = UnscannablePolicy.Allow;
        foreach (var protection in _run.Protections)
            severest = (UnscannablePolicy)Math.Max((int)severest, (int)protection.Options.Unscannable);
        if (severest == UnscannablePolicy.Deny)
            return Refusal.Denied(why + ", and 'unscannable' is 'deny'", "unscannable", Model);
        if (severest == UnscannablePolicy.Warn)
        {
            foreach (var protection in _run.Protections)
                protection.Emit("call.unscannable", EventLevel.Warning, warning, null);
        }
        return null;
    }

    /// <summary>Books findings in every report; the refusal when one of them blocks.</summary>
    private Refusal? Report(IReadOnlyList<FindingRecord> records, bool output, bool blocked)
    {
        if (records.Count == 0)
            return null;
        var where = output ? "answer" : "request";
        var details = JsonDetails.Write(writer =>
        {
            writer.WriteString("direction", output ? "output" : "input");
            writer.WriteStartObject("kinds");
            foreach (var group in records.GroupBy(r => r.Kind).OrderBy(g => g.Key, StringComparer.Ordinal))
                writer.WriteNumber(group.Key, group.Count());
            writer.WriteEndObject();
        });
        foreach (var protection in _run.Protections)
        {
            protection.Tally.Found(records);
            protection.Emit("pii.found", EventLevel.Warning, $"{records.Count} finding(s) in the {where} of {Model}", details);
            protection.Audit(blocked ? "pii.blocked" : "pii.found", details);
        }
        if (!blocked)
            return null;
        return Refusal.Blocked(records, output, Model) with
        {
            By = [.. _run.Protections.Where(p => records.Any(r => PiiKinds.TryGet(r.Kind, out var kind) && p.Policy.For(kind, output) == PiiAction.Block))],
        };
    }

    private Refusal? BuildDemand(ReadOnlySpan<byte> body)
    {
        if (body.Length <= KeptBody)
            _keptBody = body.ToArray();
        if (_price is null)
            return null;
        var limited = _run.Watches.Count > 0;
        var lowerable = limited;
        var strict = false;
        foreach (var payer in _run.Watches)
        {
            lowerable &= payer.Protection.Options.LowerOutput;
            strict |= payer.Protection.Options.StrictBound;
        }
        // Bytes bound tokens, and cost nothing to count. Only where that bound is a noticeable part of what is left is the tokenizer worth its time.
        var bound = _engine.Bounds.Cheap(RequestShapes.Of(_request, _price, lowerable, strict, texts: null));
        if (!strict && bound.Refusal == BoundRefusal.None && IsNoticeable(bound.Fixed))
        {
            var texts = new RequestTexts(_request, _keptBody ?? body.ToArray());
            bound = _engine.Bounds.Exact(RequestShapes.Of(_request, _price, lowerable, strict, texts));
        }
        if (bound.Refusal != BoundRefusal.None)
        {
            if (limited)
                return Refusal.Denied(Problem(bound.Refusal), "unbounded_request", Model);
            // Without a limit nothing has to be bounded; what is left of the bound is what an answer without usage is charged.
            bound = _engine.Bounds.Cheap(RequestShapes.Of(_request, _price, lowerable, strict, texts: null) with
            {
                HasUnboundedInput = false, HasAudio = false, OutputLimit = _request.OutputLimit ?? AssumedOutput,
            });
            if (bound.Refusal != BoundRefusal.None)
                return null;
        }
        _inputBound = bound.InputTokens;
        _marginBound = bound.UnscaledInputTokens;
        _mustWriteLimit = bound.MustWriteLimit && limited;
        _mostToWrite = bound.MostToWrite;
        if (_inputBound > _marginBound)
        {
            foreach (var protection in _run.Protections)
                protection.WarnOnce("margin:" + Model, "budget.margin", $"holds for {Model} are raised: its provider once counted more input tokens than the bound allowed for");
        }
        _demand = bound.ToDemand(_id);
        // Rejected predictions are billed as output, on top of the output limit.
        var predicted = (Int128)bound.PerOutputToken.Value * _request.PredictionBytes;
        if (predicted + bound.Fixed.Value + (Int128)bound.PerOutputToken.Value * bound.WantedTokens > long.MaxValue)
            return Refusal.Denied(Problem(BoundRefusal.TooLarge), "unbounded_request", Model);
        _demand = _demand with { Fixed = bound.Fixed + new Picodollars((long)predicted) };
        _grantedTokens = _demand.WantedTokens;
        return null;
    }

    private static string Problem(BoundRefusal refusal) => refusal switch
    {
        BoundRefusal.UnboundedInput => "the request holds input that cannot be counted (files, audio) and the model's context window is not known, so its cost has no upper bound",
        BoundRefusal.UnboundedOutput => "the request has no output limit, and neither the model's own nor its context window is known, so its cost has no upper bound: set max_completion_tokens, or allow lower_output",
        _ => "the worst case of this request is beyond what amounts can express",
    };

    private bool IsNoticeable(Picodollars fixedCost)
    {
        foreach (var payer in _run.Watches)
        {
            if (payer.Watch.Account.Peek().Available is { } available && fixedCost.Value > available.Value / 50)
                return true;
        }
        return false;
    }

    /// <summary>Takes a hold on every account; on the first that does not grant, what was taken is given back and its outcome is the answer.</summary>
    private async ValueTask<HoldOutcome?> TakeHoldsAsync()
    {
        if (_price is null)
            return null;
        var demand = _demand;
        var waits = _run.Watches;
        for (var i = 0; i < waits.Count; i++)
        {
            var payer = waits[i];
            HoldOutcome outcome;
            try
            {
                outcome = await payer.Watch.Account.HoldAsync(demand, payer.Protection.Options.HoldWait, AllowedEntry(payer), _giveUp.Token).ConfigureAwait(false);
            }
            catch
            {
                GiveBack();
                throw;
            }
            if (outcome.Status != HoldStatus.Granted)
            {
                GiveBack();
                _refusing = payer.Protection;
                return outcome;
            }
            _holds.Add(new HoldGrant(payer.Watch.Account, outcome.Held));
            // The next account is asked for no more than this one pays for.
            demand = demand with
            {
                WantedTokens = outcome.GrantedTokens,
                FloorTokens = Math.Min(demand.FloorTokens, outcome.GrantedTokens),
                OpenEnded = false,
            };
        }
        _grantedTokens = demand.WantedTokens;
        return null;
    }

    /// <summary>The audit entry that is written with the hold: only where both go to one store.</summary>
    private Core.Audit.AuditEntry? AllowedEntry(in Run.Payer payer) =>
        payer.Watch.KeepsAudit ? payer.Protection.Entry("call.allowed", CallDetails(_demand.Cost(_demand.WantedTokens), estimated: null, usage: null)) : null;

    private void GiveBack()
    {
        foreach (var hold in _holds)
            hold.Account.Settle(_id, Picodollars.Zero);
        _holds.Clear();
    }

    /// <summary>The holds are decided: the verdict on the request.</summary>
    private Verdict Decided(HoldOutcome? failed, ReadOnlySpan<byte> body)
    {
        var started = Now;
        lock (_gate)
        {
            if (_stage == Stage.Ended)
            {
                // The host withdrew the call while its hold was being decided.
                GiveBack();
                return _verdict = Verdict.Pending;
            }
            if (failed is { } outcome)
            {
                var refusal = outcome.Status == HoldStatus.Cancelled && Stopped() is { } why
                    ? why
                    : Refusal.Budget(outcome, Model) with { By = [_refusing!] };
                return _verdict = Refuse(refusal);
            }
            if (Stopped() is { } stopped)
            {
                GiveBack();
                return _verdict = Refuse(stopped);
            }
            _stage = Stage.Open;
        }
        _lowered = _price is not null && _grantedTokens < _demand.WantedTokens;
        if (_lowered || _mustWriteLimit)
            _request.LimitOutput(LimitToWrite(body), _price!.OutputLimitField ?? "max_tokens", _edits);
        if (_request.Stream && !_request.AsksForUsage)
        {
            _hidesUsage = true;
            _request.AskForUsage(_edits);
        }
        var held = _holds.Count > 0 ? HoldCost : Picodollars.Zero;
        foreach (var protection in _run.Protections)
            protection.Tally.Left(Model, held, _lowered, _isRetry, _request.UnscannableParts);
        foreach (var run in _run.Chain)
            run.Forget();
        AuditAllowed(held);
        _engine.Log.LogDebug("call to {Host} for {Model} allowed, hold {Hold}", _target.Host, Model, held);
        if (_edits.Count > 0)
            _verdict = new Verdict(VerdictKind.Rewrite, RawEdits.Apply(body, _edits));
        else
            _verdict = _redacted is null ? Verdict.Send : new Verdict(VerdictKind.Rewrite, _redacted);
        _edits.Clear();
        _busyTicks += Now - started;
        return _verdict;
    }

    /// <summary>The granted output tokens, as far as the model accepts them: no more than its most, and what its window leaves beside the input.</summary>
    private long LimitToWrite(ReadOnlySpan<byte> body)
    {
        var limit = Math.Min(_grantedTokens, _mostToWrite);
        if (_request.OutputLimit is not null || _price!.ContextWindow is not { } window || limit + _inputBound <= window)
            return limit;
        var exact = _engine.Bounds.Exact(RequestShapes.Of(_request, _price, lowerable: false, strict: false, new RequestTexts(_request, _keptBody ?? body.ToArray())));
        var room = window - Math.Min(exact.InputTokens, _inputBound);
        return room > 0 ? Math.Min(limit, room) : limit;
    }

    /// <summary>Protections that keep an audit but no budget of their own; the others' entries went with their holds.</summary>
    private void AuditAllowed(Picodollars held)
    {
        foreach (var protection in _run.Protections)
        {
            if (protection.IsAudited && !_run.Watches.Any(w => w.Protection == protection && w.Watch.KeepsAudit && _price is not null))
                protection.Audit("call.allowed", CallDetails(held, estimated: null, usage: null));
        }
    }

    private Verdict Refuse(Refusal refusal)
    {
        foreach (var permit in _permits)
            permit.Complete(CallResult.Ignored);
        Uncount();
        _stage = Stage.Ended;
        return Refused(refusal);
    }

    /// <summary>What an outer protection refuses must stop its own run, too, even if the code between catches the error of the inner one.</summary>
    private void Remember(Refusal refusal)
    {
        var last = 0;
        for (var i = 0; i < _run.Chain.Count; i++)
        {
            if (refusal.By.Contains(_run.Chain[i].Protection))
                last = i;
        }
        for (var i = 0; i <= last; i++)
            _run.Chain[i].Remember(refusal);
    }

    private Verdict Refused(Refusal refusal)
    {
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
        foreach (var protection in _run.Protections)
        {
            protection.Tally.Denied();
            protection.Emit("call.denied", EventLevel.Warning, $"{refusal.Error}: {refusal.Reason}", details);
            protection.Audit("call.denied", details);
        }
        return new Verdict(VerdictKind.Refuse, refusal.ToJson(respond, remembered));
    }
}
