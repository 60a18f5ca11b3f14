using IronCage.Safety.Kinds;
using IronCage.Safety.Resolution;
using IronCage.Safety.Text;
using IronCage.Safety.Triggers;

namespace IronCage.Safety.Recognisers.Addresses;

/// <summary>E-mail addresses that are written for people: <c>name [at] host [dot] tld</c>, in round, square or curly brackets, with spaces or without.</summary>
internal sealed class WrittenEmailRecogniser : Recogniser
{
    private const float Score = 0.85f;
    private const int LongestPart = 64;
    private const int MostParts = 6;
    private const int LongestLeftPart = 40;
    private const int MostLeftParts = 4;
    private const int LongestMark = 7;

    public override Trigger Triggers => Trigger.Bracket;

    public override MatchState Examine(in TextWindow window, int place, Trigger trigger, List<Candidate> candidates)
    {
        ReadOnlySpan<byte> text = window.Bytes;
        int at = MarkLength(window, place, "at"u8);
        if (at <= 0)
            return at < 0 ? MatchState.NeedMore : MatchState.NoMatch;
        int start = LocalStart(text, place);
        if (start < 0 || !Edge.LeftFree(text, start))
            return MatchState.NoMatch;

        int end = -1;
        int i = SkipSpace(text, place + at);
        for (int part = 0; part <= MostParts; part++)
        {
            int from = i;
            while (i < text.Length && i - from < LongestPart && (ByteClass.IsAlnum(text[i]) || text[i] is (byte)'-' or (byte)'.'))
                i++;
            if (i >= text.Length && !window.Final)
                return MatchState.NeedMore;
            int label = i;
            while (label > from && !ByteClass.IsLetter(text[label - 1]))
                label--;
            int top = from + text[from..label].LastIndexOf((byte)'.') + 1;
            bool isTop = TopLevelDomains.Find(text[top..label]) != TopLevelKind.None && (part > 0 || top > from);
            if (i == from)
                break;
            if (isTop)
                end = label;
            int mark = i < text.Length && text[i] == ' ' ? i + 1 : i;
            if (mark >= text.Length && !window.Final)
                return MatchState.NeedMore;
            int dot = mark < text.Length ? MarkLength(window, mark, "dot"u8) : 0;
            if (dot < 0)
                return MatchState.NeedMore;
            if (dot == 0 || label != i)
                break;
            i = mark + dot;
            if (i >= text.Length && !window.Final)
                return MatchState.NeedMore;
            i = SkipSpace(text, i);
            if (i >= text.Length && !window.Final)
                return MatchState.NeedMore;
        }

        if (end < 0)
            return MatchState.NoMatch;
        MatchState edge = Edge.Right(window, end, ""u8);
        if (edge == MatchState.Match)
            Add(candidates, window, PersonalKinds.EmailAddress, start, end, Score, Evidence.Pattern | Evidence.Decoded);
        return edge;
    }

    public override int HoldFrom(in TextWindow window, int from)
    {
        ReadOnlySpan<byte> text = window.Bytes;
        int end = from;
        if (from < text.Length && !IsLocal(text[from]) && text[from] is not ((byte)'(' or (byte)'[' or (byte)'{'))
            return from;
        if (from == text.Length)
        {
            // A mark that has not all arrived.
            int i = from;
            while (i > 0 && from - i < LongestMark && text[i - 1] is not ((byte)'(' or (byte)'[' or (byte)'{'))
                i--;
            if (i > 0 && text[i - 1] is (byte)'(' or (byte)'[' or (byte)'{' && MarkLength(window, i - 1, "dot"u8) != 0)
                end = i - 1;
        }

        // Inside a name, the space before it ends another one.
        bool inside = end < text.Length && IsLocal(text[end]);
        int start = inside && end > 0 && text[end - 1] == ' ' ? -1 : LocalStart(text, end);
        return start < 0 ? from : Math.Min(start, from);
    }

    /// <summary>How long the mark at <paramref name="place"/> is (<c>[at]</c>): 0 if there is none, -1 if the text at hand ends in it.</summary>
    private static int MarkLength(in TextWindow window, int place, ReadOnlySpan<byte> word)
    {
        ReadOnlySpan<byte> text = window.Bytes;
        if (text[place] is not ((byte)'(' or (byte)'[' or (byte)'{'))
            return 0;
        byte close = text[place] switch { (byte)'(' => (byte)')', (byte)'[' => (byte)']', _ => (byte)'}' };
        int i = place + 1;
        foreach (byte b in word)
        {
            if (i >= text.Length)
                return window.Final ? 0 : -1;
            if ((text[i++] | 0x20) != b)
                return 0;
        }

        if (i >= text.Length)
            return window.Final ? 0 : -1;
        return text[i] == close ? i + 1 - place : 0;
    }

    private static int SkipSpace(ReadOnlySpan<byte> text, int i) => i < text.Length && text[i] == ' ' ? i + 1 : i;

    /// <summary>Where the name before a mark at <paramref name="end"/> begins, whose dots may be written too; -1 if there is none.</summary>
    private static int LocalStart(ReadOnlySpan<byte> text, int end)
    {
        int i = end;
        int start = -1;
        for (int part = 0; part < MostLeftParts; part++)
        {
            if (i > 0 && text[i - 1] == ' ')
                i--;
            int last = i;
            if (last > 0 && last < end && text[last - 1] == '.')
                return start;
            bool letters = false;
            while (i > 0 && last - i <= LongestLeftPart && IsLocal(text[i - 1]))
                letters |= ByteClass.IsLetter(text[--i]);
            if (last - i > LongestLeftPart || i == last || text[i] == '.' || (!letters && part == 0) || (i > 0 && text[i - 1] is (byte)'@' or >= 0x80))
                return start;
            start = i;
            int dot = i;
            if (dot > 0 && text[dot - 1] == ' ')
                dot--;
            if (dot < 5 || text[dot - 1] is not ((byte)')' or (byte)']' or (byte)'}') || !System.Text.Ascii.EqualsIgnoreCase(text[(dot - 4)..(dot - 1)], "dot"u8)
                || text[dot - 5] is not ((byte)'(' or (byte)'[' or (byte)'{'))
                return start;
            i = dot - 5;
        }

        return start;
    }

    private static bool IsLocal(byte b) => ByteClass.IsAlnum(b) || b is (byte)'.' or (byte)'_' or (byte)'-' or (byte)'+';
}
