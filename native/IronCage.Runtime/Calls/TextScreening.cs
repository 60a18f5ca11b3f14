using IronCage.Core.Json;
using IronCage.Core.Text;
using IronCage.Lang;
using IronCage.Runtime.Protections;
using IronCage.Safety;
using IronCage.Safety.Tokens;

namespace IronCage.Runtime.Calls;

/// <summary>Scans whole texts by a policy: collects what was found and the edits that it calls for.</summary>
/// <param name="scanner">Finds.</param>
/// <param name="policy">Decides.</param>
/// <param name="output">Whether the texts are of an answer.</param>
/// <param name="batch">Receives what has to be saved of tokens.</param>
/// <param name="digests">Whether findings are to be told with a digest of their value.</param>
internal sealed class TextScreening(Scanner scanner, SafetyPolicy policy, bool output, TokenBatch batch, bool digests)
{
    private readonly List<Finding> _findings = [];
    private List<FindingRecord>? _records;
    private byte[] _scratch = [];
    private int _text = -1;

    /// <summary>A finding whose action is to block.</summary>
    public bool IsBlocked { get; private set; }

    /// <summary>How many texts were longer, or had more findings, than the scanner takes: nobody has read them, and they stay as they are.</summary>
    public int Unscanned { get; private set; }

    public IReadOnlyList<FindingRecord> Records => _records ?? (IReadOnlyList<FindingRecord>)[];

    /// <summary>What another screening found counts as found here.</summary>
    public void Take(TextScreening other)
    {
        (_records ??= []).AddRange(other.Records);
        IsBlocked |= other.IsBlocked;
        Unscanned += other.Unscanned;
    }

    /// <summary>Screens a text that must stay as it is: what is found is reported, and blocks, but is not replaced.</summary>
    public void Report(in TextSpan place, ReadOnlySpan<byte> body) => Screen(place.Read(body, ref _scratch), isJson: false, null);

    /// <summary>Screens a text; <paramref name="edits"/> receives what replaces the findings, ascending.</summary>
    /// <param name="text">The text.</param>
    /// <param name="isJson">Whether it is JSON itself: then values are meant without its escapes.</param>
    /// <param name="edits">Null for a text that stays as it is.</param>
    /// <param name="isRepeat">It was said before: what is found was told then, and is told again only where it blocks.</param>
    public void Screen(ReadOnlySpan<byte> text, bool isJson, List<TextEdit>? edits, bool isRepeat = false)
    {
        _text++;
        _findings.Clear();
        try
        {
            if (scanner.Scan(text, _findings) == 0)
                return;
        }
        catch (ScanLimitException)
        {
            Unscanned++;
            return;
        }
        var places = new CodePointCursor(text);
        foreach (var finding in _findings)
        {
            var value = text[finding.Start..finding.End];
            if (!TrafficRules.Acts(finding, value))
                continue;
            var action = policy.For(finding.Kind, output);
            if (action == PiiAction.Ignore)
                continue;
            var meant = Meant(value, isJson);
            if (!isRepeat || action == PiiAction.Block)
            {
                (_records ??= []).Add(new FindingRecord(finding.Kind.Name, places.At(finding.Start), places.At(finding.End), finding.Score, output, action)
                {
                    Text = _text,
                    Digest = digests ? policy.VaultFor(finding.Kind).Digest(finding.Kind, meant) : null,
                });
            }
            IsBlocked |= action == PiiAction.Block;
            if (edits is not null && policy.Replacement(finding.Kind, action, meant, batch) is { } replacement)
                edits.Add(new TextEdit(finding.Start, finding.End, replacement));
        }
    }

    /// <summary>The value as it is meant, without the escapes of a text that is JSON itself.</summary>
    public static ReadOnlySpan<byte> Meant(ReadOnlySpan<byte> value, bool isJson)
    {
        if (!isJson || !value.Contains((byte)'\\'))
            return value;
        var meant = new byte[value.Length];
        return meant.AsSpan(0, JsonText.Unescape(value, meant));
    }
}
