using System.Buffers;
using System.Runtime.Intrinsics;
using IronCage.Safety.Kinds;
using IronCage.Safety.Resolution;
using IronCage.Safety.Text;
using IronCage.Safety.Triggers;

namespace IronCage.Safety.Recognisers.Addresses;

/// <summary>
/// IPv6 addresses, full and compressed, with an embedded IPv4 address too. Much else is written with colons: scopes (<c>std::</c>), slices (<c>[1::2]</c>),
/// times, hardware addresses; so a compressed one must show a digit and either three groups, a first group of three digits, or be <c>::1</c>.
/// </summary>
internal sealed class IPv6Recogniser : Recogniser
{
    private const float Score = 0.9f;

    /// <summary>The first colon of an address is its anchor; up to four digits may precede it.</summary>
    private const int LongestGroup = 4;

    private const int LongestV4 = 15;

    /// <summary>Eight groups of two digits.</summary>
    private const int LongestOfPairs = 23;

    /// <summary>An address, in whole vectors.</summary>
    private const int Most = 3 * 16;

    private static readonly ByteSet Signs = ByteSet.Of("0123456789abcdefABCDEF:"u8);
    private static readonly SearchValues<byte> Dotted = SearchValues.Create("0123456789."u8);
    private static readonly SearchValues<byte> Decimals = SearchValues.Create("0123456789:"u8);

    public override Trigger Triggers => Trigger.HexColon;

    public override MatchState Examine(in TextWindow window, int anchor, Trigger trigger, List<Candidate> candidates)
    {
        ReadOnlySpan<byte> text = window.Bytes;
        int start = GroupStart(text, anchor);
        if (start < 0)
            return MatchState.NoMatch;

        int end = Signs.End(text, start, Math.Min(text.Length, start + IpText.LongestV6 + 1));
        if (end == text.Length && !window.Final)
            return MatchState.NeedMore;
        if (end - start < 3)
            return MatchState.NoMatch;
        if (text[end - 1] == ':' && text[end - 2] != ':')
            end--;
        else if (end < text.Length && text[end] == '.' && ExtendOverV4(window, start, ref end) == MatchState.NeedMore)
            return MatchState.NeedMore;

        ReadOnlySpan<byte> value = text[start..end];
        if (!IsAddress(text, start, end, out int groups) || !IsEvident(text, start, value, groups))
            return MatchState.NoMatch;

        MatchState edge = Edge.Right(window, end, "."u8);
        if (edge != MatchState.Match)
            return edge;
        Add(candidates, window, PersonalKinds.IpAddress, start, end, Score, Evidence.Pattern);
        int whole = end;
        if (IpSuffix.Read(window, zones: true, widest: 128, ref whole) == MatchState.NeedMore)
            return MatchState.NeedMore;
        if (whole > end)
            Add(candidates, window, PersonalKinds.IpAddress, start, whole, Score, Evidence.Pattern);
        return MatchState.Match;
    }

    public override int HoldFrom(in TextWindow window, int from)
    {
        ReadOnlySpan<byte> text = window.Bytes;
        if (from < text.Length && text[from] != ':' && !ByteClass.IsHex(text[from]))
            return from;
        int start = GroupStart(text, from);
        return start < 0 ? from : start;
    }

    private static bool IsAddress(ReadOnlySpan<byte> text, int start, int end, out int groups)
    {
        if (start + Most > text.Length || end - start > Most || text[start..end].Contains((byte)'.'))
            return IpText.TryReadV6(text[start..end], stackalloc byte[16], out groups);
        ulong colons = 0;
        for (int i = 0; i < Most; i += Vector128<byte>.Count)
            colons |= (ulong)Vector128.Equals(Vector128.LoadUnsafe(in text[start + i]), Vector128.Create((byte)':')).ExtractMostSignificantBits() << i;
        return IpText.IsV6(colons & ((1UL << (end - start)) - 1), end - start, out groups);
    }

    /// <summary>Where the group that ends at <paramref name="end"/> begins, -1 if it cannot be the first of an address.</summary>
    private static int GroupStart(ReadOnlySpan<byte> text, int end)
    {
        int start = end;
        while (start > 0 && end - start <= LongestGroup && ByteClass.IsHex(text[start - 1]))
            start--;
        if (end - start > LongestGroup)
            return -1;
        if (start == 0)
            return 0;
        // An asterisk before it: the rest of a masked address.
        return text[start - 1] is (byte)':' or (byte)'.' or (byte)'*' || !Edge.LeftFree(text, start) ? -1 : start;
    }

    /// <summary>Takes in the rest of an embedded IPv4 address, whose first octet looks like a last group.</summary>
    private static MatchState ExtendOverV4(in TextWindow window, int start, ref int end)
    {
        ReadOnlySpan<byte> text = window.Bytes;
        int group = start + text[start..end].LastIndexOf((byte)':') + 1;
        ReadOnlySpan<byte> rest = text.Slice(group, Math.Min(LongestV4 + 1, text.Length - group));
        if (group + rest.Length == text.Length && !window.Final && !rest.ContainsAnyExcept(Dotted))
            return MatchState.NeedMore;
        Span<byte> address = stackalloc byte[4];
        int length = IpText.ReadV4(rest, address);
        if (length == 0)
            return MatchState.NoMatch;
        end = group + length;
        return MatchState.Match;
    }

    private static bool IsEvident(ReadOnlySpan<byte> text, int start, ReadOnlySpan<byte> value, int groups)
    {
        int gap = value.IndexOf("::"u8);
        if (gap < 0)
            return value.Length > LongestOfPairs || LongestRun(value) >= 3;
        bool decimals = !value.ContainsAnyExcept(Decimals);
        bool index = start >= 2 && text[start - 1] == '[' && (ByteClass.IsWord(text[start - 2]) || text[start - 2] is (byte)']' or (byte)')');
        if (decimals && index)
            return false;
        return value.SequenceEqual("::1"u8)
            || (value.ContainsAnyInRange((byte)'0', (byte)'9') && (groups >= 3 || value.IndexOf((byte)':') >= 3));
    }

    /// <summary>The longest group: eight groups of two digits are a hardware address.</summary>
    private static int LongestRun(ReadOnlySpan<byte> value)
    {
        int longest = 0;
        int run = 0;
        foreach (byte b in value)
        {
            run = b == ':' ? 0 : run + 1;
            longest = Math.Max(longest, run);
        }

        return longest;
    }
}
