using IronCage.Safety.Resolution;
using IronCage.Safety.Text;

namespace IronCage.Safety.Recognisers;

/// <summary>
/// Knows the exact shape of one or some kinds. The scanner finds the bytes in <see cref="Anchors"/> in one vectorised pass and asks at each of them.
/// </summary>
/// <remarks>
/// <para>
/// An answer is a pure function of the text around the anchor: at most <see cref="TextWindow.LeftReach"/> bytes to the left, and to the right only as far as
/// the window reaches; where that is not far enough to be sure, the answer is <see cref="MatchState.NeedMore"/>. So pieces and whole agree.
/// Work per anchor is bounded by a constant, so hostile text costs linear time.
/// </para>
/// <para>Digits are asked about only where a run of digits begins.</para>
/// </remarks>
internal abstract class Recogniser
{
    protected static ReadOnlySpan<byte> DigitAnchors => "0123456789"u8;

    /// <summary>The ASCII bytes at which <see cref="Examine"/> is asked.</summary>
    public abstract ReadOnlySpan<byte> Anchors { get; }

    /// <summary>
    /// Adds the candidates that belong to this anchor, several if a shorter one is to stand where a longer one loses an overlap. What was added
    /// before the answer <see cref="MatchState.NeedMore"/> is dropped by the caller, who asks again when there is more text.
    /// </summary>
    public abstract MatchState Examine(in TextWindow window, int anchor, List<Candidate> candidates);

    /// <summary>The earliest place where a candidate may begin whose anchor is <paramref name="from"/> or later; <paramref name="from"/> is an anchor or the window's end.</summary>
    public abstract int HoldFrom(in TextWindow window, int from);

    protected static void Add(List<Candidate> candidates, in TextWindow window, PiiKind kind, int start, int end, float score) =>
        candidates.Add(new Candidate(kind, window.Origin + start, window.Origin + end, score));
}
