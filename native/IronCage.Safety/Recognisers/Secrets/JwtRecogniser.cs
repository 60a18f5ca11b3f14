using System.Buffers;
using System.Buffers.Text;
using IronCage.Safety.Kinds;
using IronCage.Safety.Resolution;
using IronCage.Safety.Text;
using IronCage.Safety.Triggers;

namespace IronCage.Safety.Recognisers.Secrets;

/// <summary>JSON Web Tokens, signed (RFC 7515: three parts) or encrypted (RFC 7516: five): the header must decode to JSON with <c>alg</c>.</summary>
/// <remarks>A header that decodes proves a token, so a stream holds it until its end, at most <see cref="Longest"/> bytes; then there is none.</remarks>
internal sealed class JwtRecogniser : Recogniser
{
    private const float Score = 0.99f;
    private const int Longest = 16384;
    private const int LongestHeader = 512;
    private const int ShortestPayload = 8;
    private const int ShortestSignature = 20;

    private static readonly SearchValues<byte> UrlSafe = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"u8);

    public override Trigger Triggers => Trigger.Token;

    /// <summary>The beginning of an object of JSON with a member, in Base64.</summary>
    private static ReadOnlySpan<byte> Opening => "eyJ"u8;

    public override bool MayTakeWord(byte first, byte second) => first == Opening[0] && second == Opening[1];

    public override MatchState Examine(in TextWindow window, int place, Trigger trigger, List<Candidate> candidates)
    {
        ReadOnlySpan<byte> text = window.Bytes;
        int start = Edge.SkipEscape(text, place);
        ReadOnlySpan<byte> rest = text[start..];
        int known = Math.Min(rest.Length, Opening.Length);
        if (!rest[..known].SequenceEqual(Opening[..known]) || !Edge.LeftFree(text, start))
            return MatchState.NoMatch;
        MatchState state = Part(window, start, start + LongestHeader, out int end);
        if (state != MatchState.Match)
            return state;
        if (end >= text.Length)
            return window.AtEnd;
        if (text[end] != '.' || !IsHeader(text[start..end]))
            return MatchState.NoMatch;

        int parts = 1;
        Span<int> lengths = stackalloc int[6];
        while (parts < 6 && end < text.Length && text[end] == '.')
        {
            int begin = end + 1;
            state = Part(window, begin, start + Longest, out int after);
            if (state != MatchState.Match)
                return state;
            // The full stop of a sentence.
            if (after == begin && parts >= 3)
                break;
            lengths[parts++] = after - begin;
            end = after;
        }

        if (end >= text.Length && !window.Final)
            return MatchState.NeedMore;
        bool isSigned = parts == 3 && lengths[1] >= ShortestPayload && lengths[2] >= ShortestSignature;
        bool isEncrypted = parts == 5 && lengths[3] >= ShortestPayload && lengths[4] >= ShortestSignature;
        if (!isSigned && !isEncrypted)
            return MatchState.NoMatch;
        state = Edge.Right(window, end, ""u8);
        if (state == MatchState.Match)
            Add(candidates, window, SecretKinds.Jwt, start, end, Score, Evidence.Pattern | Evidence.Checksum);
        return state;
    }

    /// <summary>Reads one part, until a byte that is none of URL-safe Base64.</summary>
    private static MatchState Part(in TextWindow window, int start, int limit, out int end)
    {
        ReadOnlySpan<byte> rest = window.Bytes[start..Math.Max(start, Math.Min(window.Bytes.Length, limit))];
        int length = rest.IndexOfAnyExcept(UrlSafe);
        end = start + (length < 0 ? rest.Length : length);
        if (length >= 0 || (window.Final && end == window.Bytes.Length))
            return MatchState.Match;
        return end >= limit ? MatchState.NoMatch : MatchState.NeedMore;
    }

    private static bool IsHeader(ReadOnlySpan<byte> part)
    {
        Span<byte> json = stackalloc byte[LongestHeader];
        return Base64Url.DecodeFromUtf8(part, json, out _, out int length) == OperationStatus.Done && json[..length].IndexOf("\"alg\""u8) >= 0 && json[length - 1] == '}';
    }
}
