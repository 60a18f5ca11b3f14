using IronCage.Safety.Kinds;
using IronCage.Safety.Recognisers.Places;
using IronCage.Safety.Resolution;
using IronCage.Safety.Text;
using IronCage.Safety.Triggers;

namespace IronCage.Safety.Recognisers.Phones;

/// <summary>
/// Telephone numbers: international ones of every country code; national ones in forms that are printed so and mean little else; and any number that some
/// national plan allows, after a word that says so.
/// </summary>
internal sealed class PhoneRecogniser : Recogniser
{
    private const float InternationalScore = 0.86f;
    private const float NationalScore = 0.7f;
    private const float PrintedScore = 0.65f;
    private const float ContextScore = 0.7f;
    private const float DistantScore = 0.6f;
    private const float RelaxedScore = 0.5f;

    /// <summary>Fewest digits of an international number, its country code included.</summary>
    private const int Fewest = 7;

    private static readonly NationalLengths Lengths = new(NationalPlans.All);
    private static readonly PrintedForms Printed = new(NationalPlans.All);

    private readonly NationalLengths? relaxed;

    /// <param name="regions">Countries whose national numbers are found without a word beside them.</param>
    public PhoneRecogniser(IReadOnlyCollection<string> regions)
    {
        if (regions.Count > 0)
            relaxed = new NationalLengths(NationalPlans.All.Where(plan => regions.Contains(plan.Region)));
    }

    public override Trigger Triggers => Trigger.Number;

    public override IEnumerable<ContextSet> Contexts => [PhoneWords.Strong, PhoneWords.Weak, PhoneWords.Leading];

    public override bool MayTake(NumberStart number) => number.Left switch
    {
        NumberLeft.Plus or NumberLeft.Bracket => true,
        NumberLeft.Free or NumberLeft.Capital or NumberLeft.Space =>
            number.Digits <= NationalLengths.Most + 2 && (number.Digits >= NationalLengths.Fewest || number.Next is not (NumberNext.Letter or NumberNext.Other)),
        _ => false,
    };

    public override MatchState Examine(in TextWindow window, int place, Trigger trigger, List<Candidate> candidates)
    {
        ReadOnlySpan<byte> text = window.Bytes;
        byte before = place > 0 ? text[place - 1] : (byte)0;
        if (before == '+')
            return International(window, place - 1, place, isOpen: false, candidates);
        if (before == '(')
        {
            if (place >= 2 && text[place - 2] == '+')
                return International(window, place - 2, place, isOpen: true, candidates);
            MatchState bracketed = National(window, place - 1, place, isOpen: true, candidates);
            return bracketed == MatchState.NoMatch ? National(window, place, place, isOpen: false, candidates) : bracketed;
        }

        return MayBegin(window, place, before) ? National(window, place, place, isOpen: false, candidates) : MatchState.NoMatch;
    }

    /// <summary>Before the first digit may stand a bracket, and before that a plus sign, or the other way round.</summary>
    public override int HoldFrom(in TextWindow window, int from)
    {
        int hold = from;
        while (hold > 0 && from - hold < 2 && (window.Bytes[hold - 1] is (byte)'+' or (byte)'('))
            hold--;
        return hold;
    }

    /// <summary>The quick look: whether enough digits follow, and no number goes on here.</summary>
    private static bool MayBegin(in TextWindow window, int place, byte before)
    {
        ReadOnlySpan<byte> text = window.Bytes;
        bool isAfterDigit = place >= 2 && ByteClass.IsDigit(text[place - 2]);
        if (isAfterDigit && before is (byte)'-' or (byte)'.' or (byte)'/' or (byte)':' or (byte)',')
            return false;
        NumberRun number = window.Number(place);
        if (number.IsOpen)
            return number.Length(0) <= NationalLengths.Most + 2;

        // Behind a digit and a space only a North American form begins a number: 212-555-1234.
        if (isAfterDigit && before == ' ' && number.Count >= NationalLengths.Fewest && (number.Groups < 3 || !(number.Separator(1) is (byte)'-' or (byte)'.' || number.Separator(2) == '-')))
            return false;
        if (number.Count >= NationalLengths.Fewest)
            return number.Length(0) <= NationalLengths.Most + 2 && !NumberShape.IsDate(number);

        // 8 (495) 123-45-67, 030 / 90 18 20
        int end = number.End(number.Groups - 1);
        ReadOnlySpan<byte> rest = window.Bytes[end..];
        if (number.Groups > 2 || rest.Length == 0)
            return false;
        return rest[0] == '(' || (rest[0] is (byte)' ' or (byte)'-' or (byte)'.' && (rest.Length == 1 ? !window.Final : rest[1] is (byte)'(' or (byte)'-' or (byte)'/'));
    }

    private static MatchState International(in TextWindow window, int start, int place, bool isOpen, List<Candidate> candidates)
    {
        ReadOnlySpan<byte> text = window.Bytes;

        // (+44) 20 7946 0958
        bool isBracketed = start > 0 && text[start - 1] == '(' && !isOpen;
        int first = isBracketed ? start - 1 : start;
        if (!Edge.LeftFree(text, first) || (start > 0 && (text[start - 1] is (byte)'+' or (byte)'-')))
            return MatchState.NoMatch;

        var reader = new PhoneReader(window, place, isOpen || isBracketed);
        MatchState state = reader.Next();
        if (state != MatchState.Match || !CountryCodes.TryFind(reader.Digits, out CountryCode code))
            return state == MatchState.NeedMore ? state : MatchState.NoMatch;
        if (isBracketed && (reader.LastLength > code.Digits || (reader.End < text.Length && text[reader.End] != ')')))
        {
            // The bracket is around the whole number, or around more than that.
            reader = new PhoneReader(window, place, isOpen: false);
            reader.Next();
            first = start;
        }

        Span<byte> national = stackalloc byte[PhoneReader.MostDigits];
        var answer = MatchState.NoMatch;
        while (state == MatchState.Match)
        {
            // A line of a diff that begins with a date.
            if (reader.Groups == 3 && NumberShape.IsDate(reader))
                break;
            if (reader.Count >= Fewest && !reader.IsOpen && !HasOddTail(reader) && code.Allows(National(reader, code.Digits, national)) && ByteClass.Distinct(reader.Digits) >= 3)
            {
                state = Close(window, reader.End, first, InternationalScore, Evidence.Pattern, candidates);
                if (state == MatchState.NeedMore)
                    return state;
                if (state == MatchState.Match)
                    answer = state;
            }

            state = reader.Next();
        }

        return state == MatchState.NeedMore ? state : answer;
    }

    /// <summary>The digits behind the country code, without the 0 of <c>+44 (0)20</c>.</summary>
    private static ReadOnlySpan<byte> National(in PhoneReader reader, int codeDigits, Span<byte> room)
    {
        ReadOnlySpan<byte> digits = reader.Digits;
        int count = 0;
        for (int i = codeDigits; i < digits.Length; i++)
        {
            if (i != reader.DomesticZero)
                room[count++] = digits[i];
        }

        return room[..count];
    }

    /// <summary>One digit by itself at the end: that of another number, unless a hyphen joins it (the switchboard's <c>-0</c>).</summary>
    private static bool HasOddTail(in PhoneReader reader) => reader.LastLength == 1 && reader.Groups > 1 && reader.LastGap != PhoneGap.Hyphen;

    private MatchState National(in TextWindow window, int start, int place, bool isOpen, List<Candidate> candidates)
    {
        ReadOnlySpan<byte> text = window.Bytes;
        if (!IsLeftFree(text, start, out bool isAfterNumber))
            return MatchState.NoMatch;
        var reader = new PhoneReader(window, place, isOpen);
        var answer = MatchState.NoMatch;
        PhoneContext? context = null;
        MatchState state;
        while ((state = reader.Next()) == MatchState.Match && reader.Count <= PhoneReader.MostDigits)
        {
            if (reader.Groups == 3 && NumberShape.IsDate(reader))
                return MatchState.NoMatch;
            if (reader.Count < NationalLengths.Fewest || reader.IsOpen || HasOddTail(reader))
                continue;
            (float score, Evidence evidence) = Judge(window, start, reader, isAfterNumber, ref context);
            if (score == 0)
                continue;
            state = score == PrintedScore ? IsRowEnd(window, reader.End) : MatchState.Match;
            if (state == MatchState.NeedMore)
                return state;
            if (state == MatchState.NoMatch)
                continue;
            state = Close(window, reader.End, start, score, evidence, candidates);
            if (state == MatchState.NeedMore)
                return state;
            if (state == MatchState.Match)
                answer = state;
        }

        return state == MatchState.NeedMore ? state : answer;
    }

    private (float Score, Evidence Evidence) Judge(in TextWindow window, int start, in PhoneReader reader, bool isAfterNumber, ref PhoneContext? known)
    {
        ReadOnlySpan<byte> digits = reader.Digits;
        bool isNorthAmerican = NumberShape.IsNorthAmerican(reader.Shape);
        if (isNorthAmerican && NorthAmericanNumber.IsValid(digits.Length == 11 && digits[0] == 1 ? digits[1..] : digits))
            return (NationalScore, Evidence.Pattern);
        if (isAfterNumber)
            return default;
        bool isPrinted = Printed.Contains(reader.Shape, digits) && !NumberShape.IsTable(reader);
        bool isAllowed = Lengths.Allow(digits);
        if (!(isPrinted || isAllowed || isNorthAmerican || digits.Length >= 10) || NumberShape.IsOther(reader) || ByteClass.Distinct(digits) < 3)
            return default;
        PhoneContext context = known ??= PhoneContext.Of(window, start);
        if (context.Allows(reader, isAllowed, isNorthAmerican))
            return (context.IsBeside ? ContextScore : DistantScore, Evidence.Pattern | Evidence.Context);
        if (isPrinted && !PhoneContext.NamesAnother(window.Bytes, start))
            return (PrintedScore, Evidence.Pattern);
        return relaxed is not null && relaxed.Allow(digits) ? (RelaxedScore, Evidence.Pattern) : default;
    }

    /// <summary>Adds the number that ends at <paramref name="end"/>, and the longer one with its extension.</summary>
    private static MatchState Close(in TextWindow window, int end, int start, float score, Evidence evidence, List<Candidate> candidates)
    {
        MatchState extension = PhoneExtension.Read(window, end, out int extended);
        if (extension == MatchState.NeedMore)
            return extension;
        if (extension == MatchState.Match)
            Add(candidates, window, PersonalKinds.PhoneNumber, start, extended, score, evidence);
        MatchState edge = Edge.Right(window, end, "-./,:"u8);
        if (edge == MatchState.Match)
            Add(candidates, window, PersonalKinds.PhoneNumber, start, end, score, evidence);
        return edge == MatchState.NoMatch ? extension : edge;
    }

    /// <summary>Whether no other number follows behind a space; a form that stands for one counts as one.</summary>
    private static MatchState IsRowEnd(in TextWindow window, int end)
    {
        ReadOnlySpan<byte> text = window.Bytes;
        if (end >= text.Length || (text[end] == ' ' && end + 1 >= text.Length))
            return window.Final ? MatchState.Match : MatchState.NeedMore;
        return text[end] == ' ' && (ByteClass.IsDigit(text[end + 1]) || text[end + 1] is (byte)'[' or (byte)'*') ? MatchState.NoMatch : MatchState.Match;
    }

    private static bool IsLeftFree(ReadOnlySpan<byte> text, int start, out bool isAfterNumber)
    {
        isAfterNumber = false;
        if (start == 0)
            return true;
        byte before = text[start - 1];
        if (!Edge.LeftFree(text, start) || Edge.ContinuesNumber(text, start, "-./:,+"u8) || (before is (byte)'$' or (byte)'#' or (byte)'%' or (byte)'+' or (byte)')'))
            return false;
        if (start == 1)
            return true;
        byte second = text[start - 2];
        if (before == '-' && ByteClass.IsAlnum(second))
            return false;
        isAfterNumber = before == ' ' && (ByteClass.IsDigit(second) || (start > 2 && ByteClass.IsLetter(second) && ByteClass.IsDigit(text[start - 3])) || ReplacedForm.IsAtEnd(text[..(start - 1)]));
        return true;
    }
}
