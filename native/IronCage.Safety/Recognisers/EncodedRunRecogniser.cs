using IronCage.Safety.Resolution;
using IronCage.Safety.Text;
using IronCage.Safety.Text.Encoded;
using IronCage.Safety.Triggers;

namespace IronCage.Safety.Recognisers;

/// <summary>
/// Base64 of either alphabet and hexadecimal digits that stand for text in which the other recognisers find something. What was decoded is not decoded again. A run of
/// 24 to <see cref="LongestWhole"/> bytes is a finding as a whole.
/// </summary>
/// <remarks>
/// A longer one is looked into at its beginning and at places that its own bytes pick (<see cref="RunAnchors"/>), some hundred bytes at a time
/// (<see cref="EncodedPassage"/>), so a stream holds back as little of it as of other text, and what is found does not change where the run is moved by a change before it.
/// Its first 24 bytes, or the 24 before such a place, must stand for text, so a picture costs little.
/// </remarks>
internal sealed class EncodedRunRecogniser(RecogniserSet decoded, FindingFilter? filter) : Recogniser
{
    /// <summary>The shortest run, and what must stand for text before more is looked at.</summary>
    private const int Fewest = 24;
    private const int LongestWhole = 240;
    private const int FewestDistinct = 6;

    /// <summary>Anchors count from here in a run on: those before may lie before its first <see cref="Trigger.Block"/>, which comes behind 24 bytes of it or up to a block later.</summary>
    private const int Beginning = Fewest + TriggerSearch.BlockWidth;

    /// <summary>How far from an anchor, and from the end of the beginning, findings may begin; the next anchor is almost always nearer.</summary>
    private const int WidestGap = 120;
    private const int GapAfterBeginning = 92;

    /// <summary>Links and dates, which are found by less, are no reason to hide a run.</summary>
    public const float LeastScore = 0.5f;

    private readonly EncodedPassage passage = new(decoded, filter);

    public override Trigger Triggers => Trigger.Token | Trigger.Block;

    public override bool MayTakeWord(byte first, byte second, bool isShort) => !isShort && (RunEncoding.Hex.MayBegin(first) || RunEncoding.Base64.MayBegin(first));

    public override MatchState Examine(in TextWindow window, int place, Trigger trigger, List<Candidate> candidates)
    {
        if (trigger == Trigger.Block)
            return Inside(window, place, candidates);
        int start = Edge.SkipEscape(window.Bytes, place);
        if (start >= window.Bytes.Length)
            return window.AtEnd;
        byte first = window.Bytes[start];
        var answer = MatchState.NoMatch;
        if (RunEncoding.Hex.MayBegin(first))
            answer = Begin(window, start, RunEncoding.Hex, candidates);
        if (answer == MatchState.NoMatch && RunEncoding.Base64.MayBegin(first))
            answer = Begin(window, start, RunEncoding.Base64, candidates);
        return answer;
    }

    private MatchState Begin(in TextWindow window, int start, RunEncoding encoding, List<Candidate> candidates)
    {
        ReadOnlySpan<byte> rest = window.Bytes[start..];
        rest = rest[..Math.Min(rest.Length, LongestWhole + 1)];
        ReadOnlySpan<byte> head = rest[..Math.Min(rest.Length, Fewest)];
        if (head.ContainsAnyExcept(encoding.Alphabet) || !Edge.LeftFree(window.Bytes, start) || IsInside(window.Bytes, start))
            return MatchState.NoMatch;
        DecodedRun run = window.Scratch.Decoded;
        if (!run.MayRead(encoding, head, Fewest, FewestDistinct))
            return MatchState.NoMatch;
        if (head.Length < Fewest)
            return window.AtEnd;

        int length = rest.IndexOfAnyExcept(encoding.Alphabet);
        if (length < 0)
            length = rest.Length;
        if (length > LongestWhole)
            return passage.Examine(window, new Passage(start, start, start, start + Beginning + GapAfterBeginning), encoding, candidates);
        int end = start + length;
        while (end < window.Bytes.Length && end - start - length < 2 && window.Bytes[end] == '=' && encoding == RunEncoding.Base64)
            end++;
        if (end >= window.Bytes.Length && !window.Final)
            return MatchState.NeedMore;
        if (!encoding.IsLength(length))
            return MatchState.NoMatch;
        MatchState edge = Edge.Right(window, end, ""u8);
        if (edge != MatchState.Match || !run.Read(encoding, rest[..length], 0, out int count))
            return edge == MatchState.NeedMore ? edge : MatchState.NoMatch;
        List<Candidate> found = run.Find(decoded, filter, count, LeastScore);
        if (found.Count == 0)
            return MatchState.NoMatch;
        if (found.Count > 1)
            found.Sort(CandidateOrder.ByRank);
        Add(candidates, window, found[0].Kind, start, end, found[0].Score, found[0].Evidence | Evidence.Decoded);
        return MatchState.Match;
    }

    /// <summary>Looks into a run that began long before, from the anchors in a block on.</summary>
    private MatchState Inside(in TextWindow window, int place, List<Candidate> candidates)
    {
        ReadOnlySpan<byte> text = window.Bytes;
        if (text[Math.Max(0, place - Fewest)..(place + 1)].ContainsAnyExcept(RunEncoding.Base64.Alphabet))
            return MatchState.NoMatch;
        int limit = place + TriggerSearch.BlockWidth + RunAnchors.Width;
        ReadOnlySpan<byte> rest = text[place..Math.Min(text.Length, limit)];
        int end = place + rest.IndexOfAnyExcept(RunEncoding.Base64.Alphabet);
        if (end < place)
            end = place + rest.Length;
        if (end < limit && end == text.Length && !window.Final)
            return MatchState.NeedMore;
        Span<int> anchors = stackalloc int[RunAnchors.Most];
        int count = RunAnchors.Find(text[..end], place, anchors);
        var answer = MatchState.NoMatch;
        foreach (int anchor in anchors[..count])
        {
            MatchState state = ByteClass.IsHex(text[anchor]) ? From(window, anchor, RunEncoding.Hex, candidates) : MatchState.NoMatch;
            if (state == MatchState.NoMatch)
                state = From(window, anchor, RunEncoding.Base64, candidates);
            if (state == MatchState.NeedMore)
                return state;
            if (state == MatchState.Match)
                answer = state;
        }

        return answer;
    }

    /// <summary>Looks into a run from an anchor on. Where a byte of it begins a whole unit is not known, so each of the ways is tried.</summary>
    private MatchState From(in TextWindow window, int anchor, RunEncoding encoding, List<Candidate> candidates)
    {
        ReadOnlySpan<byte> text = window.Bytes;
        int least = anchor - Beginning;
        if (least < 0 || text[least..(anchor + 1)].ContainsAnyExcept(encoding.Alphabet))
            return MatchState.NoMatch;
        for (int unit = anchor; unit > anchor - encoding.Unit; unit--)
        {
            if (!window.Scratch.Decoded.MayRead(encoding, text[(unit - Fewest)..unit], Fewest, 1))
                continue;
            MatchState answer = IsLong(window, anchor, encoding, out int start);
            if (answer == MatchState.Match)
                answer = passage.Examine(window, new Passage(start, unit, anchor, anchor + WidestGap), encoding, candidates);
            if (answer != MatchState.NoMatch)
                return answer;
        }

        return MatchState.NoMatch;
    }

    /// <summary>Whether the run around a place is too long to be a finding as a whole, and where it begins, or how far it was read.</summary>
    private static MatchState IsLong(in TextWindow window, int place, RunEncoding encoding, out int start)
    {
        ReadOnlySpan<byte> text = window.Bytes;
        int least = Math.Max(0, place - LongestWhole - 1);
        start = text[least..place].LastIndexOfAnyExcept(encoding.Alphabet) + 1 + least;
        ReadOnlySpan<byte> run = text[start..Math.Min(text.Length, start + LongestWhole + 1)];
        if (run.ContainsAnyExcept(encoding.Alphabet))
            return MatchState.NoMatch;
        return run.Length > LongestWhole ? MatchState.Match : window.AtEnd;
    }

    /// <summary>
    /// Whether a sign of the alphabet before the run belongs to the same word, and that is long enough to be a run itself or goes on from a redacted form. A short word
    /// before a slash is part of a path.
    /// </summary>
    private static bool IsInside(ReadOnlySpan<byte> text, int start)
    {
        int i = start;
        while (i > 0 && start - i < Fewest && RunEncoding.Base64.Alphabet.Contains(text[i - 1]))
            i--;
        return start - i >= Fewest || (i < start && ReplacedForm.IsAtEnd(text[..i]));
    }
}
