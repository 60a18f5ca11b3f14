using System.Text.Json;
using IronCage.Core.Events;
using IronCage.Core.Ledger;
using IronCage.Core.Money;
using IronCage.Cost;
using IronCage.Lang;
using IronCage.Reliability;
using IronCage.Runtime.Protections;
using Microsoft.Extensions.Logging;

namespace IronCage.Runtime.Calls;

public sealed partial class ProtectedCall
{
    private bool _classified;
    private bool _raisedMargin;
    private Attribution? _attribution;
    /// <summary>Agent, project and tags by the host's word for this call; null: those of the run.</summary>
    private Attribution? _told;

    /// <summary>Ends the call, however it came to its end, and settles it if it is not settled yet. Idempotent.</summary>
    public void End(CallEnding how)
    {
        lock (_gate)
        {
            if (_stage == Stage.Ended)
                return;
            DropApproval();
            if (_stage == Stage.Deciding)
            {
                Withdraw();
                return;
            }
        }
        try
        {
            EndOpen(how);
        }
        catch
        {
            // Whatever failed, the hold must not stay: at worst the call costs all of it.
            SettleHold();
            throw;
        }
        finally
        {
            lock (_gate)
                _stage = Stage.Ended;
            LetGoOfBody();
            _giveUp.Dispose();
        }
    }

    private void EndOpen(CallEnding how)
    {
        if (_stage == Stage.Open)
        {
            // Whatever the host says now: a response that began was worked for.
            if (HasAnswer)
            {
                how = how switch
                {
                    CallEnding.NotSent or CallEnding.NoResponse => CallEnding.Cut,
                    CallEnding.Withdrawn or CallEnding.Cancelled => CallEnding.Aborted,
                    _ => how,
                };
            }
            switch (how)
            {
                case CallEnding.NotSent or CallEnding.Withdrawn:
                    Classify(how == CallEnding.NotSent ? CallResult.Failure : CallResult.Ignored);
                    TakeBack();
                    break;
                case CallEnding.NoResponse or CallEnding.Cancelled:
                    Classify(how == CallEnding.NoResponse ? CallResult.Failure : CallResult.Ignored);
                    SettleHold();
                    break;
                default:
                    // Of a stream that cannot be read only its end is known.
                    Classify(how == CallEnding.Cut ? CallResult.Failure : how == CallEnding.Complete && _passesStream ? CallResult.Success : CallResult.Ignored);
                    if (_stream is not null)
                        SettleStream(complete: false);
                    else if (_status >= 300)
                        SettleFree();
                    else
                        SettleHold();
                    break;
            }
            RecordOverhead();
        }
    }

    /// <summary>The host gave up while the call was waiting: whatever the ledger still grants is given back when it does.</summary>
    private void Withdraw()
    {
        _stage = Stage.Ended;
        LeaveCircuits(CallResult.Ignored);
        Uncount();
        _engine.WaitsNoMore(this);
        GiveUp();
        _holding?.ContinueWith(static (task, state) =>
        {
            if (task.IsCompletedSuccessfully && task.Result is null)
                ((ProtectedCall)state!).GiveBack();
        }, this, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
    }

    private void Classify(CallResult result)
    {
        if (_classified)
            return;
        _classified = true;
        if (result == CallResult.Failure)
            _run.Failed(_bodyDigest, _engine.Clock.GetUtcNow(), _attempt);
        LeaveCircuits(result);
    }

    /// <summary>The provider did no work.</summary>
    private void SettleFree()
    {
        LeaveWrapUps();
        Settle(Picodollars.Zero, default, estimated: false);
    }

    /// <summary>The whole hold: nothing better is known, and it is never zero.</summary>
    private void SettleHold()
    {
        _isUsageUnknown = true;
        Settle(HoldCost, new TokenUsage(Input: _inputBound, Output: _price is null ? 0 : _grantedTokens * _request.Choices), estimated: true);
    }

    private void SettleUsage(in WireUsage wire, bool extra, string? answeredBy)
    {
        _price = _engine.Catalogue.Served(_provider, _price, answeredBy);
        if (_facts is not null)
            _facts.IsToldUsage = true;
        var usage = WireTokens.Of(wire);
        if (_price is null)
        {
            Settle(Picodollars.Zero, usage, estimated: false);
            return;
        }
        // A count that no request of this model can have teaches nothing.
        if (_marginBound > 0 && wire.TotalInput <= (_price.ContextWindow ?? long.MaxValue))
            _raisedMargin = _engine.Margins.Observe(RequestShapes.MarginKey(_request, _price), _marginBound, wire.TotalInput);
        extra |= wire.Searches > 0 && _price.PerSearch is null;
        if (extra)
        {
            foreach (var protection in _run.Protections)
                protection.WarnOnce("extra:" + Model, "call.extra_charge", $"{Model} was served in a way whose price the catalogue does not have (a premium service tier, tools of the provider); the usual price of its tokens was charged");
        }
        var cost = Pricing.Cost(_price, usage, out var rules);
        // Prices changed under way: which of them the provider takes is not told.
        if (_price.At(_engine.Clock.GetUtcNow()) is var current && !ReferenceEquals(current, _price))
        {
            var later = Pricing.Cost(current, usage);
            extra |= later != cost;
            cost = Picodollars.Max(cost, later);
        }
        // The price list bounds what a provider says that it charges, which a gateway could say as it likes; where it says more, that is what it takes.
        cost = Picodollars.Max(cost, wire.Charge ?? Picodollars.Zero);
        if (rules != DerivedRules.None)
        {
            foreach (var protection in _run.Protections)
                protection.WarnOnce("derived:" + Model, "call.derived_price", $"{Model} used tokens whose price the catalogue does not state ({rules}); a bound was charged and counts as estimated");
        }
        Settle(cost, usage, estimated: extra || rules != DerivedRules.None);
    }

    /// <summary>
    /// Input and the output so far, counted where there is a public tokenizer; for models with hidden reasoning the hold. A usage that was told before the end is the least.
    /// </summary>
    private void SettleEstimate(WireUsage? told, ReadOnlySpan<byte> output, long uncountedBytes = 0)
    {
        if (_price is null)
        {
            _isUsageUnknown = true;
            Settle(Picodollars.Zero, default, estimated: true);
            return;
        }
        var input = told is { TotalInput: > 0 and var counted } ? counted : EstimatedInput(); // no request has an empty input
        if (AbortedAnswer.Estimate(_price, input, output, _engine.Tokens, _request.Reasoning) is not { } estimate)
        {
            SettleHold();
            return;
        }
        if (uncountedBytes > 0)
            estimate = estimate with { Output = estimate.Output + uncountedBytes / AbortedAnswer.BytesPerToken };
        if (told is { } usage)
        {
            // What was told of the input is all of it, bucket by bucket.
            if (usage.TotalInput > 0)
                estimate = WireTokens.Of(usage) with { Output = estimate.Output, Reasoning = 0, AudioOutput = 0 };
            if (usage.TotalOutput > estimate.Output)
                estimate = estimate with { Output = usage.TotalOutput };
        }
        var cost = Pricing.Cost(_price, estimate);
        Settle(_demand.Call != default ? Picodollars.Min(cost, HoldCost) : cost, estimate, estimated: true);
    }

    private long EstimatedInput() => _keptBody.Length > 0 && !(_request.Reasoning ?? _price!.Reasoning) ? CountedInput(_keptBody) : _inputBound;

    private void SettleStream(bool complete)
    {
        var stream = _stream!;
        var whole = complete && stream.HasFinished && !stream.HasError;
        Classify(whole ? CallResult.Success : complete || stream.HasError ? CallResult.Failure : CallResult.Ignored);
        // Some servers tell the usage so far with every chunk: it is the usage only when the answer is at its end.
        if (stream.Usage is { } usage && stream.HasFinished && IsPlausible(usage, stream.TextBytes > 0))
            SettleUsage(usage, stream.HasExtraCharge, stream.Model);
        else
            SettleEstimate(Told(stream.Usage), stream.Text, stream.TextBytes - stream.Text.Length);
    }

    private void TakeBack()
    {
        if (!TrySettle())
            return;
        _facts?.Settled(Picodollars.Zero, default, estimated: false);
        foreach (var place in _places)
            place.TakeBack();
        SettleAll(static (_, id) => new Settlement(id, Picodollars.Zero));
        var held = _holds.Count > 0 ? HoldCost : Picodollars.Zero;
        foreach (var protection in _run.Protections)
            protection.Tally.TookBack(Model, held, Traits, _request.UnscannableParts);
        Uncount();
    }

    /// <summary>As what the report counts it.</summary>
    private CallTraits Traits =>
        (_lowered ? CallTraits.Lowered : 0) | (IsDegraded ? CallTraits.Degraded : 0) | (_isRetry ? CallTraits.Retry : 0) | (HasFallenBack ? CallTraits.FellBack : 0) | (_isHedge ? CallTraits.Hedge : 0);

    private bool TrySettle()
    {
        lock (_gate)
        {
            if (_stage != Stage.Open)
                return false;
            _stage = Stage.Settled;
            return true;
        }
    }

    private void Settle(Picodollars cost, in TokenUsage usage, bool estimated)
    {
        if (!TrySettle())
            return;
        _facts?.Settled(cost, usage, estimated);
        LeavePlaces(usage);
        foreach (var run in _run.Chain)
            run.Used(usage.TotalInput + usage.Output + usage.AudioOutput);
        var details = Array.Exists(_run.Protections, static protection => protection.IsAudited || protection.TellsCalls) ? CallDetails(cost, estimated, usage) : null;
        var settlement = new Settlement(_holdId, cost, Attribution(), new SpentTokens(usage.TotalInput, usage.Cached, usage.Output + usage.AudioOutput), estimated);
        // What a payer's store keeps of the call is written in the transaction that ends its hold.
        SettleAll((payer, _) => settlement with
        {
            Attribution = payer.Reports ? settlement.Attribution : null, Told = settlement.Attribution, Audit = payer.Watch.KeepsAudit ? payer.Protection.Entry("call.settled", details!) : null,
        });
        foreach (var store in _holds.Count > 0 ? _run.StoresWithoutHold : [.. _run.Protections.Select(protection => protection.Store).Distinct()])
            store.Record(settlement);
        var held = _holds.Count > 0 ? HoldCost : Picodollars.Zero;
        var over = _holds.Exists(hold => cost > hold.Held) ? ReportWriter.OverrunDetails(_run.Protection.Options.AgentId, Model, held, cost) : null;
        foreach (var protection in _run.Protections)
        {
            protection.Tally.Settled(Model, held, cost, usage, estimated);
            protection.Spent(cost);
            if (!_holds.Exists(hold => hold.Payer.Protection == protection && hold.Payer.Watch.KeepsAudit))
                protection.Audit("call.settled", details!);
            if (details is not null)
                protection.Emit("call.settled", EventLevel.Debug, $"call to {Model} cost ${cost}", details, _run.Id, _id);
            if (over is not null)
                protection.Warn("budget.overbilled", $"{Model} billed ${cost}, above the hold of ${held}{(_raisedMargin ? "; its margin was raised" : "")}", over, _run.Id, _id);
        }
        foreach (var payer in _run.Watches)
            payer.Protection.CheckBudget(payer.Watch);
        if (_engine.Log.IsEnabled(LogLevel.Debug))
            _engine.Log.LogDebug("call to {Host} for {Model} settled at {Cost}", _target.Host, Model, cost);
    }

    /// <summary>Ends every hold; a store that fails does not keep the others from it.</summary>
    /// <exception cref="StoreException">What the first of them said.</exception>
    private void SettleAll(Func<Runs.Run.Payer, Guid, Settlement> settlementOf)
    {
        StoreException? failure = null;
        foreach (var (payer, _) in _holds)
        {
            try
            {
                payer.Watch.Account.Settle(settlementOf(payer, _holdId));
            }
            catch (StoreException e)
            {
                failure ??= e;
            }
        }
        if (failure is not null)
            throw failure;
    }

    /// <summary>To whom the call is reported: the innermost agent, or as the host told, and the provider, or its host where that is not known.</summary>
    private Attribution Attribution() =>
        _attribution ??= new Attribution(_told?.Agent ?? _run.Protection.Options.AgentId, _provider ?? _target.Host, Model, _told?.Project ?? _run.Project, _told?.Tags ?? _run.Tags);

    private string CallDetails(Picodollars amount, bool? estimated, TokenUsage? usage) => JsonDetails.Write(writer =>
    {
        writer.WriteString("call", _id.ToString("N"));
        writer.WriteString("host", _target.Host);
        writer.WriteString("model", Model);
        writer.WriteNumber(usage is null ? "hold_pico" : "cost_pico", amount.Value);
        if (estimated is { } guess)
            writer.WriteBoolean("estimated", guess);
        if (usage is { } tokens)
        {
            writer.WriteNumber("input_tokens", tokens.TotalInput);
            writer.WriteNumber("output_tokens", tokens.Output + tokens.AudioOutput);
        }
    });

    private void RecordOverhead()
    {
        if (_busyTicks == 0)
            return;
        var nanoseconds = (long)(_busyTicks * (1e9 / _engine.Clock.TimestampFrequency));
        _busyTicks = 0;
        foreach (var protection in _run.Protections)
            protection.Tally.Overhead.Record(nanoseconds);
    }
}
