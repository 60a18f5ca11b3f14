using System.Buffers;
using IronCage.Core.Ledger;
using IronCage.Core.Money;
using IronCage.Cost;
using IronCage.Lang.Hosts;
using IronCage.Runtime.Protections;
using IronCage.Runtime.Runs;

namespace IronCage.Runtime.Calls;

/// <summary>What a call may cost at most: its price, its bound, its holds.</summary>
public sealed partial class ProtectedCall
{
    /// <summary>Output tokens charged for a call that nothing bounds and that never told its usage, under a protection without a budget.</summary>
    private const long AssumedOutput = 4096;

    /// <summary>Bytes up to which a kept body is an object like others.</summary>
    private const int SmallBody = 16 * 1024;

    private (Picodollars Fixed, bool IsNoticeable)? _weighed; // by who asked a moment ago

    /// <summary>How long a call may take and still be held at prices that begin meanwhile.</summary>
    private static readonly TimeSpan LongestCall = TimeSpan.FromHours(1);

    private Refusal? FindPrice()
    {
        _price = PriceOf(Model);
        // A deployment says which model answers, whatever the body says; only its owner knows whether its name is that of a model.
        if (_target.Model is { } deployed && deployed != Model && PriceOf(deployed) is { } other && (_price is null || Weight(other) > Weight(_price)))
            _price = other;
        var feature = _request.UnpricedFeature ?? MediaWithoutPrice(_price) ?? (_request.Searches > 0 && _price is { PerSearch: null } ? "searches" : null);
        if (_price is not null && feature is null)
            return null;
        ModelPrice? assumed = null;
        foreach (var protection in _run.Protections)
        {
            if (protection.Options.Unpriced == UnpricedPolicy.Deny)
                return Refusal.Unpriced(Model, feature, feature is null ? LookUp() : null) with { By = [protection] };
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

    /// <summary>Models that run at home have the user's price only: that of the same model elsewhere is another's.</summary>
    private ModelPrice? PriceOf(string model) => OwnPrice(model) ?? (IsAtHome ? null : _engine.Catalogue.Find(_provider, model));

    private bool IsAtHome => _target.Protocol == LlmProtocol.Ollama;

    private static decimal Weight(ModelPrice price) => (decimal)price.Buckets.Input.Value + (price.Buckets.Output ?? Picodollars.Zero).Value;

    /// <summary>The user's price of the model; of several protections the dearest bounds the others.</summary>
    private ModelPrice? OwnPrice(string model)
    {
        ModelPrice? dearest = null;
        foreach (var protection in _run.Protections)
        {
            if (protection.Prices?.Find(_provider, model) is { } own && (dearest is null || Weight(own) > Weight(dearest)))
                dearest = own;
        }
        return dearest;
    }

    private PriceResolution LookUp() => IsAtHome
        ? new PriceResolution(Model, null, null, null, null, "nobody sells Ollama's models by the token: BudgetConfig(prices={MODEL: Price(0, 0)}) says that one costs you nothing, unpriced='warn' lets all go, counted without money", [], [])
        : _run.Protections.Select(p => p.Prices?.Resolve(_provider, Model, null)).FirstOrDefault(found => found is not null) ?? _engine.Catalogue.Resolve(_provider, Model);

    private string? MediaWithoutPrice(ModelPrice? price)
    {
        if (price is not null && _request.AsksForImages && price is { Buckets.ImageOutput: null, PerRequest: null })
            return "images in the answer";
        if (price is { PerRequest: not null } && _request.AsksForImages && _request.Choices > 1)
            return "several images of a model that is sold by the request";
        if (price is not null && _request.SendsAudio && price.Buckets.AudioInput is null)
            return "audio input";
        return price is not null && (_request.AsksForAudio || _request.AsksForSpeech) && price.Buckets.AudioOutput is null ? "audio output" : null;
    }

    private Refusal? BuildDemand(ReadOnlySpan<byte> body)
    {
        KeepBody(body);
        if (_price is null)
            return null;
        var limited = _run.Watches.Length > 0;
        if (limited && _request.UnboundedFeature is { } feature)
            return Refusal.Denied($"the request uses {feature}, with which the provider may ask the model any number of times, so its cost has no upper bound", "unbounded_request", Model);
        var lowerable = limited && !_isSigned && !_request.HasFixedOutput;
        var strict = false;
        foreach (var payer in _run.Watches)
        {
            lowerable &= payer.Protection.Options.LowerOutput;
            strict |= payer.Protection.Options.StrictBound;
        }
        var bound = Bound(_price, body, lowerable, strict);
        // A call that is under way when prices change may be billed at either.
        if (_price.At(_engine.Clock.GetUtcNow() + LongestCall) is var later && !ReferenceEquals(later, _price) && Bound(later, body, lowerable, strict) is { Refusal: BoundRefusal.None } other)
            bound = bound with { Fixed = Picodollars.Max(bound.Fixed, other.Fixed), PerOutputToken = Picodollars.Max(bound.PerOutputToken, other.PerOutputToken) };
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

    /// <summary>Small bodies are kept on the heap. Large ones would be large objects, each of them a step towards a full collection: those are of the pool.</summary>
    private void KeepBody(ReadOnlySpan<byte> body)
    {
        if (body.Length > KeptBody)
            return;
        if (body.Length <= SmallBody || _run.HasStages || _lentBody is not null) // stages go back and forth between bodies
        {
            _keptBody = body.ToArray();
            return;
        }
        _lentBody = ArrayPool<byte>.Shared.Rent(body.Length);
        body.CopyTo(_lentBody);
        _keptBody = _lentBody.AsMemory(0, body.Length);
    }

    /// <summary>The call has ended. A hold that was waited for may still be counting on another thread: then the collector takes the body.</summary>
    private void LetGoOfBody()
    {
        _keptBody = default;
        if (_lentBody is { } lent && _holding is null)
            ArrayPool<byte>.Shared.Return(lent);
        _lentBody = null;
    }

    private ReadOnlyMemory<byte> Kept(ReadOnlySpan<byte> body) => _keptBody.Length > 0 ? _keptBody : body.ToArray();

    private RequestBound Bound(ModelPrice price, ReadOnlySpan<byte> body, bool lowerable, bool strict)
    {
        // Bytes bound tokens, and cost nothing to count. Only where that bound is a noticeable part of what is left is the tokenizer worth its time.
        var bound = _engine.Bounds.Cheap(RequestShapes.Of(_request, price, lowerable, strict, texts: null));
        var weighed = _weighed is { } known && known.Fixed == bound.Fixed ? known.IsNoticeable : (bool?)null;
        _weighed = null;
        if (strict || bound.Refusal != BoundRefusal.None || !(weighed ?? IsNoticeable(bound.Fixed)))
            return bound;
        var texts = new RequestTexts(_request, Kept(body));
        return _engine.Bounds.Exact(RequestShapes.Of(_request, price, lowerable, strict, texts));
    }

    private string Problem(BoundRefusal refusal) => refusal switch
    {
        BoundRefusal.UnboundedOutput when _request.HasFixedOutput =>
            "nobody here knows how much output the model makes of such a request, so its cost has no upper bound: say it as max_output of the model's Price in BudgetConfig(prices={...})",
        BoundRefusal.UnboundedInput => "the request holds input that cannot be counted (files, audio) and the model's context window is not known, so its cost has no upper bound",
        BoundRefusal.UnboundedOutput => "the request has no output limit, and neither the model's own nor its context window is known, so its cost has no upper bound: set max_completion_tokens, or allow lower_output",
        _ => "the worst case of this request is beyond what amounts can express",
    };

    /// <summary>Whether this call will count tokens, and the tables for it are not in memory: loading takes longer than an event loop may be kept waiting.</summary>
    private bool MustLoadTokenizer()
    {
        if (_price is null || _run.Watches.Length == 0 || _engine.Tokens.IsLoaded(Tokenizer))
            return false;
        var bound = _engine.Bounds.Cheap(RequestShapes.Of(_request, _price!, lowerable: true, strict: false, texts: null));
        if (bound.Refusal != BoundRefusal.None)
            return false;
        var isNoticeable = IsNoticeable(bound.Fixed);
        _weighed = (bound.Fixed, isNoticeable);
        return isNoticeable;
    }

    /// <summary>The one that input is counted with.</summary>
    private string Tokenizer => TokenCounter.IsPublic(_price!.Tokenizer) ? _price.Tokenizer! : TokenCounter.O200k;

    /// <summary>As <see cref="BuildDemand"/> and <see cref="TakeHoldsAsync"/>, on a thread that may wait.</summary>
    private async ValueTask<HoldOutcome?> LoadAndHoldAsync(byte[] body)
    {
        await _engine.LoadTokenizerAsync(Tokenizer).ConfigureAwait(false);
        _unbounded = BuildDemand(body);
        return _unbounded is null ? await TakeHoldsAsync().ConfigureAwait(false) : null;
    }

    /// <summary>A stream that is left by its reader is counted at once, perhaps on an event loop: by then the tables are there.</summary>
    private void PrepareToEstimate()
    {
        if (_price is { Reasoning: false } && !_engine.Tokens.IsLoaded(Tokenizer))
            _ = _engine.LoadTokenizerAsync(Tokenizer);
    }

    private bool IsNoticeable(Picodollars fixedCost)
    {
        foreach (var payer in _run.Watches)
        {
            var reserve = KeeperOf(payer)?.Protection.Options.WrapUp!.Reserve ?? Picodollars.Zero;
            for (var account = payer.Watch.Account; account is not null; account = account.Parent)
            {
                if (account.Peek().Available is { } available && fixedCost.Value > (available.Value - reserve.Value) / 50)
                    return true;
                reserve = Picodollars.Zero; // kept of the first alone
            }
        }
        return false;
    }

    /// <summary>Takes a hold on every account; on the first that does not grant, what was taken is given back and its outcome is the answer.</summary>
    private ValueTask<HoldOutcome?> TakeHoldsAsync() => AskAsync(_demand, waitAtMost: null);

    private async ValueTask<HoldOutcome?> AskAsync(HoldDemand demand, TimeSpan? waitAtMost)
    {
        if (_price is null)
            return null;
        demand = demand with { Call = _holdId };
        var attribution = Attribution();
        var waits = _run.Payers;
        for (var i = 0; i < waits.Length; i++)
        {
            var payer = waits[i];
            HoldOutcome outcome;
            try
            {
                var wait = payer.Protection.Options.HoldWait;
                var asked = demand with { Reserve = KeeperOf(payer)?.Protection.Options.WrapUp!.Reserve ?? Picodollars.Zero, Attribution = payer.Reports ? attribution : null };
                outcome = await payer.Watch.Account.HoldAsync(asked, AtMost(waitAtMost < wait ? waitAtMost.Value : wait), AllowedEntry(payer), _giveUp.Token).ConfigureAwait(false);
            }
            catch
            {
                GiveBack();
                throw;
            }
            if (outcome.Status != HoldStatus.Granted)
            {
                GiveBack();
                _refusing = outcome.RefusedBy is { } above
                    ? _run.Watches.FirstOrDefault(w => w.Watch.Store == payer.Watch.Store && w.Watch.Account.Name == above, payer)
                    : payer;
                return outcome;
            }
            _holds.Add(new HoldGrant(payer, outcome.Held));
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
        foreach (var place in _places)
            place.TakeBack();
        _places.Clear();
        SettleAll(static (_, id) => new Settlement(id, Picodollars.Zero));
        _holds.Clear();
    }

    /// <summary>The granted output tokens, as far as the model accepts them: no more than its most, and what its window leaves beside the input.</summary>
    private long LimitToWrite(ReadOnlySpan<byte> body)
    {
        var limit = Math.Min(_grantedTokens, _mostToWrite);
        if (_request.OutputLimit is not null || _price!.ContextWindow is not { } window || limit + _inputBound <= window)
            return limit;
        var room = window - CountedInput(Kept(body));
        return room > 0 ? Math.Min(limit, room) : limit;
    }

    /// <summary>The input by the tokenizer, where that is below its bound.</summary>
    private long CountedInput(ReadOnlyMemory<byte> body)
    {
        var exact = _engine.Bounds.Exact(RequestShapes.Of(_request, _price!, lowerable: false, strict: false, new RequestTexts(_request, body)));
        return exact.Refusal == BoundRefusal.None ? Math.Min(_inputBound, exact.InputTokens) : _inputBound;
    }
}
