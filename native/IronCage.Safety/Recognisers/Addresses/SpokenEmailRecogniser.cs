using IronCage.Safety.Kinds;
using IronCage.Safety.Resolution;
using IronCage.Safety.Text;
using IronCage.Safety.Triggers;

namespace IronCage.Safety.Recognisers.Addresses;

/// <summary>
/// E-mail addresses as they are spoken: <c>jane.doe at example dot com</c>, <c>jane dot doe at example dot co dot uk</c>. Since a site is spoken of so too ("look at example dot
/// com"), a name of letters alone wants more: a word for mail left of it, a place where a value stands, or a host at which people have their mail.
/// </summary>
internal sealed class SpokenEmailRecogniser : Recogniser
{
    private const float Score = 0.85f;
    private const int LongestName = 40;
    private const int LongestLabel = 63;
    private const int MostNames = 3;
    private const int MostLabels = 5;

    /// <summary>The longest host that a name may stand before: with the names and their context it lies within <see cref="TextWindow.LeftReach"/>.</summary>
    private const int LongestHost = 40;

    public override Trigger Triggers => Trigger.Spelt;

    public override IEnumerable<ContextSet> Contexts => [SpokenEmailWords.Mail];

    public override MatchState Examine(in TextWindow window, int place, Trigger trigger, List<Candidate> candidates)
    {
        ReadOnlySpan<byte> text = window.Bytes;
        int host = HostStart(text, place - 1);
        int name = host < 0 ? -1 : host - " at ".Length;
        int start = name < 0 ? -1 : NameStart(text, name, isOpen: false);
        if (start < 0)
            return MatchState.NoMatch;

        // What was replaced may have been the beginning of the name.
        int before = IsWordBefore(text, start, " dot "u8) ? start - " dot ".Length : start;
        if (before > 0 && ReplacedForm.IsAtEnd(text[..before]))
            return MatchState.NoMatch;
        while (start < name && !ByteClass.IsAlnum(text[start]))
            start++;
        if (start + 1 >= name || !Edge.LeftFree(text, start) || !IsAddress(window, start, name, text[host..(place - 1)]))
            return MatchState.NoMatch;
        return Domain(window, start, place, candidates);
    }

    /// <summary>A name, and the words from it on, may end where the place is not known yet.</summary>
    public override int HoldFrom(in TextWindow window, int from)
    {
        ReadOnlySpan<byte> text = window.Bytes;
        if (from < text.Length && text[from] != ' ' && !IsName(text[from]))
            return from;
        int last = from;
        while (last > 0 && from - last <= LongestName && IsName(text[last - 1]))
            last--;
        int hold = Math.Min(from, From(NameStart(text, from, isOpen: true), from));
        if (last == 0 || text[last - 1] != ' ')
            return hold;
        int next = from;
        while (next < text.Length && next - last <= "dot".Length && IsName(text[next]))
            next++;
        ReadOnlySpan<byte> word = text[last..next];
        bool isDot = IsBeginning(word, "dot"u8);
        if (isDot || IsBeginning(word, "at"u8))
            hold = Math.Min(hold, From(NameStart(text, last - 1, isOpen: false), from));
        if (IsWordBefore(text, last, " at "u8))
            hold = Math.Min(hold, From(NameStart(text, last - " at ".Length, isOpen: false), from));
        int host = isDot ? HostStart(text, last - 1) : -1;
        return host < 0 ? hold : Math.Min(hold, From(NameStart(text, host - " at ".Length, isOpen: false), from));
    }

    private static int From(int start, int otherwise) => start < 0 ? otherwise : start;

    private static bool IsBeginning(ReadOnlySpan<byte> word, ReadOnlySpan<byte> whole) => word.Length <= whole.Length && System.Text.Ascii.EqualsIgnoreCase(word, whole[..word.Length]);

    private static bool IsWordBefore(ReadOnlySpan<byte> text, int end, ReadOnlySpan<byte> word) =>
        end >= word.Length && System.Text.Ascii.EqualsIgnoreCase(text[(end - word.Length)..end], word);

    /// <summary>Where the host begins that ends at <paramref name="end"/>, with the word <c>at</c> before it; -1 if there is none.</summary>
    private static int HostStart(ReadOnlySpan<byte> text, int end)
    {
        int start = end;
        while (start > 0 && end - start <= LongestHost && (ByteClass.IsAlnum(text[start - 1]) || text[start - 1] == '-'))
            start--;
        return start < end && end - start <= LongestHost && text[start] != '-' && IsWordBefore(text, start, " at "u8) ? start : -1;
    }

    /// <summary>Where the name begins that ends at <paramref name="end"/>, whose dots may be spoken too; -1 if there is none.</summary>
    /// <param name="text">The text.</param>
    /// <param name="end">Where the name ends.</param>
    /// <param name="isOpen">Whether more of it may follow: then it may be empty so far.</param>
    private static int NameStart(ReadOnlySpan<byte> text, int end, bool isOpen)
    {
        int start = -1;
        int last = end;
        for (int part = 0; part < MostNames; part++)
        {
            int i = last;
            while (i > 0 && last - i <= LongestName && IsName(text[i - 1]))
                i--;
            bool isEmpty = i == last;
            if (last - i > LongestName || (isEmpty && !(isOpen && part == 0)) || (!isEmpty && !isOpen && text[last - 1] == '.') || (i > 0 && text[i - 1] is (byte)'@' or >= 0x80))
                return start;
            if (!isEmpty)
                start = i;
            if (!IsWordBefore(text, i, " dot "u8))
                return start;
            last = i - " dot ".Length;
        }

        return start;
    }

    private static bool IsAddress(in TextWindow window, int start, int end, ReadOnlySpan<byte> host)
    {
        ReadOnlySpan<byte> name = window.Bytes[start..end];
        if (!name.ContainsAnyInRange((byte)'A', (byte)'z') || SpokenEmailWords.NoHosts.Has(host))
            return false;
        if (name.ContainsAny("._+ "u8) || name.ContainsAnyInRange((byte)'0', (byte)'9'))
            return true;
        if (SpokenEmailWords.NoNames.Has(name))
            return false;
        return SpokenEmailWords.MailHosts.Has(host) || IsValue(window, start) || window.HasContext(SpokenEmailWords.Mail, start);
    }

    /// <summary>Whether values stand there: at the start of a text, behind a colon, an equals sign, a quote or a bracket, or behind a word as in "write to".</summary>
    private static bool IsValue(in TextWindow window, int start)
    {
        ReadOnlySpan<byte> text = window.Bytes;
        if (start == 0)
            return window.Origin == 0;
        int end = start;
        if (text[end - 1] == ' ' && --end == 0)
            return false;
        if (text[end - 1] is (byte)':' or (byte)'=' or (byte)'"' or (byte)'\'' or (byte)'<' or (byte)'>' or (byte)'(')
            return true;
        int word = end;
        while (word > 0 && end - word < SpokenEmailWords.Before.Longest && ByteClass.IsLetter(text[word - 1]))
            word--;
        return end < start && (word == 0 || !ByteClass.IsWord(text[word - 1])) && SpokenEmailWords.Before.Has(text[word..end]);
    }

    /// <summary>Reads the labels behind the host, from the first word <c>dot</c> on; a candidate ends after each that can be the last one.</summary>
    private static MatchState Domain(in TextWindow window, int start, int dot, List<Candidate> candidates)
    {
        ReadOnlySpan<byte> text = window.Bytes;
        var state = MatchState.NoMatch;
        for (int part = 0; part < MostLabels; part++)
        {
            int label = dot + "dot ".Length;
            int i = label;
            while (i < text.Length && i - label <= LongestLabel && (ByteClass.IsAlnum(text[i]) || text[i] == '-'))
                i++;
            if (i >= text.Length && !window.Final)
                return MatchState.NeedMore;
            if (i == label || i - label > LongestLabel || text[label] == '-')
                return state;
            if (TopLevelDomains.Find(text[label..i]) != TopLevelKind.None)
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

            dot = i + 1;
            for (int n = 0; n < " dot ".Length; n++)
            {
                if (i + n >= text.Length)
                    return window.Final ? state : MatchState.NeedMore;
                if (text[i + n] != " dot "u8[n] && text[i + n] != " DOT "u8[n])
                    return state;
            }
        }

        return state;
    }

    private static bool IsName(byte b) => ByteClass.IsAlnum(b) || b is (byte)'.' or (byte)'_' or (byte)'-' or (byte)'+';
}
