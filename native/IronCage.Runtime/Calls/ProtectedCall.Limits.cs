using System.Globalization;
using IronCage.Core.Events;
using IronCage.Core.Ledger;
using IronCage.Cost;
using IronCage.Reliability;
using IronCage.Runtime.Protections;

namespace IronCage.Runtime.Calls;

/// <summary>
/// The call's turn at its provider host and model: rates, places in flight, and what the provider said (docs/reliability.md). It is asked for last, when it is known which model is called and
/// with how much output: whoever has a place is on the way out, so that nobody waits for a place of somebody who waits for money.
/// </summary>
public sealed partial class ProtectedCall
{
    private readonly List<LimitPlace> _places = [];
    private Refusal? _limited;
    private long _sentAt;
    private bool _isUsageUnknown;

    /// <summary>The holds, then what else a call needs to leave.</summary>
    private ValueTask<HoldOutcome?> WithPlaces(ValueTask<HoldOutcome?> holding, ReadOnlySpan<byte> body) =>
        _run.SharesCircuits ? Places(WithSharedCircuitsAsync(holding), body) : Places(holding, body);

    private ValueTask<HoldOutcome?> Places(ValueTask<HoldOutcome?> holding, ReadOnlySpan<byte> body)
    {
        foreach (var protection in _run.Limiting)
        {
            if (protection.Limits!.IsIdle)
                continue;
            var isCounted = protection.Limits.Options.TokensPerMinute is not null;
            return PlacesAsync(holding, body.Length, isCounted ? Kept(body) : default);
        }
        return holding;
    }

    private async ValueTask<HoldOutcome?> PlacesAsync(ValueTask<HoldOutcome?> holding, int length, ReadOnlyMemory<byte> body)
    {
        var failed = await holding.ConfigureAwait(false);
        if (failed is not null || _unbounded is not null || _limited is not null)
            return failed;
        var key = Key;
        var tokens = IsFree ? 0 : CountedTokens(length);
        var isExact = IsFree || _price is null || _inputBound == 0;
        var began = Now;
        foreach (var protection in _run.Limiting)
        {
            var limits = protection.Limits!;
            if (limits.IsIdle)
                continue;
            if (!limits.TryEnter(key, tokens, out var place))
            {
                if (limits.Options.TokensPerMinute is not null && !isExact)
                {
                    // Bytes bound tokens and cost nothing; only where they are too many is the tokenizer worth its time.
                    await _engine.LoadTokenizerAsync(Tokenizer).ConfigureAwait(false);
                    tokens = Math.Min(tokens, CountedTokens(CountedInput(_stagedBody.Length > 0 ? Body : body)));
                    isExact = true;
                }
                var most = Left(limits.Options.MaxWait, began);
                var wait = AtMost(most);
                var decision = await limits.EnterAsync(key, tokens, wait, _giveUp.Token).ConfigureAwait(false);
                if (!decision.IsGranted)
                {
                    _limited = (decision.Status == LimitStatus.TimedOut && wait < most ? OutOfTime() : null)
                        ?? Refusal.Limited(decision, limits.Options, key, tokens, Model) with { By = [protection] };
                    GiveBack();
                    return null;
                }
                place = decision.Place;
                TellWait(protection, key, decision);
            }
            if (place is not null)
                _places.Add(place);
        }
        return null;
    }

    /// <summary>A wait that the time of a run cut short is over with it: timers and clocks differ by some milliseconds.</summary>
    private Refusal? OutOfTime()
    {
        foreach (var run in _run.Chain)
        {
            if (run.TimeLeft(_engine.Clock) is { } left && left < TimeSpan.FromMilliseconds(50))
                return Refusal.TimeLimit(run.Protection.Options.Timeout!.Value, Model) with { By = [run.Protection] };
        }
        return null;
    }

    /// <summary>
    /// What a call counts before anybody knows what it uses. A request that says nothing of its output counts as one of usual length: to count the longest that the model can write
    /// would let no call through. What it uses beyond that is counted when it has ended.
    /// </summary>
    private long CountedTokens(long input)
    {
        if (_price is not null && _inputBound > 0)
            input = Math.Min(input, _inputBound);
        var output = Math.Min(_request.OutputLimit ?? AssumedOutput, _price is null || _demand.Call == default ? long.MaxValue : _grantedTokens);
        return (long)Int128.Min(LimitConstants.MostTokens + 1L, input + (Int128)output * _request.Choices);
    }

    private void LeavePlaces(in TokenUsage usage)
    {
        foreach (var place in _places)
            place.Leave(_isUsageUnknown ? null : usage.TotalInput + usage.Output + usage.AudioOutput);
    }

    /// <summary>Whatever a provider says of its limits is known to all calls after this one.</summary>
    private void HearLimits(int status, ReadOnlySpan<byte> headers)
    {
        if (headers.IsEmpty || _run.Limiting.Length == 0)
            return;
        var now = _engine.Clock.GetUtcNow();
        var told = ProviderLimitReader.Read(headers, now - _engine.Clock.GetElapsedTime(_sentAt), now);
        if (!told.HasRates && told.RetryAfter is null)
            return;
        var key = Key;
        foreach (var protection in _run.Limiting)
        {
            if (protection.Limits!.Hear(key, told, status, _sentAt) is not { } pause)
                continue;
            var details = JsonDetails.Write(writer =>
            {
                writer.WriteString("key", key);
                writer.WriteNumber("seconds", Math.Round(pause.TotalSeconds, 3));
                writer.WriteNumber("status", status);
            });
            protection.Emit("provider.paused", EventLevel.Info, string.Create(CultureInfo.InvariantCulture, $"{key} wants no calls for {pause.TotalSeconds:0.###} s"), details);
        }
    }

    private void TellWait(Protection protection, string key, in LimitDecision decision)
    {
        if (decision.Waited <= TimeSpan.Zero)
            return;
        var (kind, waited) = (decision.Kind, decision.Waited);
        var limit = kind switch
        {
            LimitKind.TokensPerMinute => "tokens_per_minute",
            LimitKind.MaxConcurrent => "max_concurrent",
            LimitKind.Provider => "provider_limits",
            _ => "requests_per_minute",
        };
        var details = JsonDetails.Write(writer =>
        {
            writer.WriteString("call", _id.ToString("N"));
            writer.WriteString("key", key);
            writer.WriteString("limit", limit);
            writer.WriteNumber("seconds", Math.Round(waited.TotalSeconds, 3));
        });
        protection.Emit("call.waited", EventLevel.Info, string.Create(CultureInfo.InvariantCulture, $"a call to {key} waited {waited.TotalSeconds:0.###} s ({limit})"), details);
    }
}
