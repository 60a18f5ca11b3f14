using IronCage.Core.Text;
using IronCage.Lang;
using IronCage.Runtime.Protections;
using IronCage.Safety;
using IronCage.Safety.Tokens;

namespace IronCage.Runtime.Calls;

/// <summary>
/// Screens one channel of a streamed answer by a policy. What is signed is reported and left as it is, unless it is to be blocked. Keeps the bytes that are not decided yet, so that places can be told in code points and values be masked.
/// </summary>
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
    private byte[] _window = [];
    private int _windowLength;

    /// <summary>The bytes of the window that are done with; they go when a piece comes, not at every finding.</summary>
    private int _done;
    private long _windowStart;
    private long _codePoints;

    public long Push(ReadOnlySpan<byte> piece, bool final, List<TextEdit> edits)
    {
        Append(piece);
        _findings.Clear();
        var decided = scan.Push(piece, final, _findings);
        foreach (var finding in _findings)
        {
            Advance(finding.Start);
            var value = _window.AsSpan(_done, (int)(finding.End - _windowStart) - _done);
            var start = _codePoints;
            if (Act(finding, value, start) is { } edit)
                edits.Add(edit);
            Advance(finding.End);
        }
        Advance(decided);
        return decided;
    }

    private TextEdit? Act(in StreamFinding finding, ReadOnlySpan<byte> value, long start)
    {
        var whole = new Finding(finding.Kind, 0, value.Length, finding.Score, finding.Evidence);
        if (!TrafficRules.Acts(whole, value))
            return null;
        var action = policy.For(finding.Kind, output: true);
        if (action == PiiAction.Ignore)
            return null;
        var meant = TextScreening.Meant(value, use.Role == TextRole.ToolArguments);
        found(new FindingRecord(finding.Kind.Name, start, start + CodePoints.Count(value), finding.Score, IsOutput: true, action)
        {
            Text = text,
            Digest = digests ? policy.VaultFor(finding.Kind).Digest(finding.Kind, meant) : null,
        });
        return !use.IsSigned && policy.Replacement(finding.Kind, action, meant, batch) is { } replacement
            ? new TextEdit(finding.Start, finding.End, replacement)
            : null;
    }

    private void Append(ReadOnlySpan<byte> piece)
    {
        _window.AsSpan(_done, _windowLength - _done).CopyTo(_window);
        _windowLength -= _done;
        _windowStart += _done;
        _done = 0;
        var needed = _windowLength + piece.Length;
        if (_window.Length < needed)
            Array.Resize(ref _window, Math.Max(needed, Math.Max(256, 2 * _window.Length)));
        piece.CopyTo(_window.AsSpan(_windowLength));
        _windowLength = needed;
    }

    private void Advance(long to)
    {
        var until = (int)Math.Min(to - _windowStart, _windowLength);
        if (until <= _done)
            return;
        _codePoints += CodePoints.Count(_window.AsSpan(_done, until - _done));
        _done = until;
    }
}
