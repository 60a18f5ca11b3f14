using IronCage.Safety.Kinds;
using IronCage.Safety.Recognisers.Identifiers.Checks;
using IronCage.Safety.Text;
using static IronCage.Safety.Recognisers.Identifiers.IdentifierRule;
using static IronCage.Safety.Recognisers.Identifiers.IdentifierWords;

namespace IronCage.Safety.Recognisers.Identifiers.Rules;

/// <summary>Sweden, Finland, Norway, Denmark, Iceland.</summary>
internal static class NordicRules
{
    private static readonly ContextSet Personnummer = Of(
        "personnummer", "pers nr", "persnr", "pnr", "personnumret", "personnr", "samordningsnummer", "swedish personal", "swedish personal identity",
        "personal identity number", "swedish id", "swedish ssn", "person nr", "personal number", "födelsedatum");

    private static readonly ContextSet Organisationsnummer = Of(
        "organisationsnummer", "org nr", "orgnr", "org nummer", "orgnummer", "organisationsnumret", "momsregistreringsnummer", "momsnr",
        "swedish organisation", "swedish organization", "swedish company", "corporate identity number", "företagsnummer", "bolagsnummer");

    private static readonly ContextSet Henkilotunnus = Of(
        "henkilötunnus", "hetu", "henkilötunnukseni", "henkilötunnuksen", "sosiaaliturvatunnus", "sotu", "personbeteckning",
        "finnish personal identity", "personal identity code", "finnish id", "finnish ssn", "henkilötunnuksella");

    private static readonly ContextSet Ytunnus = Of(
        "y tunnus", "ytunnus", "fo nummer", "business id", "finnish business", "alv numero", "y tunnuksen", "y tunnuksella", "yritystunnus",
        "företags och organisationsnummer");

    private static readonly ContextSet Fodselsnummer = Of(
        "fødselsnummer", "fodselsnummer", "fødselsnr", "fnr", "f nr", "personnummer", "d nummer", "dnr", "fødselsnummeret", "fødsels og personnummer",
        "norwegian national identity", "norwegian id", "norwegian birth number", "national identity number", "fødselsnummer er", "fodselsnr",
        "foedselsnummer");

    private static readonly ContextSet Organisasjonsnummer = Of(
        "organisasjonsnummer", "org nr", "orgnr", "org nummer", "orgnummer", "foretaksnummer", "mva", "mva nummer", "norwegian organisation",
        "norwegian organization", "norwegian company", "organisation number", "organization number", "organisasjonsnr");

    private static readonly ContextSet Cpr = Of(
        "cpr", "cpr nummer", "cpr nr", "cprnr", "dansk personnummer", "danske personnummer", "danish cpr", "danish id", "danish personal",
        "cpr number", "civil registration number");
    private static readonly ContextSet Cvr = Of(
        "cvr", "cvr nummer", "cvr nr", "cvrnr", "se nummer", "se nr", "danish cvr", "danish company", "danish vat", "moms", "momsnummer",
        "cvr number");
    private static readonly ContextSet Kennitala = Of(
        "kennitala", "kennitölu", "kennitölu", "kt", "kennitalan", "icelandic kennitala", "icelandic id", "icelandic national", "kennitalu",
        "kennitolu");

    public static readonly IdentifierRule[] All =
    [
        Checked(NationalKinds.SePersonnummer, NordicChecks.Personnummer, Personnummer,
            alone: "999999-9999|999999+9999|99999999-9999",
            spoken: "9999999999|999999999999|999999 9999|99999999 9999|99999999+9999") with { AloneScore = 0.65f },
        Checked(NationalKinds.SeOrganisationsnummer, NordicChecks.Organisationsnummer, Organisationsnummer,
            alone: "AA999999999999",
            spoken: "999999-9999|9999999999|999999 9999") with { AnyCase = true, AloneScore = Distinctive },
        Checked(NationalKinds.FiPersonalIdentityCode, NordicChecks.Henkilotunnus, Henkilotunnus,
            alone: "999999-999X|999999+999X|999999A999X") with { AnyCase = true },
        Checked(NationalKinds.FiBusinessId, NordicChecks.Ytunnus, Ytunnus,
            alone: "AA99999999|AA 99999999",
            spoken: "9999999-9|99999999") with { AnyCase = true },
        Checked(NationalKinds.NoFodselsnummer, NordicChecks.Fodselsnummer, Fodselsnummer,
            alone: "999999 99999",
            spoken: "99999999999|999999-99999|99 99 99 99999|999999.99999|99.99.99 99999"),
        Checked(NationalKinds.NoOrganisationNumber, NordicChecks.Organisasjonsnummer, Organisasjonsnummer, spoken: "999_999_999|999.999.999"),
        Checked(NationalKinds.NoOrganisationNumber, NordicChecks.NorwegianVat, Organisasjonsnummer,
            alone: "AA 999 999 999 AAA|AA999999999AAA|AA 999999999 AAA|AA999999999 AAA"),
        Shaped(NationalKinds.DkCpr, NordicChecks.Cpr, Cpr,
            spoken: "999999-9999|9999999999|999999 9999|999999/9999|99 99 99 9999|99.99.99-9999|99 99 99-9999") with { SpokenScore = 0.88f, CanRelax = true },
        Checked(NationalKinds.DkCvr, NordicChecks.Cvr, Cvr,
            alone: "AA99999999|AA 99999999|AA 99 99 99 99|AA-99999999",
            spoken: "99999999|99 99 99 99|9999 9999") with { AnyCase = true, AloneScore = Distinctive },
        Checked(NationalKinds.IsKennitala, NordicChecks.Kennitala, Kennitala, spoken: "999999-9999|9999999999|999999 9999"),
    ];
}
