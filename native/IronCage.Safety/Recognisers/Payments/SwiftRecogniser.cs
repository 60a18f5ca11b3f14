using IronCage.Safety.Kinds;
using IronCage.Safety.Resolution;
using IronCage.Safety.Text;
using IronCage.Safety.Triggers;

namespace IronCage.Safety.Recognisers.Payments;

/// <summary>
/// Business identifier codes of banks (ISO 9362): four letters, a country, two of letters and digits, and perhaps three of a branch. Words in capitals look the
/// same, so only after a word that says so.
/// </summary>
internal sealed class SwiftRecogniser : Recogniser
{
    private const float Score = 0.8f;
    private const int Office = 8;
    private const int Branch = 11;

    private static readonly ContextSet Words = new(
        "swift", "swift code", "swift number", "swift bic", "bic", "bic code", "bank identifier code", "business identifier code", "swiftcode", "biccode", "SWIFT-Code", "Bankleitzahl BIC", "code bic",
        "code swift", "código swift", "código bic", "codice bic", "codice swift", "kod swift", "kod bic", "swift kodu", "БИК SWIFT", "SWIFT-код", "СВИФТ", "スウィフト", "스위프트", "银行国际代码", "سويفت");

    private static readonly bool[] Countries = Read(
        "AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW BY BZ CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ "
        + "EC EE EG EH ER ES ET FI FJ FK FM FO FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP KE KG KH KI KM KN KP KR KW KY KZ "
        + "LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY QA "
        + "RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS XK YE YT ZA ZM ZW");

    public override Trigger Triggers => Trigger.Capitals;

    public override IEnumerable<ContextSet> Contexts => [Words];

    public override MatchState Examine(in TextWindow window, int place, Trigger trigger, List<Candidate> candidates)
    {
        ReadOnlySpan<byte> text = window.Bytes;
        int end = place;
        while (end < text.Length && end - place <= Branch && (ByteClass.IsUpper(text[end]) || ByteClass.IsDigit(text[end])))
            end++;
        if (end == text.Length && end - place <= Branch && !window.Final)
            return MatchState.NeedMore;
        if (end - place is not (Office or Branch) || !IsCode(text[place..end]) || !Edge.LeftFree(text, place))
            return MatchState.NoMatch;
        MatchState edge = Edge.Right(window, end, ""u8);
        if (edge != MatchState.Match)
            return edge;
        if (!window.HasContext(Words, place))
            return MatchState.NoMatch;
        Add(candidates, window, PersonalKinds.SwiftCode, place, end, Score, Evidence.Pattern | Evidence.Context);
        return MatchState.Match;
    }

    private static bool IsCode(ReadOnlySpan<byte> code)
    {
        foreach (byte b in code[..6])
        {
            if (!ByteClass.IsUpper(b))
                return false;
        }

        // The digits 0 and 1 and the letter O are not given to the second place of a location that is in use.
        return Countries[((code[4] - 'A') * 26) + code[5] - 'A'] && code[6] is not ((byte)'0' or (byte)'1') && code[7] != 'O';
    }

    private static bool[] Read(string countries)
    {
        var table = new bool[26 * 26];
        foreach (string country in countries.Split(' '))
            table[((country[0] - 'A') * 26) + country[1] - 'A'] = true;
        return table;
    }
}
