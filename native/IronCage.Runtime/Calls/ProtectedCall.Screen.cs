using IronCage.Core.Events;
using IronCage.Core.Text;
using IronCage.Lang;
using IronCage.Runtime.Protections;
using IronCage.Safety;

namespace IronCage.Runtime.Calls;

/// <summary>What a request or an answer holds that must not pass, and what of it nobody can read.</summary>
public sealed partial class ProtectedCall
{
    private Refusal? Screen(ReadOnlySpan<byte> body)
    {
        if (_request.UnscannableParts > 0 && Unscannable() is { } denied)
            return denied;
        if (!_run.Policy.ScansInput)
            return null;
        var screening = new TextScreening(_run.Scanner, _run.Policy, output: false, _tokens, KeepsDigests);
        var edits = new List<TextEdit>();
        byte[] scratch = [];
        foreach (var text in _request.Texts)
        {
            edits.Clear();
            screening.Screen(text.Read(body, ref scratch), _request.JsonTexts.Contains(text.Start), edits);
            if (edits.Count > 0)
                text.ToRaw(body, edits, _edits);
        }
        foreach (var text in _request.Signed)
            screening.Report(text, body);
        if (_request.TokenArrays.Count > 0 && ScreenTokenArrays(screening, body) is { } unread)
            return unread;
        return Report(screening.Records, output: false, screening.IsBlocked) ?? Unscanned(screening, "request");
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
                protection.Emit("call.unscannable", EventLevel.Warning, warning, null, _run.Id, _id);
        }
        return null;
    }

    /// <summary>Texts beyond the limits of the scanner are content that nobody has read.</summary>
    private Refusal? Unscanned(TextScreening screening, string where)
    {
        if (screening.Unscanned == 0)
            return null;
        foreach (var protection in _run.Protections)
            protection.Tally.Unscannable(screening.Unscanned);
        return Unscannable($"a text of the {where} is beyond max_text_bytes or max_findings of the scanner",
            $"{screening.Unscanned} text(s) of the {where} of {Model} could not be scanned: beyond max_text_bytes or max_findings of the scanner");
    }

    /// <summary>What the audit trail keeps: kind, place, keyed digest and action of each of the first <see cref="MostAudited"/> findings, and how many of each kind there were.</summary>
    private string AuditDetails(IReadOnlyList<FindingRecord> records, bool output) => JsonDetails.Write(writer =>
    {
        writer.WriteString("call", _id.ToString("N"));
        writer.WriteString("model", Model);
        writer.WriteString("direction", output ? "output" : "input");
        writer.WriteStartObject("kinds");
        foreach (var group in records.GroupBy(r => r.Kind).OrderBy(g => g.Key, StringComparer.Ordinal))
            writer.WriteNumber(group.Key, group.Count());
        writer.WriteEndObject();
        writer.WriteStartArray("findings");
        foreach (var record in records.Take(MostAudited))
        {
            writer.WriteStartObject();
            writer.WriteString("kind", record.Kind);
            writer.WriteNumber("text", record.Text);
            writer.WriteNumber("start", record.Start);
            writer.WriteNumber("end", record.End);
            writer.WriteString("digest", record.Digest);
            writer.WriteString("action", ReportWriter.Name(record.Action));
            writer.WriteEndObject();
        }
        writer.WriteEndArray();
    });

    private const int MostAudited = 1000;

    /// <summary>Books findings in every report; the refusal when one of them blocks.</summary>
    private Refusal? Report(IReadOnlyList<FindingRecord> records, bool output, bool blocked)
    {
        if (records.Count == 0)
            return null;
        _facts?.Found(records, output);
        var where = output ? "answer" : "request";
        var details = JsonDetails.Write(writer =>
        {
            writer.WriteString("direction", output ? "output" : "input");
            writer.WriteStartObject("kinds");
            foreach (var group in records.GroupBy(r => r.Kind).OrderBy(g => g.Key, StringComparer.Ordinal))
                writer.WriteNumber(group.Key, group.Count());
            writer.WriteEndObject();
        });
        var audited = KeepsDigests ? AuditDetails(records, output) : "";
        foreach (var protection in _run.Protections)
        {
            protection.Found(records);
            protection.Emit("pii.found", EventLevel.Warning, $"{records.Count} finding(s) in the {where} of {Model}", details, _run.Id, _id);
            protection.Audit(blocked ? "pii.blocked" : "pii.found", audited);
        }
        if (!blocked)
            return null;
        return Refusal.Blocked(records, output, Model) with
        {
            By = [.. _run.Protections.Where(p => records.Any(r => p.Policy.For(r.Kind, output) == PiiAction.Block))],
        };
    }
}
