using IronCage.Core.Events;
using Microsoft.Extensions.Logging;

namespace IronCage.Runtime.Calls;

/// <summary>The last link of what is done about a provider that fails: what it said when the run asked it the very same before.</summary>
public sealed partial class ProtectedCall
{
    private byte[]? _asked;
    private string? _whom;

    /// <summary>The request was read: keeps what it asks, where its answer is to be kept.</summary>
    private void RememberQuestion(ReadOnlySpan<byte> body)
    {
        if (_run.Answers is null || _request.Stream || IsFree)
            return;
        _whom = $"{_target.Host}|{_wire.GetType().Name}|{Model}";
        if (body.Length <= Runs.AnswerMemory.Longest)
            _asked = body.ToArray();
    }

    /// <summary>A whole answer that the agent gets as this verdict says.</summary>
    private void RememberAnswer(in Verdict verdict, ReadOnlySpan<byte> body)
    {
        if (_asked is not { } asked || verdict.Kind is not (VerdictKind.Send or VerdictKind.Rewrite))
            return;
        _run.Answers!.Keep(_whom!, asked, verdict.Kind == VerdictKind.Send ? body : verdict.Body.Span);
        _asked = null;
    }

    /// <summary>The circuit is open, and there is no other model: what was answered before, or the refusal.</summary>
    private Verdict InsteadOf(Refusal open, ReadOnlySpan<byte> body)
    {
        if (_isHedge || FromMemory(body, "circuit_open") is not { Kind: VerdictKind.Refuse } answer)
            return Refuse(open);
        Drop();
        return answer;
    }

    /// <summary>The answer to the same request from before, given in the place of one that does not come; Pass: there is none.</summary>
    /// <param name="body">Of the request, as it was shown.</param>
    /// <param name="why">What is the matter.</param>
    private Verdict FromMemory(ReadOnlySpan<byte> body, string why)
    {
        if (_run.Answers is not { } answers || _whom is not { } whom || Interrupted() is not null || answers.Find(whom, body) is not { } answer)
            return Verdict.Pass;
        var details = JsonDetails.Write(writer =>
        {
            writer.WriteString("call", _id.ToString("N"));
            writer.WriteString("host", _target.Host);
            writer.WriteString("from", _fellFrom ?? Model);
            writer.WriteNull("to");
            writer.WriteString("why", why);
            writer.WriteNumber("attempt", _attempt);
        });
        foreach (var protection in _run.Protections)
        {
            protection.Tally.AnsweredFromMemory();
            protection.Emit("call.fell_back", EventLevel.Warning, $"a call for {_fellFrom ?? Model} was answered as the same one before", details);
            protection.Audit("call.fell_back", details);
        }
        _engine.Log.LogInformation("call to {Host} for {From} was answered as the same one before", _target.Host, _fellFrom ?? Model);
        return new Verdict(VerdictKind.Refuse, JsonDetails.WriteUtf8(writer =>
        {
            writer.WriteBoolean("remembered", false);
            writer.WriteBoolean("respond", true);
            writer.WriteNumber("status", 200);
            writer.WriteString("content_type", "application/json");
            writer.WriteString("body", answer);
        }));
    }
}
