using IronCage.Safety.Recognisers.Places;
using IronCage.Safety.Resolution;
using IronCage.Safety.Text;
using IronCage.Safety.Triggers;

namespace IronCage.Safety.Recognisers.Secrets;

/// <summary>
/// Tokens that begin with their version, <c>v^1.1#</c>: short fields follow, so no long word need stand where <see cref="TokenRecogniser"/> looks for their head.
/// </summary>
internal sealed class NumberedTokenRecogniser(TokenShape[] shapes) : Recogniser
{
    public static ReadOnlySpan<byte> Head => "v^"u8;

    public override Trigger Triggers => Trigger.Number;

    public override bool MayTake(NumberStart number) => number is { Left: NumberLeft.Free, Digits: 1, Next: NumberNext.Dot };

    public override MatchState Examine(in TextWindow window, int place, Trigger trigger, List<Candidate> candidates)
    {
        int start = place - Head.Length;
        if (start < 0 || !window.Bytes[start..place].SequenceEqual(Head))
            return MatchState.NoMatch;
        int mark = candidates.Count;
        foreach (TokenShape shape in shapes)
        {
            if (TokenRecogniser.Try(window, shape, start, candidates) == MatchState.NeedMore)
                return MatchState.NeedMore;
        }

        return candidates.Count > mark ? MatchState.Match : MatchState.NoMatch;
    }

    public override int HoldFrom(in TextWindow window, int from)
    {
        ReadOnlySpan<byte> text = window.Bytes;
        if (from > 1 && text[(from - 2)..from].SequenceEqual(Head))
            return from - 2;
        return from > 0 && text[from - 1] == Head[0] ? from - 1 : from;
    }
}
