using System.Buffers;
using IronCage.Safety.Text;

namespace IronCage.Safety.Recognisers.Secrets;

/// <summary>
/// The rest of a private key in armour: to its line of END, or to the last of its Base64 before something that no key holds, before other dashes, or before more than
/// <see cref="WidestGap"/> bytes that are no Base64.
/// </summary>
internal sealed class ArmourTail(string alphabet) : FindingTail
{
    private const int WidestGap = 128;

    private static readonly SearchValues<byte> Key = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/="u8);

    /// <summary>Bytes of a key, its line breaks and what quotes or indents them.</summary>
    public SearchValues<byte> Alphabet { get; } = SearchValues.Create(System.Text.Encoding.ASCII.GetBytes(alphabet));

    public override MatchState Read(in TextWindow window, int limit, ref int end)
    {
        ReadOnlySpan<byte> text = window.Bytes[..Math.Min(window.Bytes.Length, limit)];
        while (true)
        {
            int length = text[end..].IndexOfAnyExcept(Key);
            end = length < 0 ? text.Length : end + length;
            if (end == limit)
                return MatchState.Match;
            int gap = end;
            while (gap < text.Length && !Key.Contains(text[gap]))
            {
                if (text[gap..].StartsWith(PrivateKeyRecogniser.Dashes))
                    return Close(window, gap + PrivateKeyRecogniser.Dashes.Length, ref end);
                if (PrivateKeyRecogniser.Dashes.StartsWith(text[gap..]) && !window.Final && text.Length < limit)
                    return MatchState.NeedMore;
                if (gap - end >= WidestGap || !Alphabet.Contains(text[gap]))
                    return MatchState.Match;
                gap++;
            }

            if (gap == text.Length)
                return window.Final || gap == limit ? MatchState.Match : MatchState.NeedMore;
            end = gap;
        }
    }

    private static MatchState Close(in TextWindow window, int marker, ref int end)
    {
        MatchState state = PrivateKeyRecogniser.Marker(window, marker, "END "u8, out int after, out _);
        if (state == MatchState.NeedMore)
            return state;
        if (state == MatchState.Match)
            end = after;
        return MatchState.Match;
    }
}
