using IronCage.Safety.Text;
using IronCage.Safety.Text.Encoded;

namespace IronCage.Safety.Recognisers;

/// <summary>The rest of an encoded run that hides the beginning of a long secret: all of it, padding included.</summary>
internal sealed class EncodedTail(RunEncoding encoding) : FindingTail
{
    public static readonly EncodedTail Base64 = new(RunEncoding.Base64);
    public static readonly EncodedTail Hex = new(RunEncoding.Hex);

    private const int MostPadding = 2;

    public override MatchState Read(in TextWindow window, int limit, ref int end)
    {
        ReadOnlySpan<byte> text = window.Bytes[..Math.Min(window.Bytes.Length, limit)];
        int length = text[end..].IndexOfAnyExcept(encoding.Alphabet);
        end = length < 0 ? text.Length : end + length;
        int after = end;
        while (after < text.Length && after - end < MostPadding && text[after] == '=')
            after++;
        if (after == text.Length && after - end < MostPadding && after < limit && !window.Final)
            return MatchState.NeedMore;
        end = after;
        return MatchState.Match;
    }
}
