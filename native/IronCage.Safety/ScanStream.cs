using IronCage.Safety.Recognisers;
using IronCage.Safety.Resolution;
using IronCage.Safety.Text;

namespace IronCage.Safety;

/// <summary>
/// The scan of one text that arrives in pieces. However the text is cut, also inside a character, the findings are those of
/// <see cref="Scanner.Scan(ReadOnlySpan{byte}, List{Finding})"/> over the whole. One thread at a time; made by <see cref="Scanner.OpenStream"/>.
/// </summary>
/// <remarks>
/// What is undecided is bounded: ordinary text lags by at most 512 bytes, and text that can no longer belong to a finding is decided at once. Two are the
/// exceptions. A private key: a PEM head (<c>-----BEGIN … PRIVATE KEY-----</c>) with key material after it stays undecided until its end arrives or 64 KB have
/// gone by; then it is a finding up to there. And a run of Base64 or hexadecimal digits that stands for text is undecided until its end arrives or 8 KB have gone by.
/// </remarks>
public sealed class ScanStream
{
    private const int Slack = 1024;

    private readonly RecogniserSet recognisers;
    private readonly FindingFilter? filter;
    private readonly OverlapResolver resolver = new();
    private readonly FoldedText text = new();
    private readonly ScanScratch scratch = new();
    private byte[] buffer = [];
    private int length;
    private int examined;
    private long origin;
    private long decided;
    private bool ended;

    internal ScanStream(RecogniserSet recognisers, FindingFilter? filter) => (this.recognisers, this.filter) = (recognisers, filter);

    /// <summary>
    /// Takes the next piece (it may be empty) and appends the findings that became certain, ascending and disjoint, none beginning before an earlier answer.
    /// </summary>
    /// <param name="piece">The bytes that follow what came before.</param>
    /// <param name="final">Whether the text ends with this piece.</param>
    /// <param name="findings">Receives the findings; their offsets count from the start of the whole text.</param>
    /// <returns>
    /// How many bytes of the text are decided: no later finding begins before that offset, and every finding handed out so far ends at or before it. It never
    /// falls. The length so far when <paramref name="final"/>.
    /// </returns>
    /// <exception cref="InvalidOperationException">The text has ended already.</exception>
    public long Push(ReadOnlySpan<byte> piece, bool final, List<StreamFinding> findings)
    {
        ArgumentNullException.ThrowIfNull(findings);
        if (ended)
            throw new InvalidOperationException("The text has ended: open another stream for another text.");
        ended = final;

        Append(text.Push(piece, final));
        scratch.Begin(recognisers);
        var window = new TextWindow(buffer.AsSpan(0, length), final, origin, scratch);
        examined = recognisers.Examine(window, examined, resolver.Pending);
        int hold = final ? length : recognisers.HoldFrom(window, examined);
        long answer = resolver.Drain(final ? long.MaxValue : origin + hold);
        foreach (Candidate found in resolver.Accepted)
        {
            if (!found.IsShadow && (filter is null || filter.Keeps(found, buffer.AsSpan((int)(found.Start - origin), (int)found.Length))))
                findings.Add(text.Unfold(found));
        }

        decided = final ? origin + length : Math.Max(decided, answer);
        Release(hold);
        return text.Unfold(decided);
    }

    private void Append(ReadOnlySpan<byte> piece)
    {
        int needed = checked(length + piece.Length);
        if (needed > buffer.Length)
            Array.Resize(ref buffer, Math.Max(needed, (int)Math.Min(2L * buffer.Length, Array.MaxLength)));
        piece.CopyTo(buffer.AsSpan(length));
        length = needed;
    }

    private void Release(int hold)
    {
        // Moving bytes at every push would cost more than keeping a few.
        int free = Math.Min(hold, examined) - TextWindow.LeftReach;
        if (free < Slack)
            return;
        buffer.AsSpan(free, length - free).CopyTo(buffer);
        length -= free;
        examined -= free;
        origin += free;
    }
}
