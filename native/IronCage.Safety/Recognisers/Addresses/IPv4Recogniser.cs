using System.Buffers;
using IronCage.Safety.Kinds;
using IronCage.Safety.Recognisers.Places;
using IronCage.Safety.Resolution;
using IronCage.Safety.Text;
using IronCage.Safety.Triggers;

namespace IronCage.Safety.Recognisers.Addresses;

/// <summary>IPv4 addresses in strict dotted form. Not in longer dotted numbers, host names, versions and product tokens such as <c>Chrome/120.0.0.0</c>.</summary>
internal sealed class IPv4Recogniser : Recogniser
{
    private const float Score = 0.9f;
    private const int Longest = 15;
    private const int LongestName = 32;

    private static readonly SearchValues<byte> Dotted = SearchValues.Create("0123456789."u8);

    public override Trigger Triggers => Trigger.Number;

    public override bool MayTake(NumberStart number) =>
        number.Left is not (NumberLeft.Letter or NumberLeft.Underscore or NumberLeft.Dot) && number.Digits <= 3 && number.Next == NumberNext.Dot;

    public override MatchState Examine(in TextWindow window, int anchor, Trigger trigger, List<Candidate> candidates)
    {
        ReadOnlySpan<byte> text = window.Bytes;
        if (!Edge.LeftFree(text, anchor) || Edge.ContinuesNumber(text, anchor, "."u8))
            return MatchState.NoMatch;
        NumberRun number = window.Number(anchor);
        if (number.Length(0) > 3 || (number.Groups > 1 && number.Separator(0) != '.') || (number.Groups == 1 && !number.IsOpen))
            return MatchState.NoMatch;

        ReadOnlySpan<byte> rest = text.Slice(anchor, Math.Min(Longest + 1, text.Length - anchor));
        int dotted = rest.IndexOfAnyExcept(Dotted);
        if (dotted < 0 && rest.Length <= Longest && !window.Final)
            return MatchState.NeedMore;

        Span<byte> address = stackalloc byte[4];
        int length = IpText.ReadV4(rest, address);
        if (length == 0)
            return MatchState.NoMatch;
        int end = anchor + length;
        MatchState edge = Edge.Right(window, end, "."u8);
        if (edge != MatchState.Match)
            return edge;

        // The edge saw the byte after a joiner, so it is at hand. A letter there makes a host name, a file name or a version.
        if (end + 1 < text.Length && (text[end] == '.' ? ByteClass.IsWord(text[end + 1]) : text[end] == '-' && ByteClass.IsLetter(text[end + 1])))
            return MatchState.NoMatch;
        if (IsVersion(text, anchor, address))
            return MatchState.NoMatch;
        Add(candidates, window, PersonalKinds.IpAddress, anchor, end, Score, Evidence.Pattern);
        int whole = end;
        if (IpSuffix.Read(window, zones: false, widest: 32, ref whole) == MatchState.NeedMore)
            return MatchState.NeedMore;
        if (whole > end)
            Add(candidates, window, PersonalKinds.IpAddress, anchor, whole, Score, Evidence.Pattern);
        return MatchState.Match;
    }

    public override int HoldFrom(in TextWindow window, int from) => from;

    private static bool IsVersion(ReadOnlySpan<byte> text, int start, ReadOnlySpan<byte> address)
    {
        if (start >= 2 && (text[start - 1] is (byte)'-' or (byte)'/') && ByteClass.IsLetter(text[start - 2]))
            return text[start - 1] == '-' || !address[2..].ContainsAnyExcept((byte)0);

        // "version 1.2.3.4", "version": "1.2.3.4", version=1.2.3.4
        int i = start;
        int floor = Math.Max(0, start - 6);
        while (i > floor && text[i - 1] is (byte)' ' or (byte)':' or (byte)'=' or (byte)'"' or (byte)'\'')
            i--;
        if (i < 7 || !System.Text.Ascii.EqualsIgnoreCase(text[(i - 7)..i], "version"u8))
            return false;

        // The identifier that ends so must not be the end of an address, a URL or a key: what stands there may be redacted, and the number stay.
        int name = i - 7;
        while (name > 0 && i - name <= LongestName && (ByteClass.IsWord(text[name - 1]) || text[name - 1] == '-'))
            name--;
        if (i - name > LongestName)
            return false;

        // So may be one with digits: the value of a setting.
        if (text[name..i].ContainsAnyInRange((byte)'0', (byte)'9'))
            return false;
        if (name == 0)
            return true;
        return text[i..start].IndexOfAny(" \"'"u8) < 0 ? text[name - 1] is not ((byte)'.' or (byte)'@') : IsBreak(text, name);
    }

    /// <summary>Whether nothing of a URL stands before a place.</summary>
    private static bool IsBreak(ReadOnlySpan<byte> text, int place)
    {
        if (text[place - 1] == '(')
            place--;
        return place == 0 || ReplacedForm.IsAtEnd(text[..place]) || text[place - 1] <= ' ' || text[place - 1] is (byte)'"' or (byte)'\'' or (byte)'`' or (byte)'<' or (byte)'>' or (byte)'[' or (byte)'{' or (byte)'|' or (byte)'\\' or (byte)',';
    }
}
