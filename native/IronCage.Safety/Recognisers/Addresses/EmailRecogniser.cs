using IronCage.Safety.Kinds;
using IronCage.Safety.Resolution;
using IronCage.Safety.Text;
using IronCage.Safety.Triggers;

namespace IronCage.Safety.Recognisers.Addresses;

/// <summary>
/// E-mail addresses as people use them: a dot-atom of letters, digits and <c>. _ % + - &amp; ~</c>, at most 64 bytes; a domain of at least two labels, the last
/// one a top-level domain in ASCII. Latin letters with marks count as letters on both sides, letters of other scripts in the domain before its last label; else
/// they are boundaries.
/// </summary>
internal sealed class EmailRecogniser : Recogniser
{
    private const float Score = 0.95f;
    private const int LongestLocal = 64;
    private const int LongestDomain = 253;
    private const int LongestLabel = 63;
    private const int MostVariants = 64;

    /// <summary>First labels of a domain that are names in code: <c>x @ self.name</c> without its spaces.</summary>
    private static readonly byte[][] CodeHeads = [.. new[] { "self", "this", "cls" }.Select(System.Text.Encoding.ASCII.GetBytes)];

    /// <summary>Longer top-level domains that are believed also before an opening parenthesis; <c>x@w.transpose()</c> is code.</summary>
    private static readonly byte[][] CommonDomains =
    [
        .. new[] { "com", "org", "net", "edu", "gov", "mil", "int", "info", "biz", "app", "dev", "cloud", "online", "xyz" }
            .Select(System.Text.Encoding.ASCII.GetBytes),
    ];

    private static readonly ByteSet Alnum = ByteSet.Of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"u8);

    /// <summary>Bytes of a label.</summary>
    private static readonly ByteSet Label = ByteSet.Of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-"u8);

    /// <summary>Bytes of a local part, but full stops, of which there are never two in a row.</summary>
    private static readonly ByteSet Local = ByteSet.Of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-+%&~"u8);

    public override Trigger Triggers => Trigger.At;

    public override MatchState Examine(in TextWindow window, int anchor, Trigger trigger, List<Candidate> candidates)
    {
        ReadOnlySpan<byte> text = window.Bytes;
        int start = LocalStart(text, anchor);
        if (start + 5 <= anchor && Edge.IsCodeEscape(text, start + 5))
            start = Trim(text, start + 5, anchor);
        else if (Edge.IsEscape(text, start + 1))
            start = Trim(text, start + 1, anchor);
        if (start == anchor || text[anchor - 1] == '.')
            return MatchState.NoMatch;

        int mark = candidates.Count;
        MatchState state = Domain(window, start, anchor, candidates, out int end, out int topLevel);
        if (state == MatchState.Match && IsAddress(text, start, anchor, topLevel, end))
        {
            int ends = candidates.Count;
            AddSuffixes(window, start, anchor, mark, candidates);
            if (ReplacedForm.IsAtEnd(text[..start]))
                Hide(candidates, mark, ends);
            return state;
        }

        candidates.RemoveRange(mark, candidates.Count - mark);
        return state == MatchState.NeedMore ? state : MatchState.NoMatch;
    }

    public override int HoldFrom(in TextWindow window, int from)
    {
        ReadOnlySpan<byte> text = window.Bytes;
        int end = from;
        if (from < text.Length)
        {
            if (text[from] != '@' && !IsLocal(text[from]) && !ByteClass.IsLatinLead(text[from]))
                return from;
        }
        else if (from > 0 && ByteClass.IsLatinLead(text[from - 1]))
        {
            end--;
        }

        return LocalStart(text, end);
    }

    /// <summary>
    /// Where the local part that would end at <paramref name="end"/> begins; <paramref name="end"/> if there is none. Where more than 64 bytes could belong to
    /// it, it begins with the first word that starts within them. Never moves left when the text after <paramref name="end"/> goes on with the local part.
    /// </summary>
    private static int LocalStart(ReadOnlySpan<byte> text, int end)
    {
        int floor = Math.Max(0, end - LongestLocal);
        int i = Local.Start(text, floor, end);
        while (i > 0)
        {
            int step = LocalStep(text, i, end);
            if (step == 0)
                return Trim(text, i, end);
            if (i - step < floor)
                break;
            i = Local.Start(text, floor, i - step);
        }

        if (i > 0)
        {
            // The walk was cut: unless it stopped at a separator, the word it stopped in is too long.
            bool inWord = IsLetterOrDigit(text[i - 1]);
            while (inWord && i < end && IsLetterOrDigit(text[i]) && !IsScriptChange(text, i))
                i++;
        }

        return Trim(text, i, end);
    }

    /// <summary>How many bytes before <paramref name="i"/> are one more character of a local part: 0, 1 or 2.</summary>
    private static int LocalStep(ReadOnlySpan<byte> text, int i, int end)
    {
        byte b = text[i - 1];
        if (b == '.')
            return i < end && text[i] == '.' ? 0 : 1;
        if (IsLocal(b))
            return 1;
        return i >= 2 && ByteClass.IsLatinPair(text[i - 2], b) ? 2 : 0;
    }

    private static int Trim(ReadOnlySpan<byte> text, int start, int end)
    {
        while (start < end && !IsLetterOrDigit(text[start]))
            start++;
        return start;
    }

    /// <summary>Inside a local part, where every byte beyond ASCII belongs to a letter.</summary>
    private static bool IsLetterOrDigit(byte b) => ByteClass.IsAlnum(b) || b >= 0x80;

    /// <summary>Whether a letter with a mark follows an ASCII byte. A key of ASCII characters may end here, so an address may begin.</summary>
    private static bool IsScriptChange(ReadOnlySpan<byte> text, int i) => ByteClass.IsLatinLead(text[i]) && text[i - 1] < 0x80;

    private static bool IsLocal(byte b) =>
        ByteClass.IsAlnum(b) || b is (byte)'.' or (byte)'_' or (byte)'-' or (byte)'+' or (byte)'%' or (byte)'&' or (byte)'~';

    /// <summary>
    /// The addresses from every later word of the local part, to every end that was found: one of them stands where secrets take the words before it and the
    /// labels after it. Where there are very many, only those with the last end.
    /// </summary>
    private static void AddSuffixes(in TextWindow window, int start, int at, int mark, List<Candidate> candidates)
    {
        ReadOnlySpan<byte> text = window.Bytes;
        int ends = candidates.Count;
        int first = mark;
        for (int i = Math.Max(start + 1, Alnum.End(text, start, at)); i < at; i++)
        {
            bool word = IsLetterOrDigit(text[i]) && !IsLetterOrDigit(text[i - 1]);
            if (!word && !IsScriptChange(text, i))
                continue;
            if (candidates.Count - mark > MostVariants)
                first = ends - 1;
            for (int end = first; end < ends; end++)
                candidates.Add(candidates[end] with { Start = window.Origin + i });
        }
    }

    /// <summary>Makes shadows of the addresses right behind something that was replaced: with what was there, their first word may have been too long for one.</summary>
    private static void Hide(List<Candidate> candidates, int from, int to)
    {
        for (int i = from; i < to; i++)
            candidates[i] = candidates[i] with { Evidence = Evidence.None };
    }

    /// <summary>
    /// Walks the labels; the address ends after the last one that can be a top-level domain. Each earlier one is a candidate too: it stands where a secret
    /// takes the labels after it.
    /// </summary>
    private static MatchState Domain(in TextWindow window, int start, int at, List<Candidate> candidates, out int end, out int topLevel)
    {
        ReadOnlySpan<byte> text = window.Bytes;
        end = topLevel = -1;
        int from = at + 1;
        int label = from;
        int limit = Math.Min(text.Length, from + LongestDomain + 1);
        for (bool first = true; ; first = false)
        {
            int i = Label.End(text, label, limit);
            int step;
            while ((step = LabelStep(text, i)) > 0 && i - from <= LongestDomain)
                i = Label.End(text, i + step, limit);
            bool tooLong = i - from > LongestDomain;
            if (!tooLong && !window.Final && (i >= text.Length || step < 0))
                return MatchState.NeedMore;

            if (i == label || text[label] == '-')
                break;
            if (!first && TopLevelEnd(text, label, i) is var top and > 0 && top - label <= LongestLabel && !(tooLong && top == i))
            {
                // What was redacted right behind it may have been more letters.
                MatchState edge = top < text.Length && text[top] == '[' ? Edge.Right(window, top, ""u8) : MatchState.Match;
                if (edge == MatchState.NeedMore)
                    return edge;
                end = top;
                topLevel = label;
                Add(candidates, window, PersonalKinds.EmailAddress, start, end, Score, edge == MatchState.Match ? Evidence.Pattern : Evidence.None);
            }

            if (tooLong || text[i - 1] == '-' || i - label > LongestLabel || i >= text.Length || text[i] != '.')
                break;
            label = i + 1;
            if (label >= text.Length && !window.Final)
                return MatchState.NeedMore;
        }

        return end < 0 ? MatchState.NoMatch : MatchState.Match;
    }

    /// <summary>How many bytes from <paramref name="i"/> on are one more character of a label: 0 to 4; -1 where the text at hand ends inside one.</summary>
    private static int LabelStep(ReadOnlySpan<byte> text, int i)
    {
        if (i >= text.Length)
            return 0;
        byte b = text[i];
        if (b < 0x80)
            return ByteClass.IsAlnum(b) || b == '-' ? 1 : 0;
        int length = b switch { >= 0xC3 and <= 0xDF => 2, >= 0xE0 and <= 0xED and not 0xE2 => 3, _ => 0 };
        for (int more = 1; more < length; more++)
        {
            if (i + more >= text.Length)
                return -1;
            if (text[i + more] is < 0x80 or > 0xBF)
                return 0;
        }

        // Not the signs of Latin-1, nor the punctuation of Chinese and Japanese.
        return (length == 2 && ByteClass.IsLatinLead(b) && !ByteClass.IsLatinPair(b, text[i + 1])) || (b == 0xE3 && text[i + 1] == 0x80) ? 0 : length;
    }

    /// <summary>
    /// Where the address ends if this label is its top-level domain, else 0. A hyphen after the letters is taken for punctuation, a letter with a mark for the
    /// next word.
    /// </summary>
    private static int TopLevelEnd(ReadOnlySpan<byte> text, int label, int end)
    {
        int i = label;
        while (i < end && ByteClass.IsLetter(text[i]))
            i++;
        ReadOnlySpan<byte> whole = text[label..end];
        if (whole.Length > 5 && System.Text.Ascii.EqualsIgnoreCase(whole[..4], "xn--"u8) && whole.TrimEnd((byte)'-').Length > 5)
            return label + whole.TrimEnd((byte)'-').Length;
        bool ends = i == end || text[i] == '-' || text[i] >= 0x80;
        return ends && TopLevelDomains.Find(text[label..i]) != TopLevelKind.None ? i : 0;
    }

    private static bool IsAddress(ReadOnlySpan<byte> text, int start, int at, int topLevel, int end)
    {
        ReadOnlySpan<byte> top = text[topLevel..end];
        if (IsOneOf(text[(at + 1)..(at + 1 + text[(at + 1)..end].IndexOf((byte)'.'))], CodeHeads))
            return false;
        byte next = end < text.Length ? text[end] : (byte)0;
        if (next == '(' && top.Length > 2 && !IsOneOf(top, CommonDomains))
            return false;

        // git@github.com:owner/name.git names a repository, not a person.
        return !((next is (byte)':' or (byte)'/') && text[start..at].SequenceEqual("git"u8));
    }

    private static bool IsOneOf(ReadOnlySpan<byte> label, byte[][] list)
    {
        foreach (byte[] entry in list)
        {
            if (System.Text.Ascii.EqualsIgnoreCase(label, entry))
                return true;
        }

        return false;
    }
}
