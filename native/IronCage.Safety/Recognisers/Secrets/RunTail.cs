using IronCage.Safety.Text;

namespace IronCage.Safety.Recognisers.Secrets;

/// <summary>The rest of a token: bytes of one set. Full stops count up to two in a row, and only before others of the set: a sentence may end with the token.</summary>
internal sealed class RunTail(AsciiSet set) : FindingTail
{
    private const int MostStops = 2;

    public override MatchState Read(in TextWindow window, int limit, ref int end)
    {
        ReadOnlySpan<byte> text = window.Bytes[..Math.Min(window.Bytes.Length, limit)];
        while (true)
        {
            while (end < text.Length && text[end] != '.' && set.Has(text[end]))
                end++;
            int next = end;
            while (next < text.Length && next - end <= MostStops && text[next] == '.')
                next++;
            if (next == text.Length)
                return window.Final || next == limit ? MatchState.Match : MatchState.NeedMore;
            if (next == end || next - end > MostStops || !set.Has(text[next]) || !set.Has((byte)'.'))
                return MatchState.Match;
            end = next;
        }
    }
}
