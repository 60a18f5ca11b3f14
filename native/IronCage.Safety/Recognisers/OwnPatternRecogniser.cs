using IronCage.Safety.Patterns;
using IronCage.Safety.Resolution;
using IronCage.Safety.Text;
using IronCage.Safety.Triggers;

namespace IronCage.Safety.Recognisers;

/// <summary>Finds what the user's patterns match.</summary>
internal sealed class OwnPatternRecogniser : Recogniser
{
    private readonly FindingFilter? filter;
    private readonly Entry[] entries;
    private readonly Entry[][] byFirst = new Entry[256][];

    /// <param name="patterns">The patterns, each with the kind of what it finds.</param>
    /// <param name="filter">What the scanner lets go, null if nothing.</param>
    public OwnPatternRecogniser(IEnumerable<(OwnPattern Pattern, PiiKind Kind)> patterns, FindingFilter? filter)
    {
        this.filter = filter;
        int contexts = 0;
        entries = [.. patterns.Select(p => new Entry(p.Pattern.Matcher, p.Kind, p.Pattern.Score, p.Pattern.Context.Count == 0 ? null : ContextSet.Own(contexts++, p.Pattern.Context)))];
        OwnStarts = new bool[256];
        for (int b = 0; b < 256; b++)
        {
            byFirst[b] = Array.FindAll(entries, entry => entry.Matcher.FirstBytes[b]);
            OwnStarts[b] = byFirst[b].Length > 0;
        }
    }

    public override Trigger Triggers => Trigger.Own;

    public override bool[] OwnStarts { get; }

    public override IEnumerable<ContextSet> Contexts => entries.Select(entry => entry.Context).OfType<ContextSet>();

    public override MatchState Examine(in TextWindow window, int place, Trigger trigger, List<Candidate> candidates)
    {
        foreach (Entry entry in byFirst[window.Bytes[place]])
        {
            MatchState state = entry.Matcher.Match(window, place, out int end);
            if (state == MatchState.Match && (entry.Context is null || window.HasContext(entry.Context, place)))
                state = Accept(window, place, end, entry, candidates);
            if (state == MatchState.NeedMore)
                return state;
        }

        return MatchState.NoMatch;
    }

    private MatchState Accept(in TextWindow window, int start, int end, in Entry entry, List<Candidate> candidates)
    {
        // Where something was redacted, it was the neighbour that decided: see ReplacedForm and Edge.
        // An allowed value there is proposed all the same: it comes to nothing, but keeps others from finding a part of it.
        var candidate = new Candidate(entry.Kind, window.Origin + start, window.Origin + end, entry.Score, entry.Context is null ? Evidence.Custom : Evidence.Custom | Evidence.Context);
        MatchState covered = ReplacedForm.Covers(window, start);
        bool isBeside = start > 0 && ReplacedForm.IsAtEnd(window.Bytes[..start]);
        if (covered == MatchState.NoMatch && (!isBeside || filter?.Keeps(candidate, window.Bytes[start..end]) == false))
            candidates.Add(candidate);
        return covered == MatchState.NeedMore ? covered : MatchState.NoMatch;
    }

    private readonly record struct Entry(PatternMatcher Matcher, PiiKind Kind, float Score, ContextSet? Context);
}
