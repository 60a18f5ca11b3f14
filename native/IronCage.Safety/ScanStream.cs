using IronCage.Safety.Recognisers;
using IronCage.Safety.Resolution;
using IronCage.Safety.Text;

namespace IronCage.Safety;

/// <summary>
/// The scan of one text that arrives in pieces. However the text is cut, also inside a character, the findings are those of
/// <see cref="Scanner.Scan(ReadOnlySpan{byte}, List{Finding})"/> over the whole. One thread at a time; made by <see cref="Scanner.OpenStream"/>.
/// </summary>
/// <remarks>
/// What is undecided is bounded: at most 512 bytes of the text as the recognisers read it, where an escape or a digit of another script counts as the ASCII character that it stands for. Text that can no longer
/// belong to a finding is decided at once. A long secret whose beginning proves it (a private key, a long token, a run of Base64 that hides one) is handed out before its end is known,
/// and swallowed to its end, or to 64 KB: see <see cref="StreamFinding.IsOpen"/>.
/// </remarks>
public sealed class ScanStream
{
    private const int Slack = 1024;

    private readonly RecogniserSet recognisers;
    private readonly FindingFilter? filter;
    private readonly ScanPass pass = new(isWhole: false);
    private byte[] buffer = [];
    private int length;
    private int examined;
    private long origin;
    private bool ended;

    internal ScanStream(RecogniserSet recognisers, FindingFilter? filter) => (this.recognisers, this.filter) = (recognisers, filter);

    /// <summary>
    /// Takes the next piece (it may be empty) and appends the findings that became certain, ascending and disjoint, none beginning before an earlier answer but the next
    /// parts of an open one.
    /// </summary>
    /// <param name="piece">The bytes that follow what came before.</param>
    /// <param name="final">Whether the text ends with this piece.</param>
    /// <param name="findings">Receives the findings; their offsets count from the start of the whole text.</param>
    /// <returns>
    /// How many bytes of the text are decided: no later finding and no later part of one (<see cref="StreamFinding.From"/>) begins before that offset, and everything handed out so
    /// far ends at or before it. It never falls. The length so far when <paramref name="final"/>.
    /// </returns>
    /// <exception cref="InvalidOperationException">The text has ended already.</exception>
    public long Push(ReadOnlySpan<byte> piece, bool final, List<StreamFinding> findings)
    {
        ArgumentNullException.ThrowIfNull(findings);
        if (ended)
            throw new InvalidOperationException("The text has ended: open another stream for another text.");
        ended = final;

        Append(pass.Text.Push(piece, final));
        TextWindow window = pass.Open(recognisers, buffer.AsSpan(0, length), final, origin);
        bool goesOn;
        do
        {
            goesOn = pass.Step(window, recognisers, filter, ref examined);
            findings.AddRange(pass.Found);
        }
        while (goesOn);

        Release(pass.Hold);
        return pass.DecidedInText;
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
