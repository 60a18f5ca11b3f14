using IronCage.Safety.Kinds;
using IronCage.Safety.Recognisers.Identifiers.Checks;
using IronCage.Safety.Text;
using static IronCage.Safety.Recognisers.Identifiers.IdentifierRule;
using static IronCage.Safety.Recognisers.Identifiers.IdentifierWords;

namespace IronCage.Safety.Recognisers.Identifiers.Rules;

/// <summary>Germany, Austria, Switzerland.</summary>
internal static class CentralEuropeanRules
{
    private static readonly ContextSet TaxId = Of(
        "steuer id", "steuer id nr", "steuer idnr", "steueridentifikationsnummer", "steuer identifikationsnummer",
        "steuerliche identifikationsnummer", "identifikationsnummer", "id nr", "idnr", "steuer identnummer", "steuernummer", "tin", "tax id",
        "german tax", "tax identification number", "steuerid", "ident nr", "persönliche identifikationsnummer");

    private static readonly ContextSet TaxNumber = Of(
        "steuernummer", "steuer nummer", "steuer nr", "steuernr", "st nr", "stnr", "st nummer", "german tax number", "steuernummern");

    private static readonly ContextSet GermanVat = Of(
        "ust id", "ust id nr", "ust idnr", "umsatzsteuer id", "umsatzsteuer identifikationsnummer", "umsatzsteueridentifikationsnummer",
        "umsatzsteuer id nr", "vat", "vat id", "mwst nr", "german vat");

    private static readonly ContextSet Passport = Of(
        "reisepass", "reisepassnummer", "reisepass nr", "passnummer", "pass nr", "pass nummer", "german passport", "deutscher pass", "reisepasses",
        "kinderreisepass");

    private static readonly ContextSet Card = Of(
        "personalausweis", "personalausweisnummer", "personalausweis nr", "ausweisnummer", "ausweis nr", "ausweis", "perso", "german id",
        "german identity card", "id card", "identity card", "personalausweises", "id card number", "ausweis id", "dokumentennummer");

    private static readonly ContextSet Insurance = Of(
        "sozialversicherungsnummer", "sozialversicherungs nummer", "sozialversicherungs nr", "versicherungsnummer", "versicherungs nummer",
        "versicherungs nr", "sv nummer", "sv nr", "svnr", "rentenversicherungsnummer", "rentenversicherungs nr", "rv nummer", "rvnr", "rv nr",
        "german social security", "sozialversicherung", "social security", "vsnr", "sozialversicherungsausweis");

    private static readonly ContextSet Austrian = Of(
        "sozialversicherungsnummer", "sozialversicherungs nr", "versicherungsnummer", "svnr", "sv nr", "sv nummer", "sozialversicherung",
        "austrian social security", "e card", "ecard", "sozvers nr", "vsnr", "austrian insurance number", "social security");

    private static readonly ContextSet Uid = Of(
        "uid", "uid nummer", "uid nr", "ust id nr", "umsatzsteuer identifikationsnummer", "atu", "vat", "austrian vat", "atu nummer");

    private static readonly ContextSet Ahv = Of(
        "ahv", "ahv nummer", "ahv nr", "ahvn13", "ahvn", "avs", "numéro avs", "n° avs", "navs", "navs13", "numero avs", "ahv iv",
        "sozialversicherungsnummer", "swiss social security", "oasi", "versichertennummer", "swiss ssn");

    private static readonly ContextSet Swiss = Of(
        "uid", "ide", "idi", "unternehmens identifikationsnummer", "unternehmensidentifikationsnummer", "numéro ide", "mwst", "mwst nr", "tva", "iva",
        "che", "swiss uid", "numero idi", "vat", "numéro d'identification des entreprises");

    public static readonly IdentifierRule[] All =
    [
        Checked(NationalKinds.DeTaxId, CentralEuropeanChecks.SteuerId, TaxId,
            spoken: "99999999999|99 999 999 999|99/999/999/999|999 999 999 99|99-999-999-999|99.999.999.999"),
        Shaped(NationalKinds.DeTaxNumber, CentralEuropeanChecks.Steuernummer, TaxNumber,
            spoken: "99/999/99999|999/999/99999|99999/99999|999/9999/9999|99 999 99999|999 999 99999|999 9999 9999|99999 99999|9999999999|99999999999|9999999999999") with { SpokenScore = 0.75f },
        Checked(NationalKinds.DeVatId, CentralEuropeanChecks.GermanVat, GermanVat,
            alone: "AA999999999|AA 999 999 999|AA 999999999|AA-999999999|AA999 999 999|AA 99 99 99 999") with { AnyCase = true, AloneScore = Distinctive },
        Shaped(NationalKinds.DePassport, CentralEuropeanChecks.Passport, Passport,
            spoken: "AXXXXXXXX|AXXXXXXXX9|AXXXXXXXX 9") with { SpokenScore = 0.65f },
        Shaped(NationalKinds.DePassport, CentralEuropeanChecks.Passport, AnyPassport,
            spoken: "AXXXXXXXX|AXXXXXXXX9|AXXXXXXXX 9") with { SpokenScore = 0.55f },
        Shaped(NationalKinds.DeIdCard, CentralEuropeanChecks.IdCard, Card, spoken: "AXXXXXXXX|AXXXXXXXX9|AXXXXXXXX 9"),
        Checked(NationalKinds.DeSocialSecurity, CentralEuropeanChecks.Versicherungsnummer, Insurance,
            alone: "99 999999 A 999|99999999A999",
            spoken: "99 999999 A999|99-999999-A-999|99 99 99 99 A 999|99.999999.A.999|99 999999A999|99/999999/A/999"),
        Checked(NationalKinds.AtSocialSecurity, CentralEuropeanChecks.AustrianInsurance, Austrian, spoken: "9999_999999|9999/999999|9999 99 99 99"),
        Checked(NationalKinds.AtVatId, CentralEuropeanChecks.AustrianVat, Uid,
            alone: "AAA99999999|AAA 99999999|AAA 9999 9999") with { AnyCase = true, AloneScore = Distinctive },
        Checked(NationalKinds.ChAhv, CentralEuropeanChecks.Ahv, Ahv,
            alone: "999.9999.9999.99|9999999999999",
            spoken: "999 9999 9999 99|999-9999-9999-99"),
        Checked(NationalKinds.ChUid, CentralEuropeanChecks.SwissUid, Swiss,
            alone: "AAA-999.999.999|AAA999999999|AAA 999.999.999|AAA-999999999|AAA 999 999 999|AAA999.999.999") with { AnyCase = true, AloneScore = Distinctive },
    ];
}
