using IronCage.Safety.Kinds;
using IronCage.Safety.Recognisers.Identifiers.Checks;
using IronCage.Safety.Text;
using static IronCage.Safety.Recognisers.Identifiers.IdentifierRule;
using static IronCage.Safety.Recognisers.Identifiers.IdentifierWords;

namespace IronCage.Safety.Recognisers.Identifiers.Rules;

/// <summary>Central and eastern Europe.</summary>
internal static class EasternEuropeanRules
{
    private static readonly ContextSet Pesel = Of("pesel", "numer pesel", "nr pesel", "polish pesel", "pesel number");

    private static readonly ContextSet Nip = Of(
        "nip", "numer nip", "nr nip", "numer identyfikacji podatkowej", "identyfikacja podatkowa", "polish nip", "polish tax", "polish vat", "nip ue",
        "vat ue");

    private static readonly ContextSet Regon = Of("regon", "numer regon", "nr regon", "polish regon", "regon number");

    private static readonly ContextSet RodneCislo = Of(
        "rodné číslo", "rodného čísla", "rodné č", "rč", "r č", "r.č.", "czech birth number", "slovak birth number", "birth number", "rodne cislo",
        "rodnecislo");

    private static readonly ContextSet Cnp = Of(
        "cnp", "cod numeric personal", "codul numeric personal", "c n p", "romanian cnp", "romanian id", "codului numeric personal");

    private static readonly ContextSet Egn = Of(
        "egn", "егн", "е г н", "единен граждански номер", "bulgarian egn", "bulgarian id", "uniform civil number", "единния граждански номер");

    private static readonly ContextSet Oib = Of("oib", "osobni identifikacijski broj", "croatian oib", "broj oib", "osobni identifikacijski");

    private static readonly ContextSet Emso = Of(
        "emšo", "emso", "enotna matična številka", "matična številka", "jmbg", "jedinstveni matični broj", "matični broj", "јмбг", "slovenian id",
        "slovenian emso");

    private static readonly ContextSet Hungarian = Of(
        "adószám", "adóazonosító", "adóazonosító jel", "adóazonosító jele", "adóazonosító jelem", "adószáma", "hungarian tax", "adójel",
        "közösségi adószám", "adoszam", "adóazonosító szám");

    private static readonly ContextSet Inn = Of(
        "инн", "идентификационный номер налогоплательщика", "inn", "номер инн", "russian inn", "инн кпп", "russian tax", "налогоплательщика");
    private static readonly ContextSet Snils = Of(
        "снилс", "snils", "страховой номер", "номер снилс", "пенсионное страхование", "russian snils", "страхового номера");
    private static readonly ContextSet Rnokpp = Of(
        "рнокпп", "іпн", "ипн", "rnokpp", "ipn", "індивідуальний податковий номер", "реєстраційний номер облікової картки", "податковий номер",
        "ідентифікаційний код", "ідентифікаційний номер", "ukrainian tax", "индивидуальный налоговый номер", "идентификационный код", "drfo", "дрфо");

    private static readonly ContextSet Lithuanian = Of(
        "asmens kodas", "asmens kodo", "asmens kodą", "a k", "lithuanian personal code", "lithuanian id");
    private static readonly ContextSet Latvian = Of(
        "personas kods", "personas koda", "personas kodu", "p k", "latvian personal code", "latvian id", "personal code", "personas kodam");
    private static readonly ContextSet Estonian = Of(
        "isikukood", "isikukoodi", "isikukoodiga", "estonian personal code", "estonian id", "id kood", "isiku kood");

    public static readonly IdentifierRule[] All =
    [
        Checked(NationalKinds.PlPesel, EasternEuropeanChecks.Pesel, Pesel, spoken: "99999999999|999999 99999|99 99 99 99999|999999-99999"),
        Checked(NationalKinds.PlNip, EasternEuropeanChecks.Nip, Nip,
            alone: "AA9999999999|AA 9999999999|AA 999-999-99-99|AA 999-99-99-999|AA-9999999999",
            spoken: "9999999999|999_999_99_99|999_99_99_999") with { AnyCase = true, AloneScore = Distinctive },
        Checked(NationalKinds.PlRegon, EasternEuropeanChecks.Regon, Regon,
            spoken: "999_999_999|99999999999999|999999999-99999|999 999 999 99999|999999999 99999"),
        Checked(NationalKinds.CzBirthNumber, EasternEuropeanChecks.RodneCislo, RodneCislo,
            alone: "999999/9999",
            spoken: "9999999999|999999/999|999999 9999|999999999|999999-9999"),
        Checked(NationalKinds.RoCnp, EasternEuropeanChecks.Cnp, Cnp,
            spoken: "9999999999999|9 999999 999999|9 99 99 99 99 999 9|9 999999 99 999 9|9-999999-999999"),
        Checked(NationalKinds.BgEgn, EasternEuropeanChecks.Egn, Egn, spoken: "9999999999|999999 9999"),
        Checked(NationalKinds.HrOib, EasternEuropeanChecks.Oib, Oib,
            alone: "AA99999999999|AA 99999999999",
            spoken: "99999999999|999 999 999 99|99 999 999 999") with { AnyCase = true, AloneScore = Distinctive },
        Checked(NationalKinds.SiEmso, EasternEuropeanChecks.Emso, Emso,
            spoken: "9999999999999|9999999 99 9999|9999999 999999|9999999-999999|99 99 999 99 999 9"),
        Checked(NationalKinds.HuTaxId, EasternEuropeanChecks.HungarianTax, Hungarian,
            spoken: "99999999-9-99|99999999|9999999999|99999999999|99999999 9 99|999 999 9999"),
        Checked(NationalKinds.RuInn, EasternEuropeanChecks.Inn, Inn, spoken: "9999999999|999999999999|99 99 999999 99|9999 99999 9|9999 999999 99"),
        Checked(NationalKinds.RuSnils, EasternEuropeanChecks.Snils, Snils,
            alone: "999-999-999 99|999-999-999-99",
            spoken: "99999999999|999 999 999 99"),
        Checked(NationalKinds.UaRnokpp, EasternEuropeanChecks.Rnokpp, Rnokpp, spoken: "9999999999"),
        Checked(NationalKinds.LtPersonalCode, EasternEuropeanChecks.BalticCode, Lithuanian, spoken: "99999999999|9 999999 9999|9-999999-9999"),
        Checked(NationalKinds.LvPersonalCode, EasternEuropeanChecks.LatvianCode, Latvian, spoken: "999999-99999|99999999999|999999 99999"),
        Checked(NationalKinds.EePersonalCode, EasternEuropeanChecks.BalticCode, Estonian, spoken: "99999999999|9 999999 9999|9-999999-9999"),

        // What Estonia's own forms say in English; Lithuania's have the same digits.
        Checked(NationalKinds.EePersonalCode, EasternEuropeanChecks.BalticCode,
            Of("personal code", "personal identification code"),
            spoken: "99999999999") with { SpokenScore = 0.8f },
    ];
}
