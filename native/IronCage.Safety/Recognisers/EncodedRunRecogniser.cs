using IronCage.Safety.Resolution;
using IronCage.Safety.Text;
using IronCage.Safety.Text.Encoded;
using IronCage.Safety.Triggers;

namespace IronCage.Safety.Recognisers;

/// <summary>
/// Base64 of either alphabet and hexadecimal digits that stand for text in which the other recognisers find something: the whole run is a finding of that kind. What
/// was decoded is not decoded again.
/// </summary>
/// <remarks>
/// A run has 24 to 8,192 bytes. Its first 24 must stand for text, and its first 384; so a stream holds back no more of a picture than of any other word, but all of a
/// text that was encoded, until its end.
/// </remarks>
internal sealed class EncodedRunRecogniser(RecogniserSet decoded, FindingFilter? filter) : Recogniser
{
    private const int Fewest = 24;
    private const int Proof = 384;

    /// <summary>Links and dates, which are found by less, are no reason to hide a run.</summary>
    private const float LeastScore = 0.5f;

    public override Trigger Triggers => Trigger.Token;

    public override bool MayTakeWord(byte first, byte second) => RunEncoding.Hex.MayBegin(first) || RunEncoding.Base64.MayBegin(first);

    public override MatchState Examine(in TextWindow window, int place, Trigger trigger, List<Candidate> candidates)
    {
        int start = Edge.SkipEscape(window.Bytes, place);
        if (start >= window.Bytes.Length)
            return window.AtEnd;
        byte first = window.Bytes[start];
        var answer = MatchState.NoMatch;
        if (RunEncoding.Hex.MayBegin(first))
            answer = Examine(window, start, RunEncoding.Hex, candidates);
        if (answer == MatchState.NoMatch && RunEncoding.Base64.MayBegin(first))
            answer = Examine(window, start, RunEncoding.Base64, candidates);
        return answer;
    }

    private MatchState Examine(in TextWindow window, int start, RunEncoding encoding, List<Candidate> candidates)
    {
        ReadOnlySpan<byte> rest = window.Bytes[start..];
        rest = rest[..Math.Min(rest.Length, DecodedRun.LongestRun + 1)];
        ReadOnlySpan<byte> head = rest[..Math.Min(rest.Length, Fewest)];
        if (head.ContainsAnyExcept(encoding.Alphabet))
            return MatchState.NoMatch;
        DecodedRun run = window.Scratch.Decoded;
        if (!run.MayRead(encoding, head, Fewest))
            return MatchState.NoMatch;
        if (head.Length < Fewest)
            return window.AtEnd;
        if (!Edge.LeftFree(window.Bytes, start) || IsInside(window.Bytes, start))
            return MatchState.NoMatch;

        int length = rest.IndexOfAnyExcept(encoding.Alphabet);
        bool open = length < 0;
        if (open)
            length = rest.Length;
        if (length > DecodedRun.LongestRun || (length >= Proof && !run.Read(encoding, rest[..Proof], out _)))
            return MatchState.NoMatch;
        int end = start + length;
        while (end < window.Bytes.Length && end - start - length < 2 && window.Bytes[end] == '=' && encoding == RunEncoding.Base64)
            end++;
        if (end >= window.Bytes.Length && !window.Final)
            return MatchState.NeedMore;
        if (!encoding.IsLength(length))
            return MatchState.NoMatch;
        MatchState edge = Edge.Right(window, end, ""u8);
        if (edge != MatchState.Match || !run.Read(encoding, rest[..length], out int count) || !run.Find(decoded, filter, count, LeastScore, out Candidate best))
            return edge == MatchState.NeedMore ? edge : MatchState.NoMatch;
        Add(candidates, window, best.Kind, start, end, best.Score, best.Evidence | Evidence.Decoded);
        return MatchState.Match;
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
