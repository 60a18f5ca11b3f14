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
    private const int MostVariants = 64;
    private const int LongestMark = 7;

    public override Trigger Triggers => Trigger.Bracket;

    public override MatchState Examine(in TextWindow window, int place, Trigger trigger, List<Candidate> candidates)
    {
        ReadOnlySpan<byte> text = window.Bytes;
        int at = MarkLength(window, place, "at"u8);
        if (at <= 0)
            return at < 0 ? MatchState.NeedMore : MatchState.NoMatch;
        int start = LocalStart(text, place, isOpen: false, isNew: false);

        // What was replaced may have been the beginning of the name.
        if (start > 0 && ReplacedForm.IsAtEnd(text[..start]))
            return MatchState.NoMatch;
        while (start >= 0 && start < place && !ByteClass.IsAlnum(text[start]))
            start++;
        if (start < 0 || !Edge.LeftFree(text, start))
            return MatchState.NoMatch;
        int mark = candidates.Count;
        MatchState state = Domain(window, start, place + at, candidates);
        if (state == MatchState.Match)
            AddSuffixes(window, start, place, mark, candidates);
        return state;
    }

    /// <summary>The addresses from every later word of the name: one of them stands where something else takes the words before it.</summary>
    private static void AddSuffixes(in TextWindow window, int start, int place, int mark, List<Candidate> candidates)
    {
        ReadOnlySpan<byte> text = window.Bytes;
        int ends = candidates.Count;
        for (int i = start + 1; i < place && candidates.Count - mark < MostVariants; i++)
        {
            if (!ByteClass.IsAlnum(text[i]) || ByteClass.IsAlnum(text[i - 1]) || !Edge.LeftFree(text, i) || IsMark(text, i))
                continue;
            for (int end = mark; end < ends; end++)
                candidates.Add(candidates[end] with { Start = window.Origin + i });
        }
    }

    /// <summary>Whether a word is that of a mark.</summary>
    private static bool IsMark(ReadOnlySpan<byte> text, int i) => text[i - 1] is (byte)'(' or (byte)'[' or (byte)'{';

    /// <summary>Reads the labels of the domain; a candidate ends after each that can be the last one.</summary>
    private static MatchState Domain(in TextWindow window, int start, int from, List<Candidate> candidates)
    {
        ReadOnlySpan<byte> text = window.Bytes;
        var state = MatchState.NoMatch;
        int i = SkipSpace(text, from);
        for (int part = 0; part <= MostParts; part++)
        {
            int label = i;
            while (i < text.Length && i - label <= LongestPart && (ByteClass.IsAlnum(text[i]) || text[i] == '-'))
                i++;
            if (i - label > LongestPart)
                return state;
            if (i >= text.Length && !window.Final)
                return MatchState.NeedMore;
            if (i == label || text[label] == '-')
                return state;
            if (part > 0 && TopLevelDomains.Find(text[label..i]) != TopLevelKind.None)
            {
                MatchState edge = Edge.Right(window, i, ""u8);
                if (edge == MatchState.NeedMore)
                    return edge;
                if (edge == MatchState.Match)
                {
                    Add(candidates, window, PersonalKinds.EmailAddress, start, i, Score, Evidence.Pattern | Evidence.Decoded);
                    state = edge;
                }
            }

            int mark = SkipSpace(text, i);
            if (mark >= text.Length)
                return window.Final ? state : MatchState.NeedMore;
            if (text[i] == '.')
            {
                if (++i >= text.Length && !window.Final)
                    return MatchState.NeedMore;
                continue;
            }

            int dot = MarkLength(window, mark, "dot"u8);
            if (dot <= 0)
                return dot < 0 ? MatchState.NeedMore : state;
            i = mark + dot;
            if (i >= text.Length && !window.Final)
                return MatchState.NeedMore;
            i = SkipSpace(text, i);
        }

        return state;
    }

    public override int HoldFrom(in TextWindow window, int from)
    {
        ReadOnlySpan<byte> text = window.Bytes;
        int end = from;
        if (from < text.Length && !IsLocal(text[from]) && text[from] is not ((byte)'(' or (byte)'[' or (byte)'{' or (byte)')' or (byte)']' or (byte)'}'))
            return from;

        // The place may be within the mark of a dot that has not all arrived.
        for (int i = from - 1; i >= 0 && from - i < LongestMark; i--)
        {
            if (text[i] is (byte)'(' or (byte)'[' or (byte)'{')
            {
                int length = MarkLength(window, i, "dot"u8);
                end = length < 0 || i + length > from ? i : end;
                break;
            }
        }

        // Inside a name, the space before it ends another one, and letters may still come.
        bool inside = end < text.Length && IsLocal(text[end]);
        bool after = end > 0 && text[end - 1] == ' ';
        int start = LocalStart(text, end, isOpen: end < from || !after, isNew: inside && after);
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
    /// <param name="text">The text.</param>
    /// <param name="end">Where the name ends, or the space behind it.</param>
    /// <param name="isOpen">Whether more of it may follow: then letters too.</param>
    /// <param name="isNew">Whether it begins there: then only what stands before its first dot is looked for.</param>
    private static int LocalStart(ReadOnlySpan<byte> text, int end, bool isOpen, bool isNew)
    {
        int i = end;
        int start = -1;
        for (int part = 0; part < MostLeftParts; part++)
        {
            if (i > 0 && text[i - 1] == ' ')
                i--;
            int last = i;
            bool letters = false;
            if (!isNew || part > 0)
            {
                if (last > 0 && last < end && text[last - 1] == '.')
                    return start;
                while (i > 0 && last - i <= LongestLeftPart && IsLocal(text[i - 1]))
                    letters |= ByteClass.IsLetter(text[--i]);
                bool isEmpty = i == last;
                if (last - i > LongestLeftPart)
                    return part > 0 ? start : FirstWord(text, i, last);
                if ((isEmpty && part > 0) || (!isEmpty && text[i] == '.'))
                    return start;

                // The end of an address, or of a word of letters that no name has: only what stands behind a plus sign may be a name of its own. As it grows it may be too long to
                // show that, and then its words may be names.
                if (i > 0 && text[i - 1] is (byte)'@' or >= 0x80)
                    return part > 0 ? start : isOpen ? FirstWord(text, i, last) : AfterPlus(text, i, last);
                // Figures alone are no name.
                if (!isEmpty && (letters || part > 0 || isOpen))
                    start = i;
            }

            int dot = i > 0 && text[i - 1] == ' ' ? i - 1 : i;
            if (dot < 5 || text[dot - 1] is not ((byte)')' or (byte)']' or (byte)'}') || !System.Text.Ascii.EqualsIgnoreCase(text[(dot - 4)..(dot - 1)], "dot"u8)
                || text[dot - 5] is not ((byte)'(' or (byte)'[' or (byte)'{'))
                return start;
            i = dot - 5;
        }

        return start;
    }

    /// <summary>Where the first word begins of a name that is too long; -1 if it is all one word.</summary>
    private static int FirstWord(ReadOnlySpan<byte> text, int from, int end)
    {
        for (int i = from + 1; i < end; i++)
        {
            if (ByteClass.IsAlnum(text[i]) && !ByteClass.IsAlnum(text[i - 1]))
                return i;
        }

        return -1;
    }

    private static int AfterPlus(ReadOnlySpan<byte> text, int from, int end)
    {
        int plus = text[from..end].IndexOf((byte)'+');
        return plus < 0 || from + plus + 1 == end ? -1 : from + plus + 1;
    }

    private static bool IsLocal(byte b) => ByteClass.IsAlnum(b) || b is (byte)'.' or (byte)'_' or (byte)'-' or (byte)'+';
}
