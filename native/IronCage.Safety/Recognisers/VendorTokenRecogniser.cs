using System.Buffers;
using IronCage.Safety.Kinds;
using IronCage.Safety.Resolution;
using IronCage.Safety.Text;
using IronCage.Safety.Triggers;

namespace IronCage.Safety.Recognisers;

/// <summary>Credentials with a vendor's fixed beginning: see <see cref="VendorToken"/>.</summary>
internal sealed class VendorTokenRecogniser : Recogniser
{
    private const string Digits = "0123456789";
    private const string Upper = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
    private const string Lower = "abcdefghijklmnopqrstuvwxyz";

    private static readonly SearchValues<byte> Alphanumeric = Values(Digits + Upper + Lower);
    private static readonly SearchValues<byte> UpperAlphanumeric = Values(Digits + Upper);
    private static readonly SearchValues<byte> Word = Values(Digits + Upper + Lower + "_");
    private static readonly SearchValues<byte> UrlSafe = Values(Digits + Upper + Lower + "_-");
    private static readonly SearchValues<byte> Base64 = Values(Digits + Upper + Lower + "+/=");

    private readonly VendorToken[] tokens;

    public VendorTokenRecogniser(VendorToken[] tokens)
    {
        this.tokens = tokens;
    }

    public override Trigger Triggers => Trigger.Token;

    public override MatchState Examine(in TextWindow window, int anchor, Trigger trigger, List<Candidate> candidates)
    {
        int start = Edge.SkipEscape(window.Bytes, anchor);
        var answer = MatchState.NoMatch;
        foreach (VendorToken token in tokens)
        {
            if (start >= window.Bytes.Length || window.Bytes[start] != token.Prefix[0])
                continue;
            MatchState state = Examine(window, start, token, candidates);
            if (state == MatchState.NeedMore)
                return state;
            if (state == MatchState.Match)
                answer = state;
        }

        return answer;
    }

    private static MatchState Examine(in TextWindow window, int start, VendorToken token, List<Candidate> candidates)
    {
        ReadOnlySpan<byte> rest = window.Bytes[start..];
        int known = Math.Min(rest.Length, token.Prefix.Length);
        if (!rest[..known].SequenceEqual(token.Prefix.AsSpan(0, known)) || !Edge.LeftFree(window.Bytes, start))
            return MatchState.NoMatch;
        if (known < token.Prefix.Length)
            return window.Final ? MatchState.NoMatch : MatchState.NeedMore;

        ReadOnlySpan<byte> body = rest[known..];
        body = body[..Math.Min(body.Length, token.Max + 1)];
        int length = body.IndexOfAnyExcept(Alphabet(token.Body));
        if (length < 0)
        {
            if (body.Length > token.Max)
                return MatchState.NoMatch;
            if (!window.Final)
                return MatchState.NeedMore;
            length = body.Length;
        }

        if (length < token.Min || length > token.Max || ByteClass.Distinct(body[..length]) < token.Distinct)
            return MatchState.NoMatch;
        int end = start + known + length;
        MatchState edge = Edge.Right(window, end, ""u8);
        if (edge == MatchState.Match)
            Add(candidates, window, token.Kind, start, end, VendorToken.Score, Evidence.Pattern);
        return edge;
    }

    private static SearchValues<byte> Alphabet(TokenAlphabet alphabet) => alphabet switch
    {
        TokenAlphabet.Alphanumeric => Alphanumeric,
        TokenAlphabet.UpperAlphanumeric => UpperAlphanumeric,
        TokenAlphabet.Word => Word,
        TokenAlphabet.Base64 => Base64,
        _ => UrlSafe,
    };

    private static SearchValues<byte> Values(string alphabet) => SearchValues.Create(System.Text.Encoding.ASCII.GetBytes(alphabet));
}
