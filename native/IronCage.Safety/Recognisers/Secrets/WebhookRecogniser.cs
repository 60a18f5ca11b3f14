using IronCage.Safety.Resolution;
using IronCage.Safety.Text;
using IronCage.Safety.Triggers;

namespace IronCage.Safety.Recognisers.Secrets;

/// <summary>Addresses that are secrets, since whoever has one can post to it.</summary>
internal sealed class WebhookRecogniser : Recogniser
{
    private const int SchemeLength = 5;

    /// <summary>By the first byte behind <c>https://</c>.</summary>
    private readonly TokenShape[][] byHost = new TokenShape[128][];

    public WebhookRecogniser(TokenShape[] shapes)
    {
        for (int first = 0; first < byHost.Length; first++)
            byHost[first] = Array.FindAll(shapes, shape => shape.MayHave(SchemeLength + "://".Length, (byte)first));
    }

    public override Trigger Triggers => Trigger.Scheme;

    public override MatchState Examine(in TextWindow window, int place, Trigger trigger, List<Candidate> candidates)
    {
        int start = place - SchemeLength;
        if (start < 0 || !window.Bytes.Slice(start, SchemeLength).SequenceEqual("https"u8) || !Edge.LeftFree(window.Bytes, start))
            return MatchState.NoMatch;
        int host = place + "://".Length;
        if (host >= window.Bytes.Length)
            return window.AtEnd;
        foreach (TokenShape shape in window.Bytes[host] < byHost.Length ? byHost[window.Bytes[host]] : [])
        {
            MatchState state = shape.Match(window, start, out int end, out _);
            if (state == MatchState.Match)
                state = Edge.Right(window, end, ""u8);
            if (state == MatchState.NeedMore)
                return state;
            if (state == MatchState.Match && shape.IsPlausible(window.Bytes[start..end]))
                Add(candidates, window, shape.Kind, start, end, shape.Score, Evidence.Pattern);
        }

        return MatchState.NoMatch;
    }

    public override int HoldFrom(in TextWindow window, int from)
    {
        if (from < window.Bytes.Length && window.Bytes[from] != ':')
            return from;
        int start = from;
        while (start > 0 && from - start < SchemeLength && ByteClass.IsLetter(window.Bytes[start - 1]))
            start--;
        return from - start == SchemeLength && window.Bytes[start..from].SequenceEqual("https"u8) ? start : from;
    }
}
