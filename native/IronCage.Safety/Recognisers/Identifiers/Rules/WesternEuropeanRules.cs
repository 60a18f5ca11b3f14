using IronCage.Safety.Kinds;
using IronCage.Safety.Recognisers.Identifiers.Checks;
using IronCage.Safety.Text;
using static IronCage.Safety.Recognisers.Identifiers.IdentifierRule;
using static IronCage.Safety.Recognisers.Identifiers.IdentifierWords;

namespace IronCage.Safety.Recognisers.Identifiers.Rules;

/// <summary>France, Belgium, the Netherlands.</summary>
internal static class WesternEuropeanRules
{
    private static readonly ContextSet Nir = Of(
        "nir", "numéro de sécurité sociale", "sécurité sociale", "numéro de sécu", "n° de sécurité sociale", "insee", "numéro insee", "sécu",
        "numéro ss", "french social security", "carte vitale", "immatriculation sociale", "numéro d'inscription au répertoire", "assuré");

    private static readonly ContextSet TaxId = Of("tax id", "tin", "nif", "tax number", "fiscal number", "impôt", "impôts");

    private static readonly ContextSet FrenchTaxId = Of(
        "numéro fiscal", "numéro fiscal de référence", "n° fiscal", "identifiant fiscal", "spi", "référence fiscale", "numéro d'impôt", "french tax");

    private static readonly ContextSet Siren = Of("siren", "numéro siren", "n° siren", "code siren", "rcs", "registre du commerce", "siren number");
    private static readonly ContextSet Siret = Of("siret", "numéro siret", "n° siret", "code siret", "établissement", "siret number");

    private static readonly ContextSet FrenchVat = Of(
        "tva", "numéro de tva", "n° tva", "tva intracommunautaire", "n° de tva", "tva intra", "tva intracom", "numéro tva", "french vat", "vat", "vat number", "identifiant tva");

    private static readonly ContextSet FrenchPassport = Of("passeport", "numéro de passeport", "n° de passeport", "passeport n", "passeport français", "french passport");

    private static readonly ContextSet Registry = Of(
        "rijksregisternummer", "rijksregister", "rrn", "rr nr", "insz", "inss", "niss", "numéro national", "registre national",
        "numéro de registre national", "nn", "nationaal nummer", "identificatienummer", "nationalregisternummer", "belgian national",
        "national register", "national number", "numéro d'identification de la sécurité sociale", "belgian id", "n° national", "bis nummer");

    private static readonly ContextSet Company = Of(
        "btw", "btw nummer", "btw nr", "tva", "numéro de tva", "n° tva", "ondernemingsnummer", "numéro d'entreprise", "kbo", "bce", "vat",
        "unternehmensnummer", "enterprise number", "company number", "mwst");

    private static readonly ContextSet Bsn = Of(
        "bsn", "burgerservicenummer", "burger service nummer", "sofinummer", "sofi nummer", "sofi", "citizen service number", "bsn nummer", "rsin",
        "fiscaal nummer", "dutch id");

    private static readonly ContextSet DutchVat = Of(
        "btw", "btw id", "btw nummer", "btw nr", "omzetbelastingnummer", "vat", "dutch vat", "ob nummer");

    public static readonly IdentifierRule[] All =
    [
        Checked(NationalKinds.FrNir, WesternEuropeanChecks.Nir, Nir,
            alone: "999999999999999|9 99 99 99 999 999 99|99999A999999999|9 99 99 9A 999 999 99",
            spoken: "9999999999999 99|9 99 99 99 999 999-99|9 99 99 99 999 999/99|9-99-99-99-999-999-99|9.99.99.99.999.999.99"),
        Checked(NationalKinds.FrTaxId, WesternEuropeanChecks.NumeroFiscal, TaxId, spoken: "9999999999999|99 99 999 999 999"),
        Checked(NationalKinds.FrTaxId, WesternEuropeanChecks.NumeroFiscal, FrenchTaxId, spoken: "9999999999999|99 99 999 999 999"),
        Shaped(NationalKinds.FrTaxId, WesternEuropeanChecks.NumeroFiscalShape, FrenchTaxId, spoken: "9999999999999|99 99 999 999 999"),
        Checked(NationalKinds.FrSiren, CheckDigits.Luhn, Siren, spoken: "999_999_999|999.999.999"),
        Checked(NationalKinds.FrSiret, WesternEuropeanChecks.Siret, Siret,
            spoken: "99999999999999|999 999 999 99999|999999999 99999|999 999 999 999 99|999.999.999.99999|999-999-999-99999"),
        Checked(NationalKinds.FrVatId, WesternEuropeanChecks.FrenchVat, FrenchVat,
            alone: "AAXX999999999|AAXX 999999999|AAXX 999 999 999|AA XX 999 999 999|AA XX 999999999|AA XX999999999|AA-XX999999999",
            spoken: "99999999999|99 999 999 999|99 999999999") with { AnyCase = true, AloneScore = Distinctive },
        Shaped(NationalKinds.FrPassport, CheckDigits.None, FrenchPassport, spoken: "99AA99999|99 AA 99999") with { SpokenScore = 0.65f },
        Shaped(NationalKinds.FrPassport, CheckDigits.None, AnyPassport, spoken: "99AA99999|99 AA 99999") with { SpokenScore = 0.55f },
        Checked(NationalKinds.BeNationalNumber, WesternEuropeanChecks.BelgianNationalNumber, Registry,
            alone: "99.99.99-999.99",
            spoken: "99999999999|999999-999-99|999999-999.99|999999 999 99|99.99.99 999.99|99.99.99.999.99|99 99 99 999 99|99-99-99-999-99"
                + "|999999 99999|99/99/99-999.99|99.99.99-999-99"),
        Checked(NationalKinds.BeVatId, WesternEuropeanChecks.BelgianCompany, Company,
            alone: "AA9999999999|AA 9999999999|AA 9999.999.999|AA9999.999.999|AA-9999.999.999|AA 9999 999 999",
            spoken: "9999.999.999|9999999999|9999 999 999") with { AnyCase = true, AloneScore = Distinctive },
        Checked(NationalKinds.NlBsn, WesternEuropeanChecks.Bsn, Bsn, spoken: "999999999|9999 99 999|9999.99.999|999 999 999|999-999-999|999.999.999"),
        Checked(NationalKinds.NlVatId, WesternEuropeanChecks.DutchVat, DutchVat,
            alone: "AA999999999A99|AA9999.99.999.A.99|AA 999999999 A99|AA 9999.99.999.A.99|AA9999.99.999.A99|AA 999999999A99") with { AnyCase = true, AloneScore = Distinctive },
    ];
}
