using IronCage.Safety.Kinds;
using IronCage.Safety.Recognisers.Identifiers.Checks;
using IronCage.Safety.Text;
using static IronCage.Safety.Recognisers.Identifiers.IdentifierRule;
using static IronCage.Safety.Recognisers.Identifiers.IdentifierWords;

namespace IronCage.Safety.Recognisers.Identifiers.Rules;

/// <summary>Spain, Italy, Portugal, Greece.</summary>
internal static class SouthernEuropeanRules
{
    private static readonly ContextSet Dni = Of(
        "dni", "nif", "número de dni", "documento nacional de identidad", "documento de identidad", "dni nif", "n i f", "d n i",
        "número de identificación fiscal", "spanish id", "spanish dni", "carnet de identidad", "nif dni", "nif nie", "dni nie",
        "identificación fiscal", "cif nif", "spanish tax");

    private static readonly ContextSet Nie = Of(
        "nie", "número de identidad de extranjero", "n i e", "extranjero", "tarjeta de residencia", "tie", "foreigner id", "spanish nie", "dni nie",
        "nif nie", "nif");

    private static readonly ContextSet Cif = Of(
        "cif", "código de identificación fiscal", "c i f", "nif", "cif nif", "nif cif", "identificación fiscal", "spanish cif", "spanish company",
        "número de cif");

    private static readonly ContextSet Afiliacion = Of(
        "seguridad social", "número de la seguridad social", "número de seguridad social", "nss", "nuss", "n s s", "número de afiliación", "nº de afiliación",
        "nº afiliación", "naf", "afiliación", "spanish social security");

    private static readonly ContextSet SpanishPassport = Of(
        "pasaporte", "número de pasaporte", "nº pasaporte", "pasaporte español", "spanish passport");

    private static readonly ContextSet Fiscal = Of(
        "codice fiscale", "cod fisc", "cod fiscale", "c f", "fiscal code", "italian tax code", "codfisc", "codicefiscale", "tessera sanitaria", "cf");

    private static readonly ContextSet Iva = Of(
        "partita iva", "p iva", "p i v a", "piva", "p. iva", "iva", "p.i.", "italian vat", "vat it", "codice fiscale e partita iva", "codice fiscale",
        "cf piva");

    private static readonly ContextSet ItalianPassport = Of("passaporto", "numero di passaporto", "passaporto n", "italian passport", "n passaporto");

    private static readonly ContextSet Card = Of(
        "carta d'identità", "carta di identità", "carta identità", "cie", "carta d identita", "documento di identità", "documento d'identità",
        "italian identity card", "italian id", "identity card", "c i", "numero carta identità", "carta di identita elettronica", "id card");

    private static readonly ContextSet Patente = Of(
        "patente", "patente di guida", "numero di patente", "patente n", "italian driving licence", "driving licence", "driving license",
        "driver license", "driver s license", "italian license", "patenti");

    private static readonly ContextSet Nif = Of(
        "nif", "número de contribuinte", "contribuinte", "contribuinte n", "número de identificação fiscal", "n i f", "nipc", "portuguese nif",
        "portuguese tax", "nº contribuinte", "identificação fiscal", "contribuinte nº", "nif n");

    private static readonly ContextSet Cc = Of(
        "cartão de cidadão", "cartão do cidadão", "número do cartão de cidadão", "cc", "cc n", "citizen card", "portuguese citizen card",
        "documento de identificação", "nº cc", "bilhete de identidade");
    private static readonly ContextSet Amka = Of(
        "amka", "αμκα", "α.μ.κ.α", "αριθμός μητρώου κοινωνικής ασφάλισης", "greek amka", "greek social security", "αρ. μητρώου");
    private static readonly ContextSet Afm = Of("afm", "αφμ", "α.φ.μ", "αριθμός φορολογικού μητρώου", "greek afm", "greek tax", "greek vat");

    public static readonly IdentifierRule[] All =
    [
        Checked(NationalKinds.EsNif, SouthernEuropeanChecks.Dni, Dni,
            alone: "99.999.999-A",
            spoken: "99999999A|99999999-A|99999999 A|99.999.999 A|99.999.999A|99 999 999 A|99 999 999-A|99-999-999-A"),
        Checked(NationalKinds.EsNif, SouthernEuropeanChecks.SpecialNif, Dni, spoken: "A9999999A|A-9999999-A|A9999999-A"),
        Checked(NationalKinds.EsNie, SouthernEuropeanChecks.Nie, Nie,
            alone: "A9999999A|A-9999999-A",
            spoken: "A9999999-A|A-9999999A|A 9999999 A|A 9999999A|A-9.999.999-A|A9.999.999A"),
        Checked(NationalKinds.EsCif, SouthernEuropeanChecks.Cif, Cif,
            spoken: "A9999999X|A-9999999X|A-9999999-X|A 9999999X|A-99999999|A99999999|A-99.999.999|A99.999.999|A 99999999"),
        Checked(NationalKinds.EsSocialSecurity, SouthernEuropeanChecks.Afiliacion, Afiliacion,
            alone: "99/99999999/99",
            spoken: "999999999999|99 99999999 99|99-99999999-99|99 9999999999|99/9999999999|99.99999999.99"),
        Shaped(NationalKinds.EsPassport, CheckDigits.None, SpanishPassport,
            spoken: "AAA999999|AA999999|AAA 999999|AAA-999999") with { SpokenScore = 0.65f },
        Shaped(NationalKinds.EsPassport, CheckDigits.None, AnyPassport,
            spoken: "AAA999999|AA999999|AAA 999999|AAA-999999") with { SpokenScore = 0.55f },
        Checked(NationalKinds.ItFiscalCode, SouthernEuropeanChecks.CodiceFiscale, Fiscal,
            alone: "AAAAAAXXAXXAXXXA|AAA AAA XXAXX AXXXA|AAAAAA XXAXX AXXXA",
            spoken: "AAAAAA-XXAXX-AXXXA|AAAAAA XXAXXAXXXA|AAA-AAA-XXAXX-AXXXA") with { AnyCase = true, AloneScore = Distinctive },
        Checked(NationalKinds.ItVatCode, SouthernEuropeanChecks.PartitaIva, Iva,
            alone: "AA99999999999|AA 99999999999|AA-99999999999",
            spoken: "99999999999|9999999 999 9|999 999 999 99|99999 999999") with { AnyCase = true, AloneScore = Distinctive },
        Shaped(NationalKinds.ItPassport, SouthernEuropeanChecks.ItalianPassport, ItalianPassport,
            spoken: "AA9999999|AA 9999999") with { SpokenScore = 0.65f },
        Shaped(NationalKinds.ItPassport, SouthernEuropeanChecks.ItalianPassport, AnyPassport,
            spoken: "AA9999999|AA 9999999") with { SpokenScore = 0.55f },
        Shaped(NationalKinds.ItIdentityCard, SouthernEuropeanChecks.ItalianCard, Card,
            spoken: "AA99999AA|AA9999999|AA 9999999|AA 99999 AA|9999999AA") with { SpokenScore = 0.65f },
        Shaped(NationalKinds.ItDriverLicense, SouthernEuropeanChecks.ItalianLicence, Patente,
            spoken: "A9XXXXXXXA|AA9999999A|AA 9999999 A|AA 9999999A"),
        Checked(NationalKinds.PtNif, SouthernEuropeanChecks.Contribuinte, Nif,
            alone: "AA999999999|AA 999999999",
            spoken: "999_999_999|999.999.999") with { AnyCase = true, AloneScore = Distinctive },
        Checked(NationalKinds.PtCc, SouthernEuropeanChecks.CartaoDeCidadao, Cc,
            alone: "99999999 9 AX9",
            spoken: "999999999XX9|99999999 9 XX9|99999999 9XX9|99999999-9-XX9|99999999-9XX9|999999999 XX9"),
        Checked(NationalKinds.GrAmka, SouthernEuropeanChecks.Amka, Amka, spoken: "99999999999|999999 99999|999999-99999|99/99/99-99999"),
        Checked(NationalKinds.GrAfm, SouthernEuropeanChecks.Afm, Afm,
            alone: "AA999999999|AA 999999999",
            spoken: "999999999|999 999 999") with { AnyCase = true, AloneScore = Distinctive },
    ];
}
