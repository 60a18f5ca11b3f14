using System.Buffers;
using System.Text;
using System.Text.Json;
using IronCage.Core.Text;
using IronCage.Lang;
using IronCage.Lang.Streams;
using IronCage.Runtime.Approvals;

namespace IronCage.Runtime.Calls;

/// <summary>Uses of tools that somebody must approve before the agent sees them.</summary>
public sealed partial class ProtectedCall
{
    private readonly ArrayBufferWriter<byte> _heldTools = new();
    private ToolApproval? _approval;
    private Verdict _approved;
    private Verdict? _afterApproval;
    private int _namesLookedAt;
    private bool _holdsTools;

    /// <summary>A use of a tool as the model said it. Names: under which it may be taken for one that must be approved.</summary>
    private readonly record struct Use(string Tool, IReadOnlyList<string> Names, string Arguments, bool IsWhole);

    /// <summary>Whether a tool that the provider would run by itself must be approved: nobody could be asked in time.</summary>
    private Refusal? UnapprovableTools()
    {
        foreach (var protection in _run.Protections)
        {
            if (protection.Options.Approval is not { } policy)
                continue;
            foreach (var tool in _request.HostedTools)
            {
                if (policy.Needs(tool))
                    return Refusal.NotApproved(tool, "the provider would run it before anybody could be asked", Model) with { By = [protection] };
            }
        }
        return null;
    }

    /// <summary>The verdict on a whole answer, which waits for those who must approve what it uses.</summary>
    private Verdict Approvable(in Verdict verdict, LlmAnswer answer, ReadOnlySpan<byte> body)
    {
        if (!_run.WantsApprovals || verdict.Kind is VerdictKind.Refuse || answer.ToolCalls.Count == 0)
            return verdict;
        List<Use> uses = [];
        foreach (var call in answer.ToolCalls)
            uses.Add(new Use(call.Name ?? "", [call.Name ?? ""], Shown(body[call.Arguments]), IsWhole: true));
        return Approvable(verdict, uses);
    }

    /// <summary>Whether what a stream says from here on waits for its end: it uses a tool that must be approved, whose arguments are still to come.</summary>
    private bool HoldsTools()
    {
        if (_holdsTools || !_run.WantsApprovals || _namesLookedAt == _stream!.ToolNames)
            return _holdsTools;
        _namesLookedAt = _stream.ToolNames;
        foreach (var call in _stream.ToolCalls)
            _holdsTools |= _run.Protections.Any(protection => protection.Options.Approval is { } policy && Names(call).Any(policy.Needs));
        return _holdsTools;
    }

    /// <summary>The stream has come to its end: what was held goes on when it is approved.</summary>
    private Verdict ApprovableStream()
    {
        List<Use> uses = [];
        foreach (var call in _stream!.ToolCalls)
        {
            var isWhole = call.Arguments.Length < StreamedToolCall.KeptArguments;
            uses.Add(new Use(string.Concat(call.Names), [.. Names(call)], Shown(call.Arguments), isWhole));
        }
        var verdict = Approvable(new Verdict(VerdictKind.Rewrite, _heldTools.WrittenMemory), uses);
        if (verdict.Kind == VerdictKind.Refuse)
            _ended = verdict;
        return verdict;
    }

    private static IEnumerable<string> Names(StreamedToolCall call) => call.Names.OfType<string>().Append(string.Concat(call.Names));

    private Verdict Approvable(in Verdict verdict, List<Use> uses)
    {
        List<ApprovalRequest> requests = [];
        var wait = TimeSpan.MaxValue;
        foreach (var protection in _run.Protections)
        {
            if (protection.Options.Approval is not { } policy)
                continue;
            foreach (var use in uses.Where(use => use.Names.Any(policy.Needs)))
            {
                if (!use.IsWhole)
                    return Refused(Refusal.NotApproved(use.Tool, "its arguments are too long to be shown to anybody", Model) with { By = [protection] });
                requests.Add(new ApprovalRequest(_engine.Ids.NewId().ToString("N"), protection, use.Tool, use.Arguments, _id, Model, _engine.Clock.GetUtcNow()));
                wait = policy.Timeout < wait ? policy.Timeout : wait;
            }
        }
        if (requests.Count == 0)
            return verdict;
        _approved = verdict;
        _approval = new ToolApproval(_engine.Approvals, requests, AtMost(wait), _engine.Clock);
        _engine.Waits(this);
        if (Stopped() is not null)
            GiveUp(); // thrown before the switch could know of this wait
        return new Verdict(VerdictKind.Pending, JsonDetails.WriteUtf8(writer =>
        {
            writer.WriteStartArray("approvals");
            foreach (var request in requests)
                request.Write(writer);
            writer.WriteEndArray();
        }));
    }

    /// <summary>Has the engine's <see cref="Engine.Decided"/> called once, on any thread, when what waits for approval is decided.</summary>
    public void TellWhenApproved() =>
        _approval?.Decision.ContinueWith(static (_, state) =>
        {
            var call = (ProtectedCall)state!;
            lock (call._gate)
            {
                if (call._afterApproval is null && call._stage != Stage.Ended)
                    call._engine.Decided?.Invoke(call.Handle);
            }
        }, this, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);

    private Verdict WaitForApproval(ToolApproval approval, int timeoutMs)
    {
        if (Task.WaitAny([approval.Decision], timeoutMs) < 0)
            return Verdict.Pending;
        lock (_gate)
        {
            if (_afterApproval is { } known)
                return known;
            _engine.WaitsNoMore(this);
            var denial = approval.Decision.IsCompletedSuccessfully ? approval.Decision.Result : new Denial(approval.Requests[0], "nobody waits for it any more");
            approval.Dispose();
            var refusal = Interrupted() ?? (denial is null ? null : Refusal.NotApproved(denial.Request.Tool, denial.Reason, Model) with { By = [denial.Request.Protection] });
            var verdict = refusal is null ? _approved : Refused(refusal);
            if (refusal is not null && _stream is not null)
                _ended = verdict;
            _afterApproval = verdict;
            return verdict;
        }
    }

    /// <summary>The call ends: what waits for approval does not any more.</summary>
    private void DropApproval()
    {
        if (_approval is not { } approval || _afterApproval is not null)
            return;
        _engine.WaitsNoMore(this);
        approval.Dispose();
    }

    /// <summary>What a tool is used with, as the agent would see it: findings replaced, a text that holds JSON without its quotes.</summary>
    private string Shown(ReadOnlySpan<byte> arguments)
    {
        var text = arguments.ToArray();
        if (text is [(byte)'"', ..])
        {
            try
            {
                var reader = new Utf8JsonReader(text);
                reader.Read();
                text = Encoding.UTF8.GetBytes(reader.GetString()!);
            }
            catch (Exception e) when (e is JsonException or InvalidOperationException)
            {
                // Shown as it is.
            }
        }
        if (!_run.Policy.ScansOutput)
            return Encoding.UTF8.GetString(text);
        List<TextEdit> edits = [];
        NewScreening().Screen(text, isJson: true, edits);
        var shown = new ArrayBufferWriter<byte>(text.Length + 1);
        var at = 0;
        foreach (var edit in edits)
        {
            shown.Write(text.AsSpan(at, (int)edit.Start - at));
            shown.Write(edit.Replacement.Span);
            at = (int)edit.End;
        }
        shown.Write(text.AsSpan(at));
        return Encoding.UTF8.GetString(shown.WrittenSpan);
    }
}
