using IronCage.Safety.Recognisers.Places;
using IronCage.Safety.Resolution;
using IronCage.Safety.Text;
using IronCage.Safety.Triggers;

namespace IronCage.Safety.Recognisers;

/// <summary>
/// Knows the exact shape of one or some kinds. The scanner finds the places with a trigger in one vectorised pass and asks at each of them.
/// </summary>
/// <remarks>
/// An answer is a pure function of the text around the place: at most <see cref="TextWindow.LeftReach"/> bytes to the left, and to the right only as far as
/// the window reaches; where that is not far enough to be sure, the answer is <see cref="MatchState.NeedMore"/>. So pieces and whole agree.
/// Work per place is bounded by a constant, so hostile text costs linear time.
/// </remarks>
internal abstract class Recogniser
{
    /// <summary>The triggers at which <see cref="Examine"/> is asked.</summary>
    public abstract Trigger Triggers { get; }

    /// <summary>With which bytes its places of <see cref="Trigger.Own"/> begin, by value; null when it has none.</summary>
    public virtual bool[]? OwnStarts => null;

    /// <summary>Whether it can find anything at a number that begins so; asked once, for every beginning there is. If not, it is not asked at those with <see cref="Trigger.Number"/>.</summary>
    public virtual bool MayTake(NumberStart number) => true;

    /// <summary>As <see cref="MayTake"/>, at a word with <see cref="Trigger.Token"/> that begins with these two bytes of ASCII, behind an escape; and, once more, at one that <see cref="WordIndex.IsShort"/>.</summary>
    public virtual bool MayTakeWord(byte first, byte second, bool isShort) => true;

    /// <summary>The context words it asks about.</summary>
    public virtual IEnumerable<ContextSet> Contexts => [];

    /// <summary>
    /// Adds the candidates that belong to this place, several if a shorter one is to stand where a longer one loses an overlap. What was added
    /// before the answer <see cref="MatchState.NeedMore"/> is dropped by the caller, who asks again when there is more text.
    /// </summary>
    /// <param name="window">The text.</param>
    /// <param name="place">Where the trigger is.</param>
    /// <param name="trigger">Which one; where a place has several of <see cref="Triggers"/>, each is asked about by itself.</param>
    /// <param name="candidates">Receives what was found.</param>
    public abstract MatchState Examine(in TextWindow window, int place, Trigger trigger, List<Candidate> candidates);

    /// <summary>
    /// The earliest place where a candidate may begin whose trigger is at <paramref name="from"/> or later; <paramref name="from"/> is a place that may have a
    /// trigger, or the window's end. Only candidates that begin left of their trigger matter.
    /// </summary>
    public virtual int HoldFrom(in TextWindow window, int from) => from;

    /// <param name="candidates">Receives it.</param>
    /// <param name="window">The text.</param>
    /// <param name="kind">What it is.</param>
    /// <param name="start">First byte.</param>
    /// <param name="end">One past the last byte.</param>
    /// <param name="score">Decides overlaps.</param>
    /// <param name="evidence">What raised it.</param>
    /// <param name="tail">How it goes on, if it does: for what is proven within some hundred bytes, and may be longer.</param>
    protected static void Add(List<Candidate> candidates, in TextWindow window, PiiKind kind, int start, int end, float score, Evidence evidence, FindingTail? tail = null) =>
        candidates.Add(new Candidate(kind, window.Origin + start, window.Origin + end, score, evidence, tail));
}
