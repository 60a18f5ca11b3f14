using System.Globalization;
using IronCage.Core.Events;
using IronCage.Core.Ledger;
using IronCage.Core.Money;
using IronCage.Cost;
using IronCage.Lang;
using IronCage.Runtime.Protections;
using IronCage.Runtime.Runs;

namespace IronCage.Runtime.Calls;

/// <summary>What happens before a call is refused for want of money: a cheaper model, then the reserve of its run (docs/budgets.md).</summary>
public sealed partial class ProtectedCall
{
    private const string DoesNotFit = "does_not_fit", WaitedInVain = "waited_in_vain", ShareReached = "degrade_at";

    private readonly List<Run> _wrapUps = [];
    private byte[] _stagedBody = [];

    /// <summary>
    /// Builds the demand and takes the holds; what does not fit goes through the stages. Each attempt is a hold of its own, with an id of its own, and all of them together
    /// wait no longer than one would.
    /// </summary>
    private async ValueTask<HoldOutcome?> HoldInStagesAsync()
    {
        if (await BuildAsync().ConfigureAwait(false) is { } unbounded)
        {
            _unbounded = unbounded;
            return null;
        }
        if (Crowded() is { } crowded)
            await DegradeAsync([crowded], ShareReached).ConfigureAwait(false);
        var began = Now;
        var isSpare = true; // no more output than makes a useful answer is given up before the stages are through
        HoldOutcome? failed;
        TimeSpan? wait = null;
        while ((failed = await AskAsync(isSpare ? Whole() : _demand, wait).ConfigureAwait(false)) is { Status: HoldStatus.Exceeded or HoldStatus.TimedOut } outcome)
        {
            var refusing = _refusing!.Value;
            _holdId = _engine.Ids.NewId();
            wait = outcome.Status == HoldStatus.TimedOut ? TimeSpan.Zero : Left(refusing.Protection.Options.HoldWait, began);
            if (await DegradeAsync(Until(refusing.Protection), outcome.Status == HoldStatus.TimedOut ? WaitedInVain : DoesNotFit).ConfigureAwait(false))
            {
                isSpare = true;
            }
            else if (outcome.RefusedBy is null && KeeperOf(refusing) is { } keeper)
            {
                if (!TryWrapUp(keeper))
                    break;
                isSpare = false;
                if (keeper.Protection.Options.WrapUp!.Note is { } note && Append(note) && await BuildAsync().ConfigureAwait(false) is { } problem)
                {
                    _unbounded = problem;
                    return null;
                }
            }
            else if (isSpare)
            {
                isSpare = false;
            }
            else
            {
                break;
            }
        }
        return failed;
    }

    private TimeSpan Left(TimeSpan wait, long began)
    {
        var left = wait - _engine.Clock.GetElapsedTime(began);
        return left > TimeSpan.Zero ? left : TimeSpan.Zero;
    }

    private async ValueTask<Refusal?> BuildAsync()
    {
        if (MustLoadTokenizer())
            await _engine.LoadTokenizerAsync(Tokenizer).ConfigureAwait(false);
        return BuildDemand(Body);
    }

    /// <summary>What leaves, as it stands now.</summary>
    private byte[] Body => _rewritten ?? _stagedBody;

    /// <summary>The demand, lowered no further than to an answer of some use.</summary>
    private HoldDemand Whole() =>
        _demand with { FloorTokens = Math.Max(_demand.FloorTokens, Math.Min(SpendingBound.SafeOutputLimit, _demand.WantedTokens)) };

    /// <summary>The run that keeps a reserve of a payer's budget from this call; null: none.</summary>
    private Run? KeeperOf(in Run.Payer payer)
    {
        if (payer.Keepers.Count == 0)
            return null;
        lock (_gate)
            return payer.Keepers.FirstOrDefault(keeper => !_wrapUps.Contains(keeper));
    }

    /// <summary>What a refused call had to leave of the budget that refused it.</summary>
    private Picodollars ReserveOf(in HoldOutcome outcome) =>
        outcome.RefusedBy is null && _refusing is { } payer && KeeperOf(payer) is { } keeper ? keeper.Protection.Options.WrapUp!.Reserve : Picodollars.Zero;

    private bool TryWrapUp(Run run)
    {
        lock (_gate)
        {
            if (_stage == Stage.Ended || !run.TryWrapUp())
                return false;
            _wrapUps.Add(run);
        }
        return true;
    }

    private bool Append(string note)
    {
        var edits = new List<RawEdit>();
        if (_isSigned || !_request.TryAppendMessage(note, edits))
            return false;
        Rewrite(RawEdits.Apply(Body, edits));
        return true;
    }

    /// <summary>The call costs nothing: it does not count among those that draw on the reserve.</summary>
    private void LeaveWrapUps()
    {
        lock (_gate)
        {
            foreach (var run in _wrapUps)
                run.LeaveWrapUp();
            _wrapUps.Clear();
        }
    }

    /// <summary>The call leaves: what the stages did to it is told, counted and written down.</summary>
    private void TellStages()
    {
        if (_askedModel is { } asked)
        {
            var details = JsonDetails.Write(writer =>
            {
                writer.WriteString("call", _id.ToString("N"));
                writer.WriteString("from", asked);
                writer.WriteString("to", Model);
                writer.WriteString("why", _whyDegraded);
            });
            foreach (var protection in _run.Protections)
            {
                protection.Emit("budget.degraded", EventLevel.Warning, $"a call for {asked} went to {Model}", details, _run.Id, _id);
                protection.Audit("budget.degraded", details);
            }
        }
        foreach (var run in _wrapUps)
        {
            if (!run.BeginWrapUp())
                continue;
            var (protection, policy) = (run.Protection, run.Protection.Options.WrapUp!);
            var details = JsonDetails.Write(writer =>
            {
                writer.WriteString("call", _id.ToString("N"));
                writer.WriteString("model", Model);
                ReportWriter.WriteMoney(writer, "reserve_usd", policy.Reserve);
                writer.WriteNumber("calls", policy.Calls);
            });
            protection.Tally.WrapsUp();
            protection.Warn("budget.wrap_up", string.Create(CultureInfo.InvariantCulture, $"the run wraps up: at most {policy.Calls} of its calls draw on the reserve of ${policy.Reserve}"), details, run.Id, _id);
            protection.Audit("budget.wrap_up", details);
        }
    }
}
