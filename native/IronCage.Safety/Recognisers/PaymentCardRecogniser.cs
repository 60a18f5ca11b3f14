using IronCage.Safety.Kinds;
using IronCage.Safety.Resolution;
using IronCage.Safety.Text;
using IronCage.Safety.Triggers;

namespace IronCage.Safety.Recognisers;

/// <summary>Payment card numbers: 13 to 19 digits of a known network, Luhn-correct, bare or grouped as networks print them by single spaces or dashes.</summary>
internal sealed class PaymentCardRecogniser : Recogniser
{
    private const float Score = 0.95f;
    private const int Longest = 19;

    public override Trigger Triggers => Trigger.Number;

    public override MatchState Examine(in TextWindow window, int anchor, Trigger trigger, List<Candidate> candidates)
    {
        ReadOnlySpan<byte> text = window.Bytes;
        if (text[anchor] is < (byte)'2' or > (byte)'6' || !Edge.LeftFree(text, anchor) || Edge.ContinuesNumber(text, anchor, "-."u8))
            return MatchState.NoMatch;

        Span<byte> digits = stackalloc byte[Longest];
        int count = 0;
        int groups = 0;
        int pattern = 0;
        byte separator = 0;
        int i = anchor;
        var state = MatchState.NoMatch;
        while (true)
        {
            int group = 0;
            while (i < text.Length && ByteClass.IsDigit(text[i]))
            {
                if (count == Longest)
                    return state;
                digits[count++] = (byte)(text[i] - '0');
                group++;
                i++;
            }

            if (i >= text.Length && !window.Final)
                return MatchState.NeedMore;
            groups++;
            pattern = (pattern << 4) | Math.Min(group, 15);
            if (IsLayout(pattern, groups, count) && IsCard(digits[..count]))
            {
                MatchState edge = Edge.Right(window, i, "-."u8);
                if (edge == MatchState.NeedMore)
                    return edge;
                if (edge == MatchState.Match)
                {
                    Add(candidates, window, PersonalKinds.CreditCard, anchor, i, Score, Evidence.Pattern | Evidence.Checksum);
                    state = MatchState.Match;
                }
            }

            bool more = (group is 3 or 4 or 6) && groups < 5 && i < text.Length
                && (groups == 1 ? text[i] is (byte)' ' or (byte)'-' : text[i] == separator);
            if (!more)
                return state;
            if (i + 1 >= text.Length)
                return window.Final ? state : MatchState.NeedMore;
            if (!ByteClass.IsDigit(text[i + 1]))
                return state;
            separator = text[i];
            i++;
        }
    }

    public override int HoldFrom(in TextWindow window, int from) => from;

    /// <summary>Groups in hexadecimal: 0x465 is 4, 6, 5 digits as American Express prints them.</summary>
    private static bool IsLayout(int pattern, int groups, int count) => groups == 1
        ? count >= 13
        : pattern is 0x4444 or 0x465 or 0x464 or 0x4443 or 0x4442 or 0x4441 or 0x445 or 0x4333 or 0x44443 or 0x44442 or 0x44441 or 0x6D;

    private static bool IsCard(ReadOnlySpan<byte> digits)
    {
        int n = digits.Length;
        int two = (digits[0] * 10) + digits[1];
        int three = (two * 10) + digits[2];
        int four = (three * 10) + digits[3];
        int six = (four * 100) + (digits[4] * 10) + digits[5];
        bool network =
            (digits[0] == 4 && (n is 13 or 16 or 19)) // Visa
            || ((two is >= 51 and <= 55 || four is >= 2221 and <= 2720) && n == 16) // Mastercard
            || ((two is 34 or 37) && n == 15) // American Express
            || ((four == 6011 || three is >= 644 and <= 649 || two == 65 || six is >= 622126 and <= 622925) && n >= 16) // Discover
            || ((three is >= 300 and <= 305 || four == 3095 || two is 36 or 38 or 39) && n >= 14) // Diners Club
            || (four is >= 3528 and <= 3589 && n >= 16) // JCB
            || (two == 62 && n >= 16) // UnionPay
            || four is 5018 or 5020 or 5038 or 5893 or 6304 or 6759 or 6761 or 6762 or 6763; // Maestro
        return network && Luhn(digits);
    }

    private static bool Luhn(ReadOnlySpan<byte> digits)
    {
        int sum = 0;
        bool twice = false;
        for (int i = digits.Length - 1; i >= 0; i--)
        {
            int value = twice ? digits[i] * 2 : digits[i];
            sum += value > 9 ? value - 9 : value;
            twice = !twice;
        }

        return sum % 10 == 0;
    }
}
