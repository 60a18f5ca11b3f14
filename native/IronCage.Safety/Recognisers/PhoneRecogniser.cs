using IronCage.Safety.Kinds;
using IronCage.Safety.Resolution;
using IronCage.Safety.Text;
using IronCage.Safety.Triggers;

namespace IronCage.Safety.Recognisers;

/// <summary>
/// Telephone numbers: international ones after a plus sign, and North American ones in their usual shapes. Shapes that numbers of other meaning share
/// (ten bare digits, groups by spaces, a national number with its leading zero) only after a word that says so.
/// </summary>
internal sealed class PhoneRecogniser : Recogniser
{
    private const float InternationalScore = 0.8f;
    private const float NationalScore = 0.7f;
    private const float ContextScore = 0.6f;
    private const int Longest = 15;

    private static readonly byte[][] Words =
    [
        .. new[] { "phone", "telephone", "tel", "call", "mobile", "mob", "cell", "fax", "whatsapp", "sms", "cellphone" }
            .Select(System.Text.Encoding.ASCII.GetBytes),
    ];

    private static readonly byte[][] Stems = [.. new[] { "phone", "mobile" }.Select(System.Text.Encoding.ASCII.GetBytes)];

    private static readonly byte[][] ParenthesisShapes = Shapes(
        "(ddd) ddd-dddd", "(ddd)ddd-dddd", "(ddd)-ddd-dddd", "(ddd) ddd.dddd", "(ddd) ddd dddd", "(ddd).ddd.dddd", "(ddd)ddd dddd");

    private static readonly byte[][] PlainShapes = Shapes("ddd-ddd-dddd", "ddd.ddd.dddd", "ddd ddd-dddd", "d-ddd-ddd-dddd", "d.ddd.ddd.dddd", "d ddd-ddd-dddd",
        "d (ddd) ddd-dddd", "d-(ddd)-ddd-dddd", "d (ddd)ddd-dddd");

    private static readonly byte[][] ContextShapes = Shapes("ddd ddd dddd", "d ddd ddd dddd", "dddddddddd", "ddddddddddd");

    /// <summary>National numbers with a leading zero, as Europe and Asia group them.</summary>
    private static readonly byte[][] ZeroShapes = Shapes(
        "ddd dddd dddd", "dddd ddd dddd", "ddddd dddddd", "ddddd ddd ddd", "dd dd dd dd dd", "dddd dddddd", "dddd ddddddd", "ddd ddddddd", "ddd dddddddd",
        "ddd-dddd-dddd", "dd-dddd-dddd", "dddd-ddd-ddd", "dddd/ddddddd", "dddd ddd ddd", "dddddddddd", "ddddddddddd");

    public override Trigger Triggers => Trigger.Number;

    public override MatchState Examine(in TextWindow window, int anchor, Trigger trigger, List<Candidate> candidates)
    {
        byte before = anchor > 0 ? window.Bytes[anchor - 1] : (byte)0;
        return before switch
        {
            (byte)'+' => International(window, anchor, candidates),
            (byte)'(' => Parenthesised(window, anchor - 1, candidates),
            _ => National(window, anchor, candidates),
        };
    }

    public override int HoldFrom(in TextWindow window, int from) => from > 0 && (window.Bytes[from - 1] is (byte)'+' or (byte)'(') ? from - 1 : from;

    private static byte[][] Shapes(params string[] shapes) => [.. shapes.Select(System.Text.Encoding.ASCII.GetBytes)];

    private static MatchState International(in TextWindow window, int anchor, List<Candidate> candidates)
    {
        ReadOnlySpan<byte> text = window.Bytes;
        int start = anchor - 1;
        if (!Edge.LeftFree(text, start) || (start > 0 && (text[start - 1] is (byte)'+' or (byte)'-')))
            return MatchState.NoMatch;

        Span<byte> digits = stackalloc byte[Longest];
        int count = 0;
        int pattern = 0;
        bool open = false;
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
            pattern = (pattern << 4) | group;

            // A line of a diff that begins with a date.
            if (pattern == 0x422 && text[anchor] <= '2' && text[anchor + 4] == '-')
                return state;
            if (!open && IsInternational(digits[..count], pattern))
            {
                MatchState edge = Edge.Right(window, i, "-./"u8);
                if (edge == MatchState.NeedMore)
                    return edge;
                if (edge == MatchState.Match)
                {
                    // Each shorter end is a candidate too: it stands if the digits after it turn out to be a card.
                    Add(candidates, window, PersonalKinds.PhoneNumber, start, i, InternationalScore, Evidence.Pattern);
                    state = MatchState.Match;
                }
            }

            int next = Separators(text, i, ref open);
            if (next >= text.Length)
                return window.Final ? state : MatchState.NeedMore;
            if (next == i || !ByteClass.IsDigit(text[next]))
                return state;
            i = next;
        }
    }

    /// <summary>Skips what may stand between groups: a closing parenthesis, one separator, an opening parenthesis; each at most once.</summary>
    private static int Separators(ReadOnlySpan<byte> text, int i, ref bool open)
    {
        if (open && i < text.Length && text[i] == ')')
        {
            open = false;
            i++;
        }

        if (i < text.Length && (text[i] is (byte)' ' or (byte)'-' or (byte)'.' or (byte)'/'))
            i++;
        if (!open && i < text.Length && text[i] == '(')
        {
            open = true;
            i++;
        }

        return i;
    }

    private static bool IsInternational(ReadOnlySpan<byte> digits, int pattern)
    {
        int count = digits.Length;
        if (count < 7 || digits[0] == 0)
            return false;
        if (digits[0] == 1)
            return count == 11 && IsNorthAmerican(digits[1..]);
        if (digits[0] == 7)
            return count == 11;
        if (count == 7 && pattern < 0x10)
            return false;

        // Country codes that are not assigned; and rounded amounts such as +20 000 000.
        int code = (digits[0] * 10) + digits[1];
        return code is not (28 or 83 or 89) && ByteClass.Distinct(digits) >= 4;
    }

    private static MatchState Parenthesised(in TextWindow window, int start, List<Candidate> candidates) =>
        Edge.LeftFree(window.Bytes, start) ? Try(window, start, ParenthesisShapes, NationalScore, candidates) : MatchState.NoMatch;

    private static MatchState National(in TextWindow window, int start, List<Candidate> candidates)
    {
        ReadOnlySpan<byte> text = window.Bytes;
        if (!Edge.LeftFree(text, start) || Edge.ContinuesNumber(text, start, "-./:,"u8) || (start > 0 && (text[start - 1] is (byte)'$' or (byte)'#')))
            return MatchState.NoMatch;
        byte[][] shapes = text[start] == '0' ? ZeroShapes : ContextShapes;
        MatchState plain = text[start] == '0' ? MatchState.NoMatch : Try(window, start, PlainShapes, NationalScore, candidates);
        if (plain != MatchState.NoMatch)
            return plain;
        MatchState guarded = Try(window, start, shapes, ContextScore, null);
        return guarded == MatchState.Match && HasContext(text, start) ? Try(window, start, shapes, ContextScore, candidates)
            : guarded == MatchState.NeedMore ? guarded
            : MatchState.NoMatch;
    }

    private static bool HasContext(ReadOnlySpan<byte> text, int start)
    {
        ReadOnlySpan<byte> context = LeftContext.Before(text, start);
        return LeftContext.HasWord(context, Words) || LeftContext.Has(context, Stems);
    }

    /// <summary>Tries shapes of one length class; at most one of them can match.</summary>
    private static MatchState Try(in TextWindow window, int start, byte[][] shapes, float score, List<Candidate>? candidates)
    {
        var answer = MatchState.NoMatch;
        foreach (byte[] shape in shapes)
        {
            MatchState state = Shape.Match(window, start, shape);
            if (state == MatchState.Match)
            {
                int end = start + shape.Length;
                state = Edge.Right(window, end, "-./"u8);
                if (state == MatchState.Match)
                {
                    if (!IsNational(window.Bytes[start..end]))
                        continue;
                    if (candidates is not null)
                        Add(candidates, window, PersonalKinds.PhoneNumber, start, end, score, Evidence.Pattern);
                    answer = MatchState.Match;
                }
            }

            if (state == MatchState.NeedMore)
                return state;
        }

        return answer;
    }

    private static bool IsNational(ReadOnlySpan<byte> value)
    {
        Span<byte> digits = stackalloc byte[Longest];
        int count = 0;
        foreach (byte b in value)
        {
            if (ByteClass.IsDigit(b))
                digits[count++] = (byte)(b - '0');
        }

        if (digits[0] == 0)
            return digits[1] != 0 && ByteClass.Distinct(digits[..count]) >= 4;
        return count == 11 ? digits[0] == 1 && IsNorthAmerican(digits[1..11]) : IsNorthAmerican(digits[..10]);
    }

    /// <summary>Area and exchange begin with 2 to 9, and neither is one of the service codes such as 911; no area has a 9 in the middle.</summary>
    private static bool IsNorthAmerican(ReadOnlySpan<byte> digits) =>
        digits[0] >= 2 && digits[3] >= 2 && digits[1] != 9 && !(digits[1] == 1 && digits[2] == 1) && !(digits[4] == 1 && digits[5] == 1);
}
