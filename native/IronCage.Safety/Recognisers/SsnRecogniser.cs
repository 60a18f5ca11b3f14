using IronCage.Safety.Kinds;
using IronCage.Safety.Resolution;
using IronCage.Safety.Text;
using IronCage.Safety.Triggers;

namespace IronCage.Safety.Recognisers;

/// <summary>US social security numbers: area, group and serial, none of them of the never issued values. Nine bare digits only after a word that says so.</summary>
internal sealed class SsnRecogniser : Recogniser
{
    private static readonly byte[][] Words = [.. new[] { "ssn", "soc sec" }.Select(System.Text.Encoding.ASCII.GetBytes)];

    private static readonly byte[][] Phrases =
        [.. new[] { "social security", "social-security", "social_security", "socialsecurity" }.Select(System.Text.Encoding.ASCII.GetBytes)];

    public override Trigger Triggers => Trigger.Number;

    public override MatchState Examine(in TextWindow window, int anchor, Trigger trigger, List<Candidate> candidates)
    {
        ReadOnlySpan<byte> text = window.Bytes;
        if (!Edge.LeftFree(text, anchor) || Edge.ContinuesNumber(text, anchor, "-./+"u8) || (anchor > 0 && text[anchor - 1] == '+'))
            return MatchState.NoMatch;

        MatchState dashed = Try(window, anchor, "ddd-dd-dddd"u8, 0.85f, needsContext: false, candidates);
        if (dashed != MatchState.NoMatch)
            return dashed;
        MatchState spaced = Try(window, anchor, "ddd dd dddd"u8, 0.6f, needsContext: false, candidates);
        return spaced != MatchState.NoMatch ? spaced : Try(window, anchor, "ddddddddd"u8, 0.8f, needsContext: true, candidates);
    }

    public override int HoldFrom(in TextWindow window, int from) => from;

    private static MatchState Try(in TextWindow window, int start, ReadOnlySpan<byte> shape, float score, bool needsContext, List<Candidate> candidates)
    {
        MatchState state = Shape.Match(window, start, shape);
        if (state != MatchState.Match)
            return state;
        ReadOnlySpan<byte> text = window.Bytes;
        int end = start + shape.Length;
        MatchState edge = Edge.Right(window, end, "-./"u8);
        if (edge != MatchState.Match)
            return edge;
        if (!IsIssued(text[start..end]) || (needsContext && !HasContext(text, start)))
            return MatchState.NoMatch;
        Add(candidates, window, NationalKinds.UsSsn, start, end, score, needsContext ? Evidence.Pattern | Evidence.Context : Evidence.Pattern);
        return MatchState.Match;
    }

    private static bool IsIssued(ReadOnlySpan<byte> value)
    {
        ReadOnlySpan<byte> area = value[..3];
        ReadOnlySpan<byte> group = value.Length == 9 ? value[3..5] : value[4..6];
        return area[0] != '9' && !area.SequenceEqual("000"u8) && !area.SequenceEqual("666"u8)
            && !group.SequenceEqual("00"u8) && !value[^4..].SequenceEqual("0000"u8);
    }

    private static bool HasContext(ReadOnlySpan<byte> text, int start)
    {
        ReadOnlySpan<byte> context = LeftContext.Before(text, start);
        return LeftContext.HasWord(context, Words) || LeftContext.Has(context, Phrases);
    }
}
