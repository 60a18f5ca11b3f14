using IronCage.Safety.Kinds;
using IronCage.Safety.Recognisers.Places;
using IronCage.Safety.Resolution;
using IronCage.Safety.Text;
using IronCage.Safety.Triggers;

namespace IronCage.Safety.Recognisers.Payments;

/// <summary>
/// Payment card numbers: 12 to 19 digits of a known network, Luhn-correct, bare or grouped as networks print them by single spaces, dashes or dots. Lengths that
/// many other numbers have only after a word that says so.
/// </summary>
internal sealed class PaymentCardRecogniser : Recogniser
{
    private const float Score = 0.95f;
    private const float ContextScore = 0.9f;
    private const int ShortestGrouped = 14;

    private static readonly ContextSet Words = new(
        "card", "card number", "card no", "cardnumber", "credit card", "creditcard", "debit card", "debitcard", "bank card", "payment card", "charge card", "gift card", "ccn", "cc number", "cc no", "cc num",
        "pan", "visa", "mastercard", "master card", "maestro", "amex", "american express", "discover", "diners", "diners club", "jcb", "unionpay", "union pay", "rupay", "mir", "troy", "verve", "elo",
        "hipercard", "dankort", "bancontact", "girocard", "interac",
        "Karte", "Kartennummer", "Kartennr", "Karten-Nr", "Kreditkarte", "Kreditkartennummer", "Bankkarte", "EC-Karte", "Debitkarte", "Zahlungskarte",
        "carte", "carte bancaire", "carte bleue", "carte de crédit", "carte de débit", "numéro de carte",
        "tarjeta", "número de tarjeta", "tarjeta de crédito", "tarjeta de débito",
        "carta", "carta di credito", "carta di debito", "numero di carta", "numero carta", "bancomat",
        "kaart", "kaartnummer", "creditkaart", "betaalkaart", "bankpas", "pasnummer", "creditcardnummer",
        "cartão", "número do cartão", "cartão de crédito", "cartao",
        "karta", "karty", "kartą", "numer karty", "nr karty", "karta kredytowa", "karta płatnicza", "karty kredytowej",
        "kort", "kortet", "kortnummer", "kortnr", "kreditkort", "betalkort", "bankkort", "kredittkort", "betalingskort",
        "kortti", "kortin", "kortin numero", "korttinumero", "luottokortti", "luottokortin", "pankkikortti", "maksukortti",
        "kart", "kartı", "kart numarası", "kart no", "kredi kartı", "kredi karti", "kart numarasi", "banka karti", "banka kartı", "kartımın",
        "číslo karty", "kreditní karta", "platební karta", "bankkártya", "hitelkártya", "kártyaszám", "număr card", "cardul", "κάρτα", "αριθμός κάρτας",
        "карта", "карты", "карту", "карте", "картой", "номер карты", "кредитная карта", "картка", "номер картки",
        "कार्ड", "कार्ड नंबर", "क्रेडिट कार्ड", "卡号", "卡號", "信用卡", "银行卡", "銀行卡", "借记卡", "储蓄卡", "カード", "カード番号", "クレジットカード", "카드", "카드번호", "카드 번호", "신용카드",
        "بطاقة", "البطاقة", "رقم البطاقة", "بطاقة الائتمان", "כרטיס אשראי", "บัตรเครดิต", "thẻ", "số thẻ", "kartu kredit", "nomor kartu");

    public override Trigger Triggers => Trigger.Number;

    public override IEnumerable<ContextSet> Contexts => [Words];

    /// <summary>Bare, or with a first group of 4, 6 or 8 digits, as <see cref="IsLayout"/> has them.</summary>
    public override bool MayTake(NumberStart number) =>
        number.Left is not (NumberLeft.Letter or NumberLeft.Underscore or NumberLeft.Dot or NumberLeft.Hyphen)
        && (number.Digits >= CardNetworks.Shortest || (number.Digits is 4 or 6 or 8 && number.Next is NumberNext.Space or NumberNext.Hyphen or NumberNext.Dot));

    public override MatchState Examine(in TextWindow window, int anchor, Trigger trigger, List<Candidate> candidates)
    {
        NumberRun number = window.Number(anchor);
        if (number.Count < CardNetworks.Shortest)
            return number.IsOpen ? MatchState.NeedMore : MatchState.NoMatch;
        ReadOnlySpan<byte> text = window.Bytes;
        if (text[anchor] == '0' || !Edge.LeftFree(text, anchor) || Edge.ContinuesNumber(text, anchor, "-."u8))
            return MatchState.NoMatch;

        var state = MatchState.NoMatch;
        int count = 0;
        for (int groups = 1; groups <= number.Groups && groups <= 5; groups++)
        {
            count += number.Length(groups - 1);
            if (groups > 1 && (number.Separator(groups - 2) is var separator && (separator == '/' || separator != number.Separator(0))))
                return state;
            bool last = groups == number.Groups;
            if (last && number.IsOpen)
                return MatchState.NeedMore;
            if (count > CardNetworks.Longest)
                return state;
            if (count < CardNetworks.Shortest || !IsLayout((int)number.Pattern(groups), groups))
                continue;
            ReadOnlySpan<byte> digits = number.Digits[..count];
            if (!CardNetworks.IsIssued(digits) || !IsLuhn(digits))
                continue;
            int end = number.End(groups - 1);
            MatchState edge = Edge.Right(window, end, "-."u8);
            if (edge == MatchState.NeedMore)
                return edge;
            if (edge != MatchState.Match)
                continue;
            bool context = window.HasContext(Words, anchor);
            if (!context && (groups == 1 ? !IsEvident(digits) : count < ShortestGrouped))
                continue;
            Add(candidates, window, PersonalKinds.CreditCard, anchor, end, context || groups > 1 || count >= 15 ? Score : ContextScore,
                Evidence.Pattern | Evidence.Checksum | (context ? Evidence.Context : Evidence.None));
            state = MatchState.Match;
        }

        return state;
    }

    /// <summary>Groups in hexadecimal: 0x465 is 4, 6, 5 digits as American Express prints them.</summary>
    private static bool IsLayout(int pattern, int groups) => groups == 1
        || pattern is 0x4444 or 0x465 or 0x464 or 0x4443 or 0x4442 or 0x4441 or 0x445 or 0x4333 or 0x444 or 0x44443 or 0x44442 or 0x44441 or 0x6D or 0x4455 or 0x88;

    /// <summary>Whether so few other numbers have that length and beginning that no word is needed: those of 14 to 16 digits, but not those of the years' digits.</summary>
    private static bool IsEvident(ReadOnlySpan<byte> digits) => digits.Length switch
    {
        16 or 15 => digits[0] is >= 2 and <= 6,
        14 => digits[0] == 3,
        _ => false,
    };

    /// <summary>The digits of twice a digit, added.</summary>
    private static ReadOnlySpan<byte> Doubled => [0, 2, 4, 6, 8, 1, 3, 5, 7, 9];

    private static bool IsLuhn(ReadOnlySpan<byte> digits)
    {
        int sum = digits.Length % 2 == 0 ? 0 : digits[0];
        for (int i = digits.Length - 1; i > 0; i -= 2)
            sum += digits[i] + Doubled[digits[i - 1]];
        return sum % 10 == 0;
    }
}
