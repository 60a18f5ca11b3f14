using IronCage.Safety.Kinds;
using IronCage.Safety.Recognisers.Places;
using IronCage.Safety.Resolution;
using IronCage.Safety.Text;
using IronCage.Safety.Triggers;

namespace IronCage.Safety.Recognisers.Dates;

/// <summary>
/// Dates with a year of four digits: <c>2024-05-01</c>, <c>1.5.2024</c>, <c>5/1/2024</c>, <c>1 May 2024</c>, <c>May 1, 2024</c>, <c>1. Mai 2024</c>, <c>2024年5月1日</c>, with the time that
/// follows. Of low score: dates are everywhere, and numbers of people begin with one.
/// </summary>
internal sealed class DateRecogniser : Recogniser
{
    private const float Score = 0.4f;

    public override Trigger Triggers => Trigger.Number;

    public override bool MayTake(NumberStart number)
    {
        if (number.Left is NumberLeft.Letter or NumberLeft.Underscore or NumberLeft.Dot or NumberLeft.Hyphen or NumberLeft.Slash)
            return false;
        return number.Digits switch
        {
            4 => number.Next is NumberNext.Hyphen or NumberNext.Slash or NumberNext.Dot or NumberNext.Other,
            <= 2 => number.Next != NumberNext.Bracket,
            _ => false,
        };
    }

    public override MatchState Examine(in TextWindow window, int anchor, Trigger trigger, List<Candidate> candidates)
    {
        NumberRun number = window.Number(anchor);
        int first = number.Length(0);
        if (first > 4 || first == 3)
            return MatchState.NoMatch;
        if (number.IsOpen && number.Groups == 1)
            return MatchState.NeedMore;
        ReadOnlySpan<byte> text = window.Bytes;
        if (number.End(0) < text.Length && !DateText.MayFollow(text[number.End(0)], isYear: first == 4))
            return MatchState.NoMatch;
        int start = anchor;
        int end;
        MatchState state;
        if (first == 4)
        {
            state = DateText.YearFirst(window, anchor, out end);
        }
        else
        {
            state = DateText.DayFirst(window, anchor, out end);
            if (state == MatchState.NoMatch && DateText.MonthBefore(text, anchor) is >= 0 and var month)
            {
                start = month;
                state = DateText.YearAfter(window, anchor, out end);
            }
        }

        if (state != MatchState.Match)
            return state;
        if (!Edge.LeftFree(text, start) || Edge.ContinuesNumber(text, start, "-./"u8))
            return MatchState.NoMatch;
        // The date by itself is a candidate too, and so is the time without its zone: they stand where something else takes the rest.
        state = Edge.Right(window, end, "-./"u8);
        if (state == MatchState.NeedMore)
            return state;
        if (state == MatchState.Match)
            Add(candidates, window, PersonalKinds.DateTime, start, end, Score, Evidence.Pattern);
        MatchState time = TimeText.ReadAfter(window, end, out int plain, out int whole);
        if (time == MatchState.Match)
            Add(candidates, window, PersonalKinds.DateTime, start, whole, Score, Evidence.Pattern);
        if (time != MatchState.NeedMore && plain > end && plain < whole)
            time = AddPlain(window, start, plain, time, candidates);
        return time == MatchState.NoMatch ? state : time;
    }

    private static MatchState AddPlain(in TextWindow window, int start, int plain, MatchState state, List<Candidate> candidates)
    {
        MatchState edge = Edge.Right(window, plain, ":.-"u8);
        if (edge == MatchState.Match)
            Add(candidates, window, PersonalKinds.DateTime, start, plain, Score, Evidence.Pattern);
        return edge == MatchState.NoMatch ? state : edge;
    }

    public override int HoldFrom(in TextWindow window, int from)
    {
        int month = DateText.MonthBefore(window.Bytes, from);
        return month < 0 ? from : month;
    }
}
