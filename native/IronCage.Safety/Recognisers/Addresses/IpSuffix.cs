using IronCage.Safety.Text;

namespace IronCage.Safety.Recognisers.Addresses;

/// <summary>What may follow an IP address and belongs to it: a zone (<c>%eth0</c>) and the length of a prefix (<c>/24</c>).</summary>
internal static class IpSuffix
{
    private const int LongestZone = 15;

    /// <summary>Reads on from the address's end, over as much as is well-formed and ends there.</summary>
    /// <returns><see cref="MatchState.Match"/>, also where nothing follows that belongs to it, and <paramref name="end"/> stays.</returns>
    public static MatchState Read(in TextWindow window, bool zones, int widest, ref int end)
    {
        if (zones && Step(window, end, Zone(window, end), ref end) == MatchState.NeedMore)
            return MatchState.NeedMore;
        return Step(window, end, Prefix(window, end, widest), ref end);
    }

    /// <summary>Moves the end where a suffix of that length may end.</summary>
    /// <param name="window">The text.</param>
    /// <param name="from">Where the suffix begins.</param>
    /// <param name="length">0 for none, -1 where the text at hand ends before it is known.</param>
    /// <param name="end">Receives where it ends.</param>
    private static MatchState Step(in TextWindow window, int from, int length, ref int end)
    {
        if (length < 0)
            return MatchState.NeedMore;
        if (length == 0)
            return MatchState.Match;
        MatchState edge = Edge.Right(window, from + length, ".-/"u8);
        if (edge == MatchState.Match)
            end = from + length;
        return edge == MatchState.NeedMore ? edge : MatchState.Match;
    }

    private static int Zone(in TextWindow window, int from)
    {
        ReadOnlySpan<byte> text = window.Bytes;
        if (from >= text.Length || text[from] != '%')
            return 0;
        int i = from + 1;
        while (i < text.Length && i - from <= LongestZone && ByteClass.IsWord(text[i]))
            i++;
        if (i >= text.Length && !window.Final)
            return -1;
        return i == from + 1 || i - from > LongestZone ? 0 : i - from;
    }

    private static int Prefix(in TextWindow window, int from, int widest)
    {
        ReadOnlySpan<byte> text = window.Bytes;
        if (from >= text.Length || text[from] != '/')
            return 0;
        int i = from + 1;
        int value = 0;
        while (i < text.Length && i - from <= 3 && ByteClass.IsDigit(text[i]))
            value = (value * 10) + text[i++] - '0';
        if (i >= text.Length && !window.Final)
            return -1;
        return i == from + 1 || value > widest || (text[from + 1] == '0' && i > from + 2) ? 0 : i - from;
    }
}
