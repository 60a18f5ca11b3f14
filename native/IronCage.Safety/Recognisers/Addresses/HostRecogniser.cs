using IronCage.Safety.Kinds;
using IronCage.Safety.Resolution;
using IronCage.Safety.Text;
using IronCage.Safety.Triggers;

namespace IronCage.Safety.Recognisers.Addresses;

/// <summary>
/// Names of hosts without a scheme, with their port and path. Much else is written with dots: file names, members in code, sentences without a space. So the last
/// label must be a top-level domain, and where that is also a word or the ending of a file name, something else must say that it is a host: <c>www.</c>, a path,
/// a hyphen, a second level such as <c>co.in</c>.
/// </summary>
internal sealed class HostRecogniser : Recogniser
{
    private const int LongestLabel = 63;
    private const int LongestLeft = 128;
    private const int LongestHost = 200;
    private const int LongestPort = 5;
    private const int MaskKeeps = 4;

    /// <summary>First labels that are names in code.</summary>
    private static readonly byte[][] CodeHeads =
    [
        .. ("self this super cls os sys std java javax kotlin scala node window document console process module exports request response config user item event object "
            + "string array list result data row args params props state system math json logger log file path ctx req res obj entry value values key target source parent child")
            .Split(' ').Select(System.Text.Encoding.ASCII.GetBytes),
    ];

    private static readonly byte[][] SecondLevels = [.. "co com net org gov edu ac or ne go gob nom mil".Split(' ').Select(System.Text.Encoding.ASCII.GetBytes)];

    private static readonly ByteSet Label = ByteSet.Of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-"u8);

    public override Trigger Triggers => Trigger.Dot;

    public override MatchState Examine(in TextWindow window, int place, Trigger trigger, List<Candidate> candidates)
    {
        ReadOnlySpan<byte> text = window.Bytes;
        int start = Start(text, place);
        if (start < 0 || !MayFollow(text, start))
            return MatchState.NoMatch;
        MatchState state = ReadHost(window, start, out int end, out int top, out int labels);
        if (state != MatchState.Match)
            return state;
        ReadOnlySpan<byte> name = text[top..end];
        TopLevelKind kind = TopLevelDomains.Find(name);
        if (kind is TopLevelKind.None or TopLevelKind.Reserved || end - start > LongestHost)
            return MatchState.NoMatch;

        int host = end;
        state = ReadRest(window, start, ref end);
        if (state != MatchState.Match)
            return state;
        if (!IsHost(text[start..host], name, labels, kind, end - host))
            return MatchState.NoMatch;
        if (start > 0 && text[start - 1] == '*' && CountAlnum(text[start..end]) <= MaskKeeps)
            return MatchState.NoMatch;
        Add(candidates, window, PersonalKinds.Url, start, end, UrlRecogniser.Score, Evidence.Pattern);
        return MatchState.Match;
    }

    public override int HoldFrom(in TextWindow window, int from)
    {
        ReadOnlySpan<byte> text = window.Bytes;
        int i = from;
        if (i < text.Length)
        {
            bool isCut = i + 1 == text.Length && ByteClass.IsLatinLead(text[i]);
            if (text[i] != '.' && Step(text, i) == 0 && !isCut)
                return from;
        }
        else if (i > 0 && ByteClass.IsLatinLead(text[i - 1]))
        {
            i--;
        }

        // A label that begins with a digit has a dot without a trigger before it.
        if (i > 0 && text[i - 1] == '.' && (i == text.Length || ByteClass.IsDigit(text[i])))
            i--;
        int start = LeftEnd(text, i);
        return start < 0 ? from : start;
    }

    /// <summary>
    /// Where the name begins whose first dot with a trigger is at <paramref name="dot"/>: -1 if an earlier dot is its first. Labels that begin with a digit have a dot
    /// without a trigger before them.
    /// </summary>
    private static int Start(ReadOnlySpan<byte> text, int dot)
    {
        int start = LeftEnd(text, dot);
        if (start < 0 || start == dot)
            return -1;
        if (start > 0 && text[start - 1] == '\\')
        {
            int skipped = Edge.SkipEscape(text, start);
            return skipped > start && skipped < dot ? skipped : -1;
        }

        return text[start] == '-' ? -1 : start;
    }

    private static int LeftEnd(ReadOnlySpan<byte> text, int dot)
    {
        int floor = Math.Max(0, dot - LongestLeft);
        int i = dot;
        while (true)
        {
            int label = i;
            int least = Math.Max(0, Math.Min(label, Math.Max(floor, label - LongestLabel)) - 1);
            i = Label.Start(text, least, i);
            while (i > least && LeftStep(text, i) is > 0 and var step)
                i = Label.Start(text, least, i - step);
            if (i < label && (label - i > LongestLabel || i < floor))
                return -1;

            // A dot before a digit has no trigger.
            if (i == label || i == 0 || text[i - 1] != '.' || !ByteClass.IsDigit(text[i]))
                return i;
            i--;
        }
    }

    private static int LeftStep(ReadOnlySpan<byte> text, int i)
    {
        byte b = text[i - 1];
        if (ByteClass.IsAlnum(b) || b == '-')
            return 1;
        return i >= 2 && ByteClass.IsLatinPair(text[i - 2], b) ? 2 : 0;
    }

    private static int Step(ReadOnlySpan<byte> text, int i)
    {
        if (ByteClass.IsAlnum(text[i]) || text[i] == '-')
            return 1;
        return i + 1 < text.Length && ByteClass.IsLatinPair(text[i], text[i + 1]) ? 2 : 0;
    }

    /// <summary>Whether a name may begin here: not within a path, an address, a longer name, a variable.</summary>
    private static bool MayFollow(ReadOnlySpan<byte> text, int start)
    {
        if (start == 0)
            return true;
        byte before = text[start - 1];
        if (before is (byte)'.' or (byte)'@' or (byte)'/' or (byte)'%' or (byte)'$' or (byte)'#' or (byte)'_' || !Edge.LeftFree(text, start))
            return false;

        // The sign of an escaped at sign, whose name was redacted.
        return before is not ((byte)'=' or (byte)';') || !ReplacedForm.IsAtEnd(text[..(start - 1)]);
    }

    private static MatchState ReadHost(in TextWindow window, int start, out int end, out int top, out int labels)
    {
        ReadOnlySpan<byte> text = window.Bytes;
        int i = end = top = start;
        labels = 0;
        while (true)
        {
            int label = i;
            while (i < text.Length && i - label <= LongestLabel && Step(text, i) is > 0 and var step)
                i += step;
            if (i - label > LongestLabel || i - start > LongestHost)
                return MatchState.NoMatch;
            if (i >= text.Length || (i + 1 >= text.Length && (text[i] == '.' || ByteClass.IsLatinLead(text[i]))))
            {
                if (!window.Final)
                    return MatchState.NeedMore;
            }

            if (i == label || text[label] == '-' || text[i - 1] == '-')
                return MatchState.NoMatch;
            labels++;
            (top, end) = (label, i);
            if (i + 1 >= text.Length || text[i] != '.' || Step(text, i + 1) == 0)
                return labels > 1 ? MatchState.Match : MatchState.NoMatch;
            i++;
        }
    }

    /// <summary>Reads a port and a path.</summary>
    private static MatchState ReadRest(in TextWindow window, int start, ref int end)
    {
        ReadOnlySpan<byte> text = window.Bytes;
        int host = end;
        if (end < text.Length && text[end] == ':')
        {
            int i = end + 1;
            while (i < text.Length && i - end <= LongestPort && ByteClass.IsDigit(text[i]))
                i++;
            if (i >= text.Length && !window.Final)
                return MatchState.NeedMore;
            if (i > end + 1)
                end = i;
        }

        if (end < text.Length && text[end] is (byte)'/' or (byte)'?' or (byte)'#')
        {
            MatchState state = UrlText.ReadEnd(window, start, end, out int rest);
            if (state == MatchState.Match)
                end = rest;
            return state;
        }

        // A call, an index, an assignment; an address or a user.
        if (end < text.Length && text[end] is (byte)'(' or (byte)'[' or (byte)'=' or (byte)'@')
            return MatchState.NoMatch;
        return Edge.Right(window, end, end > host ? ".:-"u8 : "."u8);
    }

    private static bool IsHost(ReadOnlySpan<byte> host, ReadOnlySpan<byte> top, int labels, TopLevelKind kind, int path)
    {
        int dot = host.IndexOf((byte)'.');
        ReadOnlySpan<byte> head = host[..dot];
        bool www = head.Length == 3 && System.Text.Ascii.EqualsIgnoreCase(head, "www"u8) && labels > 2;
        if (!IsCased(host, top, www || path > 1))
            return false;
        if (www)
            return true;
        if (IsOneOf(head, CodeHeads) && path < 2)
            return false;
        if (top.Length == 2 && labels > 2 && IsOneOf(Before(host, top), SecondLevels))
            return true;
        return kind switch
        {
            TopLevelKind.Plain => head.Length > 1 || top.Length == 3 || path > 1,
            TopLevelKind.Word => path > 1 || (labels == 2 && head.Contains((byte)'-')) || (labels > 2 && host[..^top.Length].Contains((byte)'-')),
            _ => path > 1 && labels > 2,
        };
    }

    /// <summary>A name in capitals or with a capital behind the dot is more often a sentence, a file or a class.</summary>
    private static bool IsCased(ReadOnlySpan<byte> host, ReadOnlySpan<byte> top, bool evident)
    {
        if (!top.ContainsAnyInRange((byte)'A', (byte)'Z'))
            return true;
        bool capitals = !host.ContainsAnyInRange((byte)'a', (byte)'z');
        if (!capitals)
            return evident && System.Text.Ascii.EqualsIgnoreCase(top, "com"u8);
        return evident || (top.Length == 3 && !System.Text.Ascii.EqualsIgnoreCase(top, "net"u8));
    }

    private static ReadOnlySpan<byte> Before(ReadOnlySpan<byte> host, ReadOnlySpan<byte> top)
    {
        ReadOnlySpan<byte> rest = host[..(host.Length - top.Length - 1)];
        return rest[(rest.LastIndexOf((byte)'.') + 1)..];
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

    private static int CountAlnum(ReadOnlySpan<byte> value)
    {
        int count = 0;
        foreach (byte b in value)
            count += ByteClass.IsAlnum(b) ? 1 : 0;
        return count;
    }
}
