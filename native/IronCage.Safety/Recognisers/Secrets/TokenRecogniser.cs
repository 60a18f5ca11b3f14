using IronCage.Safety.Resolution;
using IronCage.Safety.Text;
using IronCage.Safety.Triggers;

namespace IronCage.Safety.Recognisers.Secrets;

/// <summary>The tokens of many issuers, by the shapes of <see cref="TokenTables"/>.</summary>
internal sealed class TokenRecogniser : Recogniser
{
    private const int LongestBase64Head = 3;

    private readonly TokenIndex index;
    private readonly ContextSet[] contexts;

    public TokenRecogniser(IEnumerable<TokenShape> shapes)
    {
        TokenShape[] all = [.. shapes];
        index = new TokenIndex(all);
        contexts = [.. all.Select(shape => shape.Context).OfType<ContextSet>().Distinct()];
    }

    public override Trigger Triggers => Trigger.Token;

    public override IEnumerable<ContextSet> Contexts => [.. contexts, DigestWords.Words];

    public override MatchState Examine(in TextWindow window, int place, Trigger trigger, List<Candidate> candidates)
    {
        ReadOnlySpan<byte> text = window.Bytes;
        int start = Edge.SkipEscape(text, place);
        if (start + 1 >= text.Length)
            return window.AtEnd;
        foreach (TokenShape shape in index.BeginningWith(text[start], text[start + 1]))
        {
            if (Try(window, shape, start, candidates) == MatchState.NeedMore)
                return MatchState.NeedMore;
        }

        if (start > 0 && text[start - 1] < 128)
        {
            foreach (TokenShape shape in index.After(text[start - 1]))
            {
                if (start >= shape.HeadLength && Try(window, shape, start - shape.HeadLength, candidates) == MatchState.NeedMore)
                    return MatchState.NeedMore;
            }
        }

        return Runs(window, start, candidates);
    }

    /// <summary>Bytes that stand before a trigger inside a token: of the text at hand, the last token may begin before them.</summary>
    public override int HoldFrom(in TextWindow window, int from)
    {
        ReadOnlySpan<byte> text = window.Bytes;
        int start = from;
        int next = from;
        bool isHead = false;
        while (next < text.Length && next - from < index.LongestHead && IsHead(text[next]))
            isHead |= IsHeadEnd(text[next++]);
        while (start > 0 && from - start < index.LongestHead && IsHead(text[start - 1]))
            isHead |= IsHeadEnd(text[--start]);
        if (isHead)
            return start;
        start = from;
        while (start > 0 && from - start < LongestBase64Head && text[start - 1] is (byte)'+' or (byte)'/')
            start--;
        return start;
    }

    private static bool IsHead(byte b) => ByteClass.IsWord(b) || IsHeadEnd(b) || b is (byte)'.' or (byte)'-' or (byte)':' or (byte)'=';

    private static bool IsHeadEnd(byte b) => b is (byte)'~' or (byte)'|' or (byte)'$' or (byte)'!' or (byte)'#' or (byte)'^' or (byte)'@';

    internal static MatchState Try(in TextWindow window, TokenShape shape, int start, List<Candidate> candidates)
    {
        if (!Edge.LeftFree(window.Bytes, start))
            return MatchState.NoMatch;
        MatchState state = shape.Match(window, start, out int end, out FindingTail? tail);
        if (state != MatchState.Match)
            return state;
        if (!shape.IsPlausible(window.Bytes[start..end]) || !shape.IsAnnounced(window, start))
            return MatchState.NoMatch;
        if (tail is null)
            state = Edge.Right(window, end, ""u8);
        if (state == MatchState.Match)
            Add(candidates, window, shape.Kind, start, end, shape.Score, EvidenceOf(shape, window.Bytes[start..end]), tail);
        return state;
    }

    private static Evidence EvidenceOf(TokenShape shape, ReadOnlySpan<byte> token)
    {
        Evidence evidence = Evidence.Pattern | (shape.Context is null ? Evidence.None : Evidence.Context);
        return shape.Checksum == TokenChecksum.Crc32Base62 && Base62Checksum.Holds(token) ? evidence | Evidence.Checksum : evidence;
    }

    /// <summary>Tokens without a beginning of their own: by their length, and mostly by the words left of them.</summary>
    private MatchState Runs(in TextWindow window, int start, List<Candidate> candidates)
    {
        ReadOnlySpan<byte> text = window.Bytes;
        ref readonly TokenRuns runs = ref window.Scratch.Runs(window, start);
        bool isOpen = start + runs.Longest == text.Length && !window.Final;
        if (isOpen && (runs.Longest <= index.LongestFree || (runs.Longest <= TokenRuns.Most && HasContext(window, start))))
            return MatchState.NeedMore;

        BestRun best = default;
        RunShapes? alnum = At(text, start + runs.Alnum, index.OfAlnum(runs.Alnum));
        RunShapes? urlSafe = At(text, start + runs.UrlSafe, index.OfUrlSafe(runs.UrlSafe));
        RunShapes? dotted = index.OfDotted(runs.Dotted);
        if ((alnum ?? urlSafe ?? dotted) is not null
            && (TryAll(window, alnum, start, runs.HasDigit, candidates, ref best) == MatchState.NeedMore
                || TryAll(window, urlSafe, start, runs.HasDigit, candidates, ref best) == MatchState.NeedMore
                || TryAll(window, dotted, start, runs.HasDigit, candidates, ref best) == MatchState.NeedMore))
            return MatchState.NeedMore;

        // Base64 may begin with + and /, which no trigger stands at.
        for (int head = 0; head <= LongestBase64Head && start - head >= 0; head++)
        {
            if (head > 0 && text[start - head] is not ((byte)'+' or (byte)'/'))
                break;
            if (At(text, start + runs.Base64, index.OfBase64(runs.Base64 + head)) is { } base64 && TryAll(window, base64, start - head, runs.HasDigit, candidates, ref best) == MatchState.NeedMore)
                return MatchState.NeedMore;
        }

        if (best.Shape is { } shape)
            Add(candidates, window, shape.Kind, best.Start, best.End, shape.Score, EvidenceOf(shape, text[best.Start..best.End]));
        return MatchState.NoMatch;
    }

    /// <summary>The shapes, unless none of them goes on with what is behind the run.</summary>
    private static RunShapes? At(ReadOnlySpan<byte> text, int end, RunShapes? shapes) => shapes is null || end >= text.Length || shapes.MayHaveBehind(text[end]) ? shapes : null;

    private static MatchState TryAll(in TextWindow window, RunShapes? shapes, int start, bool hasDigit, List<Candidate> candidates, ref BestRun best)
    {
        if (shapes is null)
            return MatchState.NoMatch;
        foreach (TokenShape shape in shapes.Free)
        {
            if (Run(window, shape, start, hasDigit, candidates, ref best) == MatchState.NeedMore)
                return MatchState.NeedMore;
        }

        foreach (TokenShape shape in shapes.Announced(window, start))
        {
            if (Run(window, shape, start, hasDigit, candidates, ref best) == MatchState.NeedMore)
                return MatchState.NeedMore;
        }

        return MatchState.NoMatch;
    }

    private static MatchState Run(in TextWindow window, TokenShape shape, int start, bool hasDigit, List<Candidate> candidates, ref BestRun best)
    {
        if (shape.NeedsDigit && !hasDigit && shape.IsOneRun)
            return MatchState.NoMatch;

        // Most shapes do not match, and the words are asked for last.
        MatchState state = shape.Match(window, start, out int end, out _);
        if (state == MatchState.NoMatch || !Edge.LeftFree(window.Bytes, start) || !RunEdge.LeftFree(window.Bytes, start) || !shape.IsAnnounced(window, start))
            return MatchState.NoMatch;
        if (state != MatchState.Match)
            return state;
        state = RunEdge.Right(window, end);
        if (state != MatchState.Match || !shape.IsPlausible(window.Bytes[start..end]))
            return state == MatchState.NeedMore ? state : MatchState.NoMatch;
        if (shape.Context is null)
        {
            Add(candidates, window, shape.Kind, start, end, shape.Score, EvidenceOf(shape, window.Bytes[start..end]));
            return MatchState.Match;
        }

        int near = window.ContextDistance(shape.Context, start);
        if ((best.Shape is null || near < best.Near) && near < window.ContextDistance(DigestWords.Words, start) && AnnouncedName.Admits(window.Bytes, start, near))
            best = new BestRun(shape, start, end, near);
        return MatchState.Match;
    }

    private bool HasContext(in TextWindow window, int start)
    {
        foreach (ContextSet context in contexts)
        {
            if (window.HasContext(context, start))
                return true;
        }

        return false;
    }

    /// <summary>Of the shapes that words announce, the one whose words are nearest.</summary>
    private readonly record struct BestRun(TokenShape? Shape, int Start, int End, int Near);
}
