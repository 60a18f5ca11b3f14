using System.Runtime.CompilerServices;
using IronCage.Safety.Recognisers.Places;
using IronCage.Safety.Resolution;
using IronCage.Safety.Text;
using IronCage.Safety.Triggers;

namespace IronCage.Safety.Recognisers.Identifiers;

/// <summary>
/// Identifiers by <see cref="IdentifierRule"/>s: one walk of an <see cref="IdentifierAutomaton"/> from the first digit, and one from the letters left of it.
/// A value with so few digits that it has no trigger of its own is found by its capitals.
/// </summary>
internal sealed class IdentifierRecogniser : Recogniser
{
    /// <summary>Fewer digits than these may have no <see cref="Trigger.Number"/>.</summary>
    private const int TriggerDigits = 4;

    /// <summary>Most letters before the first digit.</summary>
    private const int MostLetters = 6;

    /// <summary>How far left of a letter an escape can begin that reaches to it.</summary>
    private const int LongestEscape = 6;

    /// <summary>Most letters and digits of a form.</summary>
    private const int Longest = 24;

    private readonly IdentifierRule[] rules;
    private readonly IdentifierAutomaton automaton;

    /// <param name="rules">What to look for.</param>
    /// <param name="relaxed">By <see cref="PiiKind.Index"/>: whether the user named the kind's country.</param>
    public IdentifierRecogniser(IdentifierRule[] rules, bool[] relaxed)
    {
        this.rules = rules;
        automaton = new IdentifierAutomaton(rules, relaxed, TriggerDigits);
    }

    public override Trigger Triggers => Trigger.Number | Trigger.Capitals;

    public override IEnumerable<ContextSet> Contexts => rules.Select(rule => rule.Words);

    public override bool MayTake(NumberStart number) => number.Left switch
    {
        // With the letters before it, whatever follows.
        NumberLeft.Letter or NumberLeft.Capital => true,
        NumberLeft.Underscore or NumberLeft.Plus or NumberLeft.Dot or NumberLeft.Hyphen or NumberLeft.Slash => false,
        _ => automaton.MayBegin(number),
    };

    public override MatchState Examine(in TextWindow window, int place, Trigger trigger, List<Candidate> candidates)
    {
        ReadOnlySpan<byte> text = window.Bytes;
        if (trigger == Trigger.Capitals)
            return MayBegin(text, place) ? Walk(window, place, automaton.Capitals, candidates) : MatchState.NoMatch;

        // Most digits in identifiers and in hexadecimal end here.
        byte before = place == 0 ? (byte)0 : text[place - 1];
        if (before == '_')
            return MatchState.NoMatch;
        MatchState bare = MayBegin(text, place) ? Walk(window, place, automaton.Numbers, candidates) : MatchState.NoMatch;
        if (bare == MatchState.NeedMore)
            return bare;
        int start = ByteClass.IsLetter(before) ? Letters(text, place) : IsSeparator(before) ? SplitLetters(text, place - 1) : -1;
        if (start < 0 || !MayBegin(text, start))
            return bare;
        MatchState lettered = Walk(window, start, automaton.Numbers, candidates);
        if (lettered == MatchState.NoMatch && Earlier(text, start) is >= 0 and var earlier && MayBegin(text, earlier))
            lettered = Walk(window, earlier, automaton.Numbers, candidates);
        return lettered == MatchState.NoMatch ? bare : lettered;
    }

    /// <summary>Left of the first digit there may be letters, and one separator behind them.</summary>
    public override int HoldFrom(in TextWindow window, int from)
    {
        ReadOnlySpan<byte> text = window.Bytes;
        bool isEnd = from == text.Length;
        int start = -1;
        if (!isEnd && IsSeparator(text[from]))
            start = SplitLetters(text, from);
        else if (from > 0 && (isEnd || ByteClass.IsDigit(text[from])) && IsSeparator(text[from - 1]))
            start = SplitLetters(text, from - 1);
        else if (isEnd || ByteClass.IsAlnum(text[from]))
            start = Letters(text, from);
        if (start < 0 && !isEnd && ByteClass.IsUpper(text[from]))
            start = Earlier(text, from);
        return start < 0 ? from : Earlier(text, start) is >= 0 and var earlier ? earlier : start;
    }

    /// <summary>Where the capitals begin before the letters at <paramref name="start"/>, as those of a surname before those of a name; -1 if there are none.</summary>
    private static int Earlier(ReadOnlySpan<byte> text, int start) => start > 0 && text[start - 1] is (byte)' ' or (byte)'-' ? SplitLetters(text, start - 1) : -1;

    private static bool MayBegin(ReadOnlySpan<byte> text, int start) =>
        start == 0 || (Edge.LeftFree(text, start) && text[start - 1] != '+' && !Edge.ContinuesNumber(text, start, "-./"u8));

    private static bool IsSeparator(byte b) => b is (byte)' ' or (byte)'-' or (byte)'.';

    /// <summary>Where the letters begin that end at <paramref name="end"/>; -1 where there are none, or too many.</summary>
    private static int Letters(ReadOnlySpan<byte> text, int end)
    {
        int start = end;
        int floor = Math.Max(0, end - MostLetters);
        while (start > floor && ByteClass.IsLetter(text[start - 1]))
            start--;
        if (start == end)
            return -1;
        bool isWhole = start == 0 || !ByteClass.IsWord(text[start - 1]);
        if (isWhole && (start == 0 || text[start - 1] != '\\'))
            return start;

        // A letter of an escape is none of the word: \n, \u003c.
        if (text[Math.Max(0, start - LongestEscape)..end].Contains((byte)'\\'))
        {
            for (int i = start; i < end; i++)
            {
                if (Edge.IsEscape(text, i))
                    return i;
            }
        }

        return isWhole ? start : -1;
    }

    /// <summary>As <see cref="Letters"/>, for those before a separator: capitals, since most short words are none.</summary>
    private static int SplitLetters(ReadOnlySpan<byte> text, int end)
    {
        if (end == 0 || !ByteClass.IsUpper(text[end - 1]))
            return -1;
        int start = Letters(text, end);
        return start < 0 || text[start..end].ContainsAnyExceptInRange((byte)'A', (byte)'Z') ? -1 : start;
    }

    private MatchState Walk(in TextWindow window, int start, int state, List<Candidate> candidates)
    {
        ReadOnlySpan<byte> text = window.Bytes;
        var answer = MatchState.NoMatch;
        int i = start;
        while (i < text.Length)
        {
            state = automaton.Read(text, ref i, state);
            if (state == IdentifierAutomaton.Dead)
                return answer;
            if (automaton.End(state) is not { } end)
                break;
            if (i < text.Length && ByteClass.IsAlnum(text[i]))
                continue;
            MatchState ended = Accept(window, start, i, end, candidates);
            if (ended == MatchState.NeedMore)
                return ended;
            if (ended == MatchState.Match)
                answer = ended;
        }

        return window.Final ? answer : MatchState.NeedMore;
    }

    /// <summary>The letters and digits of a value, in capitals.</summary>
    /// <returns>How many there are; 0 where letters of both cases are among them, as in no identifier.</returns>
    private static int Read(ReadOnlySpan<byte> text, Span<byte> value, out bool small)
    {
        int count = 0;
        int cases = 0;
        foreach (byte b in text)
        {
            if (ByteClass.IsDigit(b))
            {
                value[count++] = b;
            }
            else if (ByteClass.IsLetter(b))
            {
                cases |= ByteClass.IsUpper(b) ? 1 : 2;
                value[count++] = (byte)(b & ~0x20);
            }
        }

        small = cases == 2;
        return cases == 3 ? 0 : count;
    }

    [SkipLocalsInit]
    private static MatchState Accept(in TextWindow window, int start, int end, IdentifierEnd rules, List<Candidate> candidates)
    {
        MatchState edge = Edge.Right(window, end, "-./"u8);
        if (edge != MatchState.Match)
            return edge;

        // Most numbers that could be many things are not said to be any.
        if (rules.Alone.Length == 0 && rules.Relaxed.Length == 0 && !rules.IsSpoken(window.Scratch.Contexts(window, start)))
            return MatchState.NoMatch;
        Span<byte> room = stackalloc byte[Longest];
        ReadOnlySpan<byte> value = room[..Read(window.Bytes[start..end], room, out bool small)];
        if (value.IsEmpty)
            return MatchState.NoMatch;

        // Zeros, ones or Xs all through are what forms are filled in with.
        if (!value.ContainsAnyExcept(value[0]))
            return MatchState.NoMatch;
        var answer = MatchState.NoMatch;
        foreach (IdentifierRule rule in rules.Alone)
        {
            if (!rule.Check(value))
                continue;
            bool hasWord = window.HasContext(rule.Words, start);
            if (small && !hasWord && !rule.AnyCase)
                continue;
            Add(window, start, end, rule, hasWord ? rule.SpokenScore : rule.AloneScore, hasWord, candidates);
            answer = MatchState.Match;
        }

        if (rules.Spoken.Length == 0)
            return answer;
        ref readonly ContextBits seen = ref window.Scratch.Contexts(window, start);
        if (rules.IsSpoken(seen))
        {
            foreach (IdentifierRule rule in rules.Spoken)
            {
                if (!seen.Has(rule.Words) || !rule.Check(value) || ContinuesGroups(window.Bytes, start, end))
                    continue;
                if (!SpokenFor.By(window, rule.Words, start))
                    continue;
                Add(window, start, end, rule, rule.SpokenScore, hasWord: true, candidates);
                answer = MatchState.Match;
            }
        }

        foreach (IdentifierRule rule in rules.Relaxed)
        {
            if (small || seen.Has(rule.Words) || !rule.Check(value))
                continue;
            Add(window, start, end, rule, IdentifierRule.RelaxedScore, hasWord: false, candidates);
            answer = MatchState.Match;
        }

        return answer;
    }

    /// <summary>Whether groups with spaces follow a digit and a space: then they are the rest of a longer row of groups.</summary>
    private static bool ContinuesGroups(ReadOnlySpan<byte> text, int start, int end) =>
        start >= 2 && text[start - 1] == ' ' && ByteClass.IsDigit(text[start - 2]) && text[start..end].Contains((byte)' ');

    private static void Add(in TextWindow window, int start, int end, IdentifierRule rule, float score, bool hasWord, List<Candidate> candidates)
    {
        Evidence evidence = Evidence.Pattern | (rule.HasChecksum ? Evidence.Checksum : Evidence.None) | (hasWord ? Evidence.Context : Evidence.None);
        Add(candidates, window, rule.Kind, start, end, score, evidence);
    }
}
