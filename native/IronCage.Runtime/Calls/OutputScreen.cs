using IronCage.Core.Text;
using IronCage.Lang;
using IronCage.Runtime.Protections;
using IronCage.Safety;
using IronCage.Safety.Tokens;

namespace IronCage.Runtime.Calls;

/// <summary>
/// Screens one channel of a streamed answer by a policy. What is signed is reported and left as it is, unless it is to be blocked. Keeps the bytes that are not decided yet, so that places can be told in code points and values be masked.
/// </summary>
/// <remarks>
/// A long secret is redacted as soon as it is proven, and told once its end is there. An action that needs the whole value (mask, hash, token) holds the text from its beginning
/// on until then, at most 64 KB.
/// </remarks>
/// <param name="scan">The scan of the channel.</param>
/// <param name="policy">Decides.</param>
/// <param name="use">What the text is for.</param>
/// <param name="text">Which of the answer's texts it is, from 0.</param>
/// <param name="batch">Receives what has to be saved of tokens.</param>
/// <param name="digests">Whether findings are to be told with a digest of their value.</param>
/// <param name="found">Told of every finding.</param>
internal sealed class OutputScreen(ScanStream scan, SafetyPolicy policy, TextUse use, int text, TokenBatch batch, bool digests, Action<FindingRecord> found) : ITextScreen
{
    private readonly List<StreamFinding> _findings = [];
    private readonly PieceWindow _window = new();
    private StreamFinding? _open;

    public long Push(ReadOnlySpan<byte> piece, bool final, List<TextEdit> edits)
    {
        _window.Append(piece);
        _findings.Clear();
        var decided = scan.Push(piece, final, _findings);
        foreach (var finding in _findings)
        {
            if (finding.IsOpen || finding.From > finding.Start)
                Part(finding, edits);
            else if (Whole(finding) is { } edit)
                edits.Add(edit);
        }
        if (_open is { } open)
            return Needs(open) ? Math.Min(decided, open.Start) : decided;
        _window.Advance(decided);
        return decided;
    }

    /// <summary>A part of a finding whose end was or is not at hand.</summary>
    private void Part(in StreamFinding part, List<TextEdit> edits)
    {
        var isFirst = part.From == part.Start;
        if (isFirst)
        {
            _window.Advance(part.Start);
            if (Action(part.Kind) == PiiAction.Block)
                found(Record(part, _window.Until(part.End), _window.CodePointCount, PiiAction.Block) with { Digest = null });
        }
        _open = part.IsOpen ? part : null;
        if (!Needs(part) && part.End > part.From && !use.IsSigned && Action(part.Kind) == PiiAction.Redact)
            edits.Add(new TextEdit(part.From, part.End, isFirst ? part.Kind.RedactedUtf8 : default));
        if (part.IsOpen)
            return;
        var edit = Action(part.Kind) == PiiAction.Block ? null : Whole(part);
        if (Needs(part) && edit is { } whole)
            edits.Add(whole);
        _window.Advance(part.End);
    }

    private PiiAction Action(PiiKind kind) => policy.For(kind, output: true);

    /// <summary>Whether what replaces it is made of the whole value.</summary>
    private bool Needs(in StreamFinding finding) => !use.IsSigned && Action(finding.Kind) is PiiAction.Mask or PiiAction.Hash or PiiAction.Tokenise;

    /// <summary>Tells a finding of which all bytes are at hand; what replaces it.</summary>
    private TextEdit? Whole(in StreamFinding finding)
    {
        _window.Advance(finding.Start);
        var value = _window.Until(finding.End);
        var edit = Act(finding, value, _window.CodePointCount);
        _window.Advance(finding.End);
        return edit;
    }

    private TextEdit? Act(in StreamFinding finding, ReadOnlySpan<byte> value, long start)
    {
        var whole = new Finding(finding.Kind, 0, value.Length, finding.Score, finding.Evidence);
        if (!TrafficRules.Acts(whole, value))
            return null;
        var action = Action(finding.Kind);
        if (action == PiiAction.Ignore)
            return null;
        if (!use.IsRepeat || action == PiiAction.Block)
            found(Record(finding, value, start, action));
        return !use.IsSigned && policy.Replacement(finding.Kind, action, Meant(value), batch) is { } replacement
            ? new TextEdit(finding.Start, finding.End, replacement)
            : null;
    }

    private FindingRecord Record(in StreamFinding finding, ReadOnlySpan<byte> value, long start, PiiAction action) =>
        new(finding.Kind.Name, start, start + CodePoints.Count(value), finding.Score, IsOutput: true, action)
        {
            Text = text,
            Digest = digests ? policy.VaultFor(finding.Kind).Digest(finding.Kind, Meant(value)) : null,
        };

    private ReadOnlySpan<byte> Meant(ReadOnlySpan<byte> value) => TextScreening.Meant(value, use.Role == TextRole.ToolArguments);
}
