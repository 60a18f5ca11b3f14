using IronCage.Core.Events;
using IronCage.Lang;
using IronCage.Lang.Streams;
using IronCage.Runtime.Protections;
using IronCage.Runtime.Runs;

namespace IronCage.Runtime.Calls;

/// <summary>What a run may do: the kill switch, its caps, its time, its tools, and going round in circles.</summary>
public sealed partial class ProtectedCall
{
    private readonly List<Run> _nudged = [];
    private int _judgedTools;
    private ulong? _question;

    /// <summary>Kill switch, the memory of earlier refusals, and what the runs have used up.</summary>
    private Refusal? Control()
    {
        if (Interrupted() is { } interrupted)
            return interrupted;
        foreach (var run in _run.Chain)
        {
            if (!run.Protection.Options.Respond && run.Remembered is { Latches: true } remembered)
                return remembered;
            if (run.HasUsedItsTokens)
                return Refusal.TokenLimit(run.Protection.Options.MaxTokens!.Value, null) with { By = [run.Protection] };
            if (run.Loops is { IsStuck: true })
                return Refusal.Loop(run.Loops.Rounds, null) with { By = [run.Protection] };
        }
        return null;
    }

    /// <summary>What ends calls in the middle: the kill switch, and the time of a run.</summary>
    private Refusal? Interrupted()
    {
        if (Stopped() is { } stopped)
            return stopped;
        foreach (var run in _run.Chain)
        {
            if (run.TimeLeft(_engine.Clock) is { Ticks: <= 0 })
                return Refusal.TimeLimit(run.Protection.Options.Timeout!.Value, null) with { By = [run.Protection] };
        }
        return null;
    }

    /// <summary>Whether the kill switch, or the time of a run, ends this call in the middle: a read that blocks hears of neither.</summary>
    /// <param name="take">Give the refusal, and remember it; else only that there is one, from any thread.</param>
    /// <returns>Send, or Refuse.</returns>
    public Verdict Interruption(bool take)
    {
        if (take && _ended is { Kind: VerdictKind.Refuse } ended)
            return ended;
        if (!IsOpen || Interrupted() is not { } refusal)
            return Verdict.Send;
        if (!take)
            return new Verdict(VerdictKind.Refuse);
        var refused = Refused(refusal);
        _ended = refused;
        return refused;
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

    /// <summary>The time that the runs have left, no more than a wait is given anyway.</summary>
    private TimeSpan AtMost(TimeSpan wait)
    {
        foreach (var run in _run.Chain)
        {
            if (run.TimeLeft(_engine.Clock) is { } left && left < wait)
                wait = left > TimeSpan.Zero ? left : TimeSpan.Zero;
        }
        return wait;
    }

    private Refusal? CountCall()
    {
        for (var i = 0; i < _run.Chain.Length; i++)
        {
            if (_run.Chain[i].TryCount())
                continue;
            var refusing = i;
            while (--i >= 0)
                _run.Chain[i].Uncount();
            return Refusal.CallLimit(_run.Chain[refusing].Protection.Options.MaxCalls!.Value, Model) with { By = [_run.Chain[refusing].Protection] };
        }
        _counted = true;
        return null;
    }

    private void Uncount()
    {
        LeaveWrapUps();
        foreach (var run in _nudged)
            run.Loops!.OweNudge();
        _nudged.Clear();
        if (!_counted)
            return;
        _counted = false;
        foreach (var run in _run.Chain)
            run.Uncount();
    }

    /// <summary>Tools that the provider would run by itself, before anybody could see the model's wish.</summary>
    private Refusal? DeniedTools() => Denied(_request.HostedTools);

    private Refusal? DeniedTools(LlmAnswer answer) => answer.ToolCalls.Count == 0 ? null : Denied(answer.ToolCalls.Select(call => call.Name));

    /// <summary>The tools that came since it was asked last. Clients put the parts of a name together: what must not be used must not come in parts either.</summary>
    private Refusal? DeniedTools(LlmStream stream)
    {
        if (_judgedTools == stream.ToolNames)
            return null;
        _judgedTools = stream.ToolNames;
        foreach (var call in stream.ToolCalls)
        {
            if ((Denied(call.Names) ?? (call.Names.Count > 1 ? DeniedWhole(string.Concat(call.Names)) : null)) is { } refusal)
                return refusal;
        }
        return null;
    }

    /// <summary>An answer that nobody here can read may use any tool.</summary>
    private Refusal? UnreadTools()
    {
        foreach (var protection in _run.Protections)
        {
            if (protection.Options.Tools.IsActive || protection.Options.Approval is not null)
                return Refusal.UnreadTools(Model) with { By = [protection] };
        }
        return null;
    }

    private Refusal? Denied(IEnumerable<string?> tools)
    {
        foreach (var protection in _run.Protections)
        {
            var (policy, mustApprove) = (protection.Options.Tools, protection.Options.Approval is not null);
            if (!policy.IsActive && !mustApprove)
                continue;
            foreach (var tool in tools)
            {
                if (!policy.Allows(tool) || (tool is null && mustApprove))
                    return Refusal.Tool(tool, Model) with { By = [protection] };
            }
        }
        return null;
    }

    private Refusal? DeniedWhole(string tool)
    {
        foreach (var protection in _run.Protections)
        {
            if (protection.Options.Tools.Denies(tool))
                return Refusal.Tool(tool, Model) with { By = [protection] };
        }
        return null;
    }

    /// <summary>What the answer does is remembered by the runs that look for circles.</summary>
    private void Observe(LlmAnswer answer, ReadOnlySpan<byte> body)
    {
        if (!_run.WatchesLoops)
            return;
        var signature = new AnswerSignature();
        foreach (var call in answer.ToolCalls)
            signature.AddTool(call.Name, body[call.Arguments]);
        if (signature.IsEmpty && answer.Contents.Count > 0)
            AddWords(ref signature, Texts(answer, body));
        Observe(signature);
    }

    private void Observe(LlmStream stream)
    {
        if (!_run.WatchesLoops)
            return;
        var signature = new AnswerSignature();
        foreach (var call in stream.ToolCalls)
            signature.AddTool(call.Name, call.Arguments);
        if (signature.IsEmpty && stream.TextBytes > 0)
            AddWords(ref signature, stream.Text);
        Observe(signature);
    }

    /// <summary>The same words are nothing new only in answer to the same: who sorts a thousand letters says "yes" often.</summary>
    private void AddWords(ref AnswerSignature signature, ReadOnlySpan<byte> words)
    {
        if (_question is { } question)
            signature.AddWords(words, question);
    }

    private void Observe(in AnswerSignature signature)
    {
        if (signature.IsEmpty)
            return;
        foreach (var run in _run.Chain)
            run.Loops?.Observe(signature.Value);
    }

    /// <summary>Appends what the model is to be told by the runs that go round in circles.</summary>
    private void Nudge(ReadOnlySpan<byte> body)
    {
        if (!_run.WatchesLoops)
            return;
        byte[] scratch = [];
        _question = _request.LastMessageText is { } place ? AnswerSignature.Question(place.Read(body, ref scratch)) : null;
        foreach (var run in _run.Chain)
        {
            if (_isSigned || run.Loops is not { } loops || !loops.TakeNudge())
                continue;
            if (!_request.TryAppendMessage(run.Protection.Options.Loops!.Note, _edits))
            {
                loops.OweNudge(); // this kind of request has no messages
                continue;
            }
            _nudged.Add(run);
            return; // once is enough, whoever says it; another may say it next time
        }
    }

    /// <summary>The call leaves: what the model was told is known.</summary>
    private void TellNudges()
    {
        foreach (var run in _nudged)
        {
            var details = JsonDetails.Write(writer =>
            {
                writer.WriteString("call", _id.ToString("N"));
                writer.WriteString("model", Model);
                writer.WriteNumber("rounds", run.Loops!.Rounds);
            });
            run.Protection.Warn("loop.nudged", $"the run repeats itself ({run.Loops!.Rounds} rounds of the same), and the model was told", details, run.Id, _id);
            run.Protection.Audit("loop.nudged", details);
        }
        _nudged.Clear();
    }
}
