using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using IronCage.Safety.Recognisers.Places;
using IronCage.Safety.Resolution;
using IronCage.Safety.Text;
using IronCage.Safety.Triggers;

namespace IronCage.Safety.Recognisers;

/// <summary>Some recognisers, and the one search for all their places. Immutable.</summary>
internal sealed class RecogniserSet
{
    private readonly Recogniser[] all;
    private readonly Recogniser[][] byTrigger;
    private readonly NumberIndex numbers;
    private readonly WordIndex longWords;
    private readonly Trigger wanted;

    /// <summary>Whether places in what was surely found are passed over: not where the user's own patterns and terms may displace it, which begin and end where they like.</summary>
    private readonly bool passes;

    private readonly ByteSet? ownStarts;

    public RecogniserSet(IEnumerable<Recogniser> recognisers)
        : this([.. recognisers], contexts: null)
    {
    }

    private RecogniserSet(Recogniser[] recognisers, ContextIndex? contexts)
    {
        all = recognisers;
        byTrigger = [.. Enum.GetValues<Trigger>().Where(trigger => trigger != Trigger.None).Select(trigger => Array.FindAll(all, r => (r.Triggers & trigger) != 0))];
        numbers = new NumberIndex(Array.FindAll(all, r => (r.Triggers & Trigger.Number) != 0));
        longWords = new WordIndex(Array.FindAll(all, r => (r.Triggers & Trigger.Token) != 0));
        foreach (Recogniser recogniser in all)
            wanted |= recogniser.Triggers;
        passes = (wanted & TriggerSearch.OfUser) == 0;
        if (Array.Find(all, recogniser => recogniser.OwnStarts is not null) is { } own)
            ownStarts = new ByteSet(own.OwnStarts);
        Contexts = contexts ?? new ContextIndex(all.SelectMany(recogniser => recogniser.Contexts).Distinct());
    }

    /// <summary>These recognisers, and one that asks them about what is written in Base64 or hexadecimal digits.</summary>
    /// <param name="filter">What is found in them and left alone all the same.</param>
    public RecogniserSet WithEncoded(FindingFilter? filter) => all.Length == 0 ? this : new([.. all, new EncodedRunRecogniser(this, filter)], Contexts);

    /// <summary>The context words of all of them.</summary>
    public ContextIndex Contexts { get; }

    /// <summary>How far behind an open candidate is looked before it is resolved: enough for all that it may have to give way to.</summary>
    private const int OpenReach = OverlapResolver.ClusterReach + TextWindow.LeftReach;

    /// <summary>Asks the recognisers at every place with a trigger from <paramref name="from"/> on.</summary>
    /// <returns>The first place that was not decided for want of text. The window's end when all were.</returns>
    public int Examine(in TextWindow window, int from, List<Candidate> candidates) => Examine(window, from, candidates, int.MaxValue, int.MaxValue, out _);

    /// <summary>As the other, until <paramref name="most"/> candidates or more are there, or an open one that can be resolved: then <paramref name="isFull"/>.</summary>
    public int Examine(in TextWindow window, int from, List<Candidate> candidates, int most, out bool isFull) => Examine(window, from, candidates, most, OpenReach, out isFull);

    private int Examine(in TextWindow window, int from, List<Candidate> candidates, int most, int openReach, out bool isFull)
    {
        isFull = false;
        int until = int.MaxValue;
        ref PassedText passed = ref window.Scratch.Passed;
        var search = new TriggerSearch(window, from, wanted, ownStarts, (int)Math.Max(0, passed.End - window.Origin));
        while (search.Next(out int place, out Trigger triggers))
        {
            if (candidates.Count >= most || place >= until)
            {
                isFull = true;
                return place;
            }

            if ((triggers & TriggerSearch.OfRuns) != 0)
            {
                MatchState data = passed.NoteData(window, place);
                if (data == MatchState.NeedMore)
                    return place;
                if (data == MatchState.Match)
                {
                    search.Pass((int)(passed.End - window.Origin));
                    triggers &= TriggerSearch.Always;
                }
            }

            int mark = candidates.Count;
            if (Ask(window, place, triggers, candidates) == MatchState.NeedMore)
            {
                candidates.RemoveRange(mark, candidates.Count - mark);
                return place;
            }

            if (candidates.Count == mark)
                continue;
            if (openReach < int.MaxValue && HasOpen(candidates, mark))
                until = Math.Min(until, place + openReach);
            if (!passes)
                continue;
            passed.Note(window, candidates, mark, window.Origin + Edge.SkipEscape(window.Bytes, place));
            if (passed.End > window.Origin + place)
                search.Pass((int)(passed.End - window.Origin));
        }

        return search.Stop;
    }

    private static bool HasOpen(List<Candidate> candidates, int from)
    {
        foreach (ref readonly Candidate candidate in CollectionsMarshal.AsSpan(candidates)[from..])
        {
            if (candidate.Tail is not null)
                return true;
        }

        return false;
    }

    /// <summary>Asks the recognisers at one place.</summary>
    /// <param name="window">The text.</param>
    /// <param name="place">Where.</param>
    /// <param name="triggers">The triggers there.</param>
    /// <param name="candidates">Receives what was found.</param>
    private MatchState Ask(in TextWindow window, int place, Trigger triggers, List<Candidate> candidates)
    {
        int mark = candidates.Count;
        for (uint rest = (uint)triggers; rest != 0; rest &= rest - 1)
        {
            var trigger = (Trigger)(rest & (~rest + 1));
            Recogniser[] asked = trigger switch
            {
                Trigger.Number => numbers.At(window, place),
                Trigger.Token => longWords.At(window, place),
                _ => byTrigger[BitOperations.TrailingZeroCount(rest)],
            };
            foreach (Recogniser recogniser in asked)
            {
                int before = candidates.Count;
                if (recogniser.Examine(window, place, trigger, candidates) == MatchState.NeedMore)
                    return MatchState.NeedMore;
                if (candidates.Count == before)
                    continue;
                MatchState sure = Judge(window, place, candidates, mark, before);
                if (sure == MatchState.NeedMore)
                    return sure;
                if (sure == MatchState.NoMatch)
                    continue;
                rest &= (uint)TriggerSearch.Always | (rest & (~rest + 1));
                break;
            }
        }

        return MatchState.NoMatch;
    }

    /// <summary>Whether what was found at one place is so sure that nobody else need be asked there.</summary>
    /// <param name="window">The text.</param>
    /// <param name="place">Where.</param>
    /// <param name="candidates">All candidates.</param>
    /// <param name="mark">The first of this place.</param>
    /// <param name="from">The first of the recogniser that was asked last.</param>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private MatchState Judge(in TextWindow window, int place, List<Candidate> candidates, int mark, int from)
    {
        if (LeaveReplaced(window, from, candidates) == MatchState.NeedMore)
            return MatchState.NeedMore;
        bool isSure = passes && candidates.Count > from && window.Scratch.Passed.IsSure(window, candidates, mark, window.Origin + Edge.SkipEscape(window.Bytes, place));
        return isSure ? MatchState.Match : MatchState.NoMatch;
    }

    /// <summary>Takes out the candidates, from that number on, which lie in a token or a redacted form: nothing is found in what replaced a finding.</summary>
    private static MatchState LeaveReplaced(in TextWindow window, int from, List<Candidate> candidates)
    {
        for (int i = candidates.Count - 1; i >= from; i--)
        {
            MatchState form = ReplacedForm.Touches(window, (int)(candidates[i].Start - window.Origin), (int)(candidates[i].End - window.Origin));
            if (form == MatchState.NeedMore)
                return form;
            if (form == MatchState.Match)
                candidates.RemoveAt(i);
        }

        return MatchState.Match;
    }

    /// <summary>The earliest place where a candidate may begin whose place is <paramref name="from"/> or later.</summary>
    public int HoldFrom(in TextWindow window, int from)
    {
        int hold = from;
        foreach (Recogniser recogniser in all)
            hold = Math.Min(hold, recogniser.HoldFrom(window, from));
        return hold;
    }
}
