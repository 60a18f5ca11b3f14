using IronCage.Safety.Kinds;
using IronCage.Safety.Resolution;
using IronCage.Safety.Text;
using IronCage.Safety.Triggers;

namespace IronCage.Safety.Recognisers.Secrets;

/// <summary>
/// Private keys in PuTTY's format: from <c>PuTTY-User-Key-File-3:</c> to the digest behind <c>Private-MAC:</c>, or as far as the key material goes where that is missing.
/// </summary>
internal sealed class PuttyKeyRecogniser : Recogniser
{
    private const float Score = 1;
    private const int Longest = 16384;
    private const int DigestLength = 64;
    private const int HeadLength = 128;

    public override Trigger Triggers => Trigger.Token;

    private static ReadOnlySpan<byte> Opening => "PuTTY-User-Key-File-"u8;

    public override bool MayTakeWord(byte first, byte second) => first == Opening[0] && second == Opening[1];

    public override MatchState Examine(in TextWindow window, int place, Trigger trigger, List<Candidate> candidates)
    {
        ReadOnlySpan<byte> text = window.Bytes;
        int start = Edge.SkipEscape(text, place);
        ReadOnlySpan<byte> rest = text[start..Math.Min(text.Length, start + Longest)];
        int known = Math.Min(rest.Length, Opening.Length);
        if (!rest[..known].SequenceEqual(Opening[..known]) || !Edge.LeftFree(text, start))
            return MatchState.NoMatch;
        MatchState head = Head(window, rest);
        if (head != MatchState.Match)
            return head;
        bool isOpen = !window.Final && rest.Length < Longest;
        int mac = rest.IndexOf("Private-MAC: "u8);
        if (mac < 0)
            return isOpen ? MatchState.NeedMore : MatchState.NoMatch;
        if (rest[..mac].IndexOf("Private-Lines: "u8) < 0)
            return MatchState.NoMatch;
        int end = mac + "Private-MAC: ".Length;
        int limit = Math.Min(rest.Length, end + DigestLength);
        while (end < limit && ByteClass.IsHex(rest[end]))
            end++;
        if (end == rest.Length && isOpen && end < limit + 1)
            return MatchState.NeedMore;
        MatchState edge = Edge.Right(window, start + end, ""u8);
        if (edge == MatchState.Match)
            Add(candidates, window, SecretKinds.PrivateKey, start, start + end, Score, Evidence.Pattern);
        return edge;
    }

    /// <summary>The first lines prove it, so that what only begins like a key is not held.</summary>
    private static MatchState Head(in TextWindow window, ReadOnlySpan<byte> rest)
    {
        ReadOnlySpan<byte> head = rest[..Math.Min(rest.Length, HeadLength)];
        if (head.Length > Opening.Length && !ByteClass.IsDigit(head[Opening.Length]))
            return MatchState.NoMatch;
        if (head.IndexOf("Encryption: "u8) >= 0)
            return MatchState.Match;
        return head.Length == HeadLength ? MatchState.NoMatch : window.AtEnd;
    }
}
