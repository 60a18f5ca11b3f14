using System.Buffers;
using System.Buffers.Text;
using IronCage.Safety.Kinds;
using IronCage.Safety.Resolution;
using IronCage.Safety.Text;
using IronCage.Safety.Triggers;

namespace IronCage.Safety.Recognisers.Secrets;

/// <summary>JSON Web Tokens, signed (RFC 7515: three parts) or encrypted (RFC 7516: five): the header must decode to JSON with <c>alg</c>.</summary>
/// <remarks>
/// A token that goes on for <see cref="Proof"/> bytes is proven by a header that decodes, or that begins like one where it is longer: it is handed out, and goes on to the
/// end of its run, whatever parts are missing.
/// </remarks>
internal sealed class JwtRecogniser : Recogniser
{
    private const float Score = 0.99f;
    private const int Proof = 256;
    private const int ShortestPayload = 8;
    private const int ShortestSignature = 20;

    private static readonly RunTail Tail = new(ShapeNotation.UrlSafe | AsciiSet.Of("."));

    private static readonly SearchValues<byte> UrlSafe = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"u8);

    /// <summary>What a header that is longer than the proof may begin with: RFC 7515, 4.1, and RFC 7516, 4.1.</summary>
    private static readonly byte[][] Members = [.. new[] { "\"alg\":", "\"enc\":", "\"kid\":", "\"typ\":\"JWT", "\"x5c\":", "\"x5t\":", "\"x5t#S256\":", "\"jwk\":", "\"jku\":", "\"epk\":" }.Select(System.Text.Encoding.ASCII.GetBytes)];

    public override Trigger Triggers => Trigger.Token;

    /// <summary>The beginning of an object of JSON with a member, in Base64.</summary>
    private static ReadOnlySpan<byte> Opening => "eyJ"u8;

    public override bool MayTakeWord(byte first, byte second, bool isShort) => first == Opening[0] && second == Opening[1];

    public override MatchState Examine(in TextWindow window, int place, Trigger trigger, List<Candidate> candidates)
    {
        ReadOnlySpan<byte> text = window.Bytes;
        int start = Edge.SkipEscape(text, place);
        ReadOnlySpan<byte> rest = text[start..];
        int known = Math.Min(rest.Length, Opening.Length);
        if (!rest[..known].SequenceEqual(Opening[..known]) || !Edge.LeftFree(text, start))
            return MatchState.NoMatch;
        MatchState state = Part(window, start, start + Proof, out int end);
        if (state == MatchState.NeedMore)
            return state;
        if (state == MatchState.NoMatch)
            return BeginsHeader(text[start..end]) ? Open(candidates, window, start) : state;
        if (end >= text.Length)
            return window.AtEnd;
        if (text[end] != '.' || !IsHeader(text[start..end]))
            return MatchState.NoMatch;

        int parts = 1;
        Span<int> lengths = stackalloc int[6];
        while (parts < 6 && end < text.Length && text[end] == '.')
        {
            int begin = end + 1;
            state = Part(window, begin, start + Proof, out int after);
            if (state != MatchState.Match)
                return state == MatchState.NoMatch ? Open(candidates, window, start) : state;
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

    private static MatchState Open(List<Candidate> candidates, in TextWindow window, int start)
    {
        int end = start + Proof;
        while (window.Bytes[end - 1] == '.')
            end--;
        Add(candidates, window, SecretKinds.Jwt, start, end, Score, Evidence.Pattern | Evidence.Checksum, Tail);
        return MatchState.Match;
    }

    /// <summary>Reads one part, until a byte that is none of URL-safe Base64; no match where it goes on to <paramref name="limit"/>.</summary>
    private static MatchState Part(in TextWindow window, int start, int limit, out int end)
    {
        ReadOnlySpan<byte> rest = window.Bytes[start..Math.Max(start, Math.Min(window.Bytes.Length, limit))];
        int length = rest.IndexOfAnyExcept(UrlSafe);
        end = start + (length < 0 ? rest.Length : length);
        if (length >= 0 || (window.Final && end == window.Bytes.Length && end < limit))
            return MatchState.Match;
        return end >= limit ? MatchState.NoMatch : MatchState.NeedMore;
    }

    private static bool IsHeader(ReadOnlySpan<byte> part)
    {
        Span<byte> json = stackalloc byte[Proof];
        return Base64Url.DecodeFromUtf8(part, json, out _, out int length) == OperationStatus.Done && json[..length].IndexOf("\"alg\""u8) >= 0 && json[length - 1] == '}';
    }

    /// <summary>Whether a header, of which there is more, has a member that those of tokens begin with.</summary>
    private static bool BeginsHeader(ReadOnlySpan<byte> part)
    {
        Span<byte> json = stackalloc byte[Proof];
        if (Base64Url.DecodeFromUtf8(part, json, out _, out int length, isFinalBlock: false) == OperationStatus.InvalidData)
            return false;
        foreach (byte[] member in Members)
        {
            if (json[..length].IndexOf(member) >= 0)
                return true;
        }

        return false;
    }
}
