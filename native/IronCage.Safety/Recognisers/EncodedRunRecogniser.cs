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
/// A longer one is looked into at its beginning and at every <see cref="Trigger.Block"/>, some hundred bytes at a time (<see cref="EncodedPassage"/>), so a stream
/// holds back as little of it as of other text. Its first 24 bytes, or the 24 before such a place, must stand for text, so a picture costs little.
/// </remarks>
internal sealed class EncodedRunRecogniser(RecogniserSet decoded, FindingFilter? filter) : Recogniser
{
    /// <summary>The shortest run, and what must stand for text before more is looked at.</summary>
    private const int Fewest = 24;
    private const int LongestWhole = 240;
    private const int FewestDistinct = 6;

    /// <summary>Links and dates, which are found by less, are no reason to hide a run.</summary>
    public const float LeastScore = 0.5f;

    private readonly EncodedPassage passage = new(decoded, filter);

    public override Trigger Triggers => Trigger.Token | Trigger.Block;

    public override bool MayTakeWord(byte first, byte second) => RunEncoding.Hex.MayBegin(first) || RunEncoding.Base64.MayBegin(first);

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
            return passage.Examine(window, new Passage(start, start, start, NextBlock(window, start)), encoding, candidates);
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

    /// <summary>Looks into a run that began long before. Where a byte of it begins a whole unit is not known, so each of the ways is tried.</summary>
    private MatchState Inside(in TextWindow window, int place, List<Candidate> candidates)
    {
        var answer = MatchState.NoMatch;
        if (ByteClass.IsHex(window.Bytes[place]))
            answer = Inside(window, place, RunEncoding.Hex, candidates);
        return answer == MatchState.NoMatch ? Inside(window, place, RunEncoding.Base64, candidates) : answer;
    }

    private MatchState Inside(in TextWindow window, int place, RunEncoding encoding, List<Candidate> candidates)
    {
        ReadOnlySpan<byte> text = window.Bytes;
        int least = place - Fewest - encoding.Unit + 1;
        if (least < 0 || text[least..(place + 1)].ContainsAnyExcept(encoding.Alphabet))
            return MatchState.NoMatch;
        for (int unit = place; unit > place - encoding.Unit; unit--)
        {
            if (!window.Scratch.Decoded.MayRead(encoding, text[(unit - Fewest)..unit], Fewest, 1))
                continue;
            MatchState answer = IsLong(window, place, encoding, out int start);
            if (answer == MatchState.Match)
                answer = passage.Examine(window, new Passage(start, unit, place, place + TriggerSearch.BlockWidth), encoding, candidates);
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

    /// <summary>The first place behind another at which the run is looked into again.</summary>
    private static int NextBlock(in TextWindow window, int start) => start + TriggerSearch.BlockWidth - (int)((window.Origin + start) & (TriggerSearch.BlockWidth - 1));

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
