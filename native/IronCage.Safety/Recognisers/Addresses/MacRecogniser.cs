using System.Runtime.Intrinsics;
using IronCage.Safety.Kinds;
using IronCage.Safety.Recognisers.Places;
using IronCage.Safety.Resolution;
using IronCage.Safety.Text;
using IronCage.Safety.Triggers;

namespace IronCage.Safety.Recognisers.Addresses;

/// <summary>Hardware addresses: six octets by colons or by hyphens, or three groups of four by dots; without letters between hyphens or dots only after
/// a word that says so. Not a part of something longer, such as a fingerprint.</summary>
internal sealed class MacRecogniser : Recogniser
{
    private const float Score = 0.9f;
    private const int Paired = 17;
    private const int Dotted = 14;

    /// <summary>Which of the first sixteen bytes of pairs are separators.</summary>
    private const uint Separators = 0b0100_1001_0010_0100;

    private static readonly ContextSet Words = new(
        "mac", "mac address", "hardware address", "ethernet address", "hwaddr", "MAC-Adresse", "Hardwareadresse", "adresse MAC", "dirección MAC", "indirizzo MAC", "endereço MAC", "adres MAC", "MAC-адрес",
        "physical address", "bssid");

    /// <summary>The pairs begin with a word; of the groups by dots, one begins with a letter or all have digits.</summary>
    public override Trigger Triggers => Trigger.Token | Trigger.Dot | Trigger.Number;

    public override IEnumerable<ContextSet> Contexts => [Words];

    /// <summary>Only the groups by dots: the first of them is digits, or holds some.</summary>
    public override bool MayTake(NumberStart number) =>
        number.Digits <= 4 && (number.Left == NumberLeft.Letter || number.Next == NumberNext.Letter || (number.Digits == 4 && number.Next is NumberNext.Dot or NumberNext.Separator));

    public override bool MayTakeWord(byte first, byte second, bool isShort) => ByteClass.IsHex(first) && ByteClass.IsHex(second);

    public override MatchState Examine(in TextWindow window, int place, Trigger trigger, List<Candidate> candidates)
    {
        ReadOnlySpan<byte> text = window.Bytes;
        if (trigger == Trigger.Token)
        {
            int pairs = Edge.SkipEscape(text, place);
            return pairs + 2 < text.Length && text[pairs + 2] is (byte)':' or (byte)'-' ? Pairs(window, pairs, candidates) : pairs + 2 < text.Length ? MatchState.NoMatch : window.AtEnd;
        }

        if (trigger == Trigger.Number && window.Number(place).Length(0) > 4)
            return MatchState.NoMatch;
        // The group in which the place is ends with a dot; if it is the last one, an earlier place told.
        if (place + 5 <= text.Length && text.Slice(place, 5).IndexOf((byte)'.') < 0)
            return MatchState.NoMatch;
        int start = GroupsStart(text, place);
        return start < 0 ? MatchState.NoMatch : Groups(window, start, candidates);
    }

    public override int HoldFrom(in TextWindow window, int from)
    {
        ReadOnlySpan<byte> text = window.Bytes;
        if (from < text.Length && text[from] != '.' && !ByteClass.IsHex(text[from]))
            return from;
        // Up to four of a group that is not complete, and complete groups before it.
        int start = from;
        while (true)
        {
            int group = start;
            while (start > 0 && group - start <= 4 && ByteClass.IsHex(text[start - 1]))
                start--;
            if (group - start > 4 || (group < from && group - start < 4))
                return group < from ? group + 1 : from;
            if (start == 0 || text[start - 1] != '.' || from - start > Dotted)
                return start;
            start--;
        }
    }

    private static MatchState Pairs(in TextWindow window, int start, List<Candidate> candidates)
    {
        ReadOnlySpan<byte> text = window.Bytes;
        byte separator = text[start + 2];
        ReadOnlySpan<byte> rest = text[start..Math.Min(text.Length, start + Paired)];
        if (rest.Length < Paired)
            return BeginsPairs(rest, separator) ? window.AtEnd : MatchState.NoMatch;
        var bytes = Vector128.LoadUnsafe(in rest[0]);
        uint hexLetters = ByteClass.HexLetters(bytes);
        uint isSeparator = Vector128.Equals(bytes, Vector128.Create(separator)).ExtractMostSignificantBits();
        if ((((ByteClass.Digits(bytes) | hexLetters) & ~Separators) | (isSeparator & Separators)) != ushort.MaxValue || !ByteClass.IsHex(rest[^1]))
            return MatchState.NoMatch;
        bool letters = separator == ':' || hexLetters != 0 || ByteClass.IsLetter(rest[^1]);
        bool continues = start >= 3 && text[start - 1] == separator && ByteClass.IsHex(text[start - 2]) && ByteClass.IsHex(text[start - 3])
            && (start == 3 || !ByteClass.IsWord(text[start - 4]));
        return continues || !(letters || window.HasContext(Words, start)) ? MatchState.NoMatch : Finish(window, start, start + Paired, separator, candidates);
    }

    /// <summary>Whether a text is the beginning of pairs.</summary>
    private static bool BeginsPairs(ReadOnlySpan<byte> text, byte separator)
    {
        for (int i = 0; i < text.Length; i++)
        {
            if (i % 3 == 2 ? text[i] != separator : !ByteClass.IsHex(text[i]))
                return false;
        }

        return true;
    }

    /// <summary>Where three groups of four may begin of which the place is a dot or the first digit; -1 if none can.</summary>
    private static int GroupsStart(ReadOnlySpan<byte> text, int place)
    {
        int start = place;
        while (start > 0 && place - start <= Dotted && (ByteClass.IsHex(text[start - 1]) || text[start - 1] == '.'))
            start--;
        if (place - start > Dotted)
            return -1;
        int dot = text[start..Math.Min(text.Length, start + Dotted)].IndexOf((byte)'.');
        if (dot >= 0 && dot < 4)
            return -1;
        if (dot < 0 || dot == 4)
            return start;

        // The letter of an escape belongs to the run.
        return Edge.IsEscape(text, start + dot - 4) ? start + dot - 4 : -1;
    }

    private static MatchState Groups(in TextWindow window, int start, List<Candidate> candidates)
    {
        ReadOnlySpan<byte> text = window.Bytes;
        bool letters = false;
        for (int i = 0; i < Dotted; i++)
        {
            if (start + i >= text.Length)
                return window.AtEnd;
            byte b = text[start + i];
            if (i % 5 == 4 ? b != '.' : !ByteClass.IsHex(b))
                return MatchState.NoMatch;
            letters |= ByteClass.IsLetter(b);
        }

        return letters || window.HasContext(Words, start) ? Finish(window, start, start + Dotted, (byte)'.', candidates) : MatchState.NoMatch;
    }

    private static MatchState Finish(in TextWindow window, int start, int end, byte separator, List<Candidate> candidates)
    {
        ReadOnlySpan<byte> text = window.Bytes;
        if (!Edge.LeftFree(text, start) || (start > 0 && text[start - 1] is (byte)'.' or (byte)'-' or (byte)'*'))
            return MatchState.NoMatch;
        MatchState edge = Edge.Right(window, end, ":-."u8);
        if (edge != MatchState.Match)
            return edge;
        if (end + 1 < text.Length && text[end] == separator && (separator == '.' ? ByteClass.IsWord(text[end + 1]) : ByteClass.IsHex(text[end + 1])))
            return MatchState.NoMatch;
        Add(candidates, window, PersonalKinds.MacAddress, start, end, Score, Evidence.Pattern);
        return MatchState.Match;
    }
}
