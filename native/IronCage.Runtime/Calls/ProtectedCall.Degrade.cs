using IronCage.Cost;
using IronCage.Lang;
using IronCage.Runtime.Protections;

namespace IronCage.Runtime.Calls;

/// <summary>A cheaper model in the place of the one that the request asks for.</summary>
public sealed partial class ProtectedCall
{
    private string? _askedModel;
    private string? _whyDegraded;

    /// <summary>Another model is called than the request asked for.</summary>
    private bool IsDegraded => _askedModel is not null;

    /// <summary>The protections whose cheaper models answer for a budget of this one: its own, and those inside it.</summary>
    private IEnumerable<Protection> Until(Protection refusing)
    {
        foreach (var protection in _run.Protections)
        {
            yield return protection;
            if (protection == refusing)
                yield break;
        }
    }

    /// <summary>The innermost protection whose budget is used up so far that it wants the cheaper model.</summary>
    private Protection? Crowded()
    {
        var now = _engine.Clock.GetUtcNow();
        foreach (var run in _run.Chain)
        {
            if (run.Watch is { } watch && run.Protection.Options.Degrade is var degrade && degrade.Models.ContainsKey(Model) && watch.HasReached(degrade.At, now))
                return run.Protection;
        }
        return null;
    }

    /// <summary>Has the first model called that one of these protections names for the present one, that is cheaper for this very call, and that can take it.</summary>
    private async ValueTask<bool> DegradeAsync(IEnumerable<Protection> whose, string why)
    {
        var asked = Model;
        foreach (var protection in whose)
        {
            foreach (var cheaper in protection.Options.Degrade.Below(asked))
            {
                if (!await TryCallAsync(cheaper).ConfigureAwait(false))
                    continue;
                (_askedModel, _whyDegraded) = (_askedModel ?? asked, why);
                return true;
            }
        }
        return false;
    }

    private async ValueTask<bool> TryCallAsync(string model)
    {
        var before = (_request, _price, _rewritten, _demand, _inputBound, _marginBound, _mustWriteLimit, _mostToWrite, _grantedTokens, _keptBody, _target, _route);
        if (await BecomeAsync(model).ConfigureAwait(false))
            return true;
        (_request, _price, _rewritten, _demand, _inputBound, _marginBound, _mustWriteLimit, _mostToWrite, _grantedTokens, _keptBody, _target, _route) = before;
        return false;
    }

    private async ValueTask<bool> BecomeAsync(string model)
    {
        var (asked, price) = (_request, _price!);
        var (target, route) = (_target, _route);
        if (!TryRename(model, ref target, ref route, route?.Url ?? _url))
            return false;
        Take(target, route);
        Rename(model, Body);
        if (FindPrice() is not null)
            return false;
        if (_price is not { } cheaper)
        {
            // Allowed without a price: nothing is held for it.
            _demand = default;
            return Readmit();
        }
        var bound = Cheap(_request, cheaper);
        if (bound.Refusal != BoundRefusal.None || (asked.Reasoning == true && !cheaper.Reasoning && !cheaper.IsAssumed))
            return false;
        if (asked.TokenArrays.Count > 0 && (cheaper.Tokenizer is null || cheaper.Tokenizer != price.Tokenizer))
            return false; // its numbers stand for other words there
        var source = Cheap(asked, price);
        var tokens = Math.Min(source.WantedTokens, bound.WantedTokens);
        if (source.Refusal == BoundRefusal.None && bound.ToDemand(_id).Cost(tokens) >= source.ToDemand(_id).Cost(tokens))
            return false;
        if (!await LimitToAsync(cheaper, bound, price.ContextWindow).ConfigureAwait(false) || await BuildAsync().ConfigureAwait(false) is not null)
            return false;
        return Readmit();
    }

    /// <summary>
    /// Writes the output limit as the other model accepts it: in its field, not above its most, and within what its window leaves beside the input. False where the request
    /// does not fit the model at all.
    /// </summary>
    /// <param name="price">The other model.</param>
    /// <param name="bound">Of the request to it.</param>
    /// <param name="earlierWindow">Of the model so far: what fits that one fits another with the same.</param>
    private async ValueTask<bool> LimitToAsync(ModelPrice price, RequestBound bound, long? earlierWindow)
    {
        var limit = Math.Min(_request.OutputLimit ?? 0, price.MaxOutput ?? long.MaxValue);
        if (price.ContextWindow is { } window && !(window >= earlierWindow) && bound.InputTokens + limit > window && _request.UnboundedParts == 0)
        {
            await _engine.LoadTokenizerAsync(Tokenizer).ConfigureAwait(false);
            _inputBound = bound.InputTokens;
            limit = Math.Min(limit, window - CountedInput(Body));
            if (limit < 0)
                return false;
        }
        var edits = new List<RawEdit>();
        if (limit < _request.OutputLimit)
        {
            if (limit < bound.FloorTokens)
                return false;
            _request.LimitOutput(limit, price.OutputLimitField, edits);
        }
        _request.MoveLimit(price.OutputLimitField, edits);
        if (edits.Count > 0)
            Rewrite(RawEdits.Apply(Body, edits));
        return true;
    }

    private RequestBound Cheap(LlmRequest request, ModelPrice price) => _engine.Bounds.Cheap(RequestShapes.Of(request, price, lowerable: true, strict: false, texts: null));

    /// <summary>Takes on a body of our own making.</summary>
    private void Rewrite(byte[] body)
    {
        if (!_wire.TryReadRequest(body, _target.Model, out var request, out var problem))
            throw new InvalidOperationException("a rewritten request cannot be read: " + problem);
        (_request, _rewritten) = (request, body);
        NotePricedHeaders(new RequestHeaders(_lines)); // they say it of the request, whatever its bytes are
    }

    /// <summary>The circuits of the model that is called now decide, not those of the one that was asked for. False: one of them is open, and the permits stay as they are.</summary>
    private bool Readmit() => AskAgain() is null;
}
