using IronCage.Safety.Kinds;
using IronCage.Safety.Recognisers.Places;
using IronCage.Safety.Resolution;
using IronCage.Safety.Text;
using IronCage.Safety.Triggers;

namespace IronCage.Safety.Recognisers.Payments;

/// <summary>
/// International bank account numbers: country, the country's length and format, ISO 7064 MOD 97-10. In either case, together or in groups by single spaces,
/// hyphens or dots.
/// </summary>
internal sealed class IbanRecogniser : Recogniser
{
    private const float Score = 0.97f;
    private const int Head = 4;
    private const int ShortestGroup = 2;

    /// <summary>Digits that follow the country, or, where few digits are among the next bytes, a long word.</summary>
    public override Trigger Triggers => Trigger.Number | Trigger.Token;

    public override bool MayTake(NumberStart number) => number.Left == NumberLeft.Letter;

    public override bool MayTakeWord(byte first, byte second, bool isShort) => !IbanRegistry.Account(first, second).IsEmpty && ByteClass.IsUpper(first) == ByteClass.IsUpper(second);

    public override MatchState Examine(in TextWindow window, int place, Trigger trigger, List<Candidate> candidates)
    {
        ReadOnlySpan<byte> text = window.Bytes;
        int start = trigger == Trigger.Token ? Edge.SkipEscape(text, place) : place - 2;
        if (start < 0)
            return MatchState.NoMatch;
        if (start + 1 >= text.Length)
            return window.AtEnd;
        ReadOnlySpan<byte> account = IbanRegistry.Account(text[start], text[start + 1]);
        if (account.IsEmpty || ByteClass.IsUpper(text[start]) != ByteClass.IsUpper(text[start + 1]) || !Edge.LeftFree(text, start))
            return MatchState.NoMatch;

        // Most of two letters and a digit are no account: two check digits follow.
        if (start + 3 < text.Length && !(ByteClass.IsDigit(text[start + 2]) && ByteClass.IsDigit(text[start + 3])))
            return MatchState.NoMatch;
        int end = start + account.Length + Head;
        scoped ReadOnlySpan<byte> value;
        if (IbanRegistry.IsTogether(text, start + Head, text[start], text[start + 1]))
        {
            value = text[start..end];
        }
        else
        {
            Span<byte> room = stackalloc byte[IbanRegistry.Longest];
            MatchState state = ReadGroups(window, start, account, room, out end);
            if (state != MatchState.Match)
                return state;
            value = room[..(account.Length + Head)];
        }

        MatchState edge = Edge.Right(window, end, ""u8);
        if (edge != MatchState.Match)
            return edge;
        if (!IbanRegistry.IsChecked(value))
            return MatchState.NoMatch;
        Add(candidates, window, PersonalKinds.IbanCode, start, end, Score, Evidence.Pattern | Evidence.Checksum);
        return MatchState.Match;
    }

    /// <summary>Reads a number in groups, or together.</summary>
    private static MatchState ReadGroups(in TextWindow window, int start, ReadOnlySpan<byte> account, Span<byte> value, out int end)
    {
        ReadOnlySpan<byte> text = window.Bytes;
        text.Slice(start, 2).CopyTo(value);
        int count = 2;
        int group = 4;
        byte separator = 0;
        int i = end = start + 2;
        while (count < account.Length + Head)
        {
            if (i >= text.Length)
                return window.AtEnd;
            byte b = text[i];
            if (b is (byte)' ' or (byte)'-' or (byte)'.')
            {
                if (count < Head || group < ShortestGroup || (separator != 0 && separator != b))
                    return MatchState.NoMatch;
                separator = b;
                group = 0;
                if (++i >= text.Length)
                    return window.AtEnd;
                b = text[i];
            }

            if (!IbanRegistry.Fits(b, count < Head ? (byte)'n' : account[count - Head]))
                return MatchState.NoMatch;
            value[count++] = b;
            group++;
            i++;
        }

        end = i;
        return MatchState.Match;
    }

    public override int HoldFrom(in TextWindow window, int from)
    {
        ReadOnlySpan<byte> text = window.Bytes;
        bool digit = from < text.Length && ByteClass.IsDigit(text[from]);
        bool letter = from == text.Length || ByteClass.IsLetter(text[from]);
        if ((digit || from == text.Length) && from >= 2 && !IbanRegistry.Account(text[from - 2], text[from - 1]).IsEmpty && Edge.LeftFree(text, from - 2))
            return from - 2;
        return letter && from >= 1 && ByteClass.IsLetter(text[from - 1]) && Edge.LeftFree(text, from - 1) ? from - 1 : from;
    }
}
