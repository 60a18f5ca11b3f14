using IronCage.Core.Text;
using IronCage.Lang;
using IronCage.Runtime.Protections;
using IronCage.Safety;

namespace IronCage.Runtime.Calls;

/// <summary>Scans whole texts by a policy: collects what was found and the edits that it calls for.</summary>
internal sealed class TextScreening(Scanner scanner, SafetyPolicy policy, bool output)
{
    private readonly List<Finding> _findings = [];
    private readonly List<TextEdit> _edits = [];
    private List<FindingRecord>? _records;
    private byte[] _scratch = [];

    /// <summary>A finding whose action is to block.</summary>
    public bool IsBlocked { get; private set; }

    public IReadOnlyList<FindingRecord> Records => _records ?? (IReadOnlyList<FindingRecord>)[];

    /// <summary>Screens a text that must stay as it is: what is found is reported, and blocks, but is not replaced.</summary>
    public void Report(in TextSpan place, ReadOnlySpan<byte> body) => Screen(place, body, null);

    /// <summary>Screens a text; <paramref name="edits"/> receives what replaces the findings.</summary>
    public void Screen(in TextSpan place, ReadOnlySpan<byte> body, List<RawEdit>? edits)
    {
        var text = place.Read(body, ref _scratch);
        _findings.Clear();
        if (scanner.Scan(text, _findings) == 0)
            return;
        _edits.Clear();
        int counted = 0, codePoints = 0;
        foreach (var finding in _findings)
        {
            var value = text[finding.Start..finding.End];
            if (!TrafficRules.Acts(finding, value))
                continue;
            var action = policy.For(finding.Kind, output);
            if (action == PiiAction.Ignore)
                continue;
            codePoints += CodePoints.Count(text[counted..finding.Start]);
            var end = codePoints + CodePoints.Count(value);
            (_records ??= []).Add(new FindingRecord(finding.Kind.Name, codePoints, end, finding.Score, output, action));
            counted = finding.End;
            codePoints = end;
            IsBlocked |= action == PiiAction.Block;
            if (Replacement(finding.Kind, action, value) is { } replacement)
                _edits.Add(new TextEdit(finding.Start, finding.End, replacement));
        }
        if (edits is not null)
            place.ToRaw(body, _edits, edits);
    }

    /// <summary>What stands in place of a finding; null when it stays.</summary>
    public static ReadOnlyMemory<byte>? Replacement(PiiKind kind, PiiAction action, ReadOnlySpan<byte> value) => action switch
    {
        PiiAction.Redact => kind.RedactedUtf8,
        PiiAction.Mask => Masking.Mask(value),
        _ => (ReadOnlyMemory<byte>?)null, // a bare null would become empty memory, and the finding be cut out
    };
}
