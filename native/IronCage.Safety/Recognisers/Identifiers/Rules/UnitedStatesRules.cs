using IronCage.Safety.Kinds;
using IronCage.Safety.Recognisers.Identifiers.Checks;
using IronCage.Safety.Text;
using static IronCage.Safety.Recognisers.Identifiers.IdentifierRule;
using static IronCage.Safety.Recognisers.Identifiers.IdentifierWords;

namespace IronCage.Safety.Recognisers.Identifiers.Rules;

/// <summary>The United States.</summary>
internal static class UnitedStatesRules
{
    private static readonly ContextSet SsnWords = Of("ssn", "social security", "soc sec", "seguro social", "número de seguro social");

    private static readonly ContextSet UsPassport = Of(
        "us passport", "u s passport", "american passport", "usa passport", "united states passport", "passport book", "passport card",
        "us passport number");

    private static readonly ContextSet AnyLicence = Of(
        "driver license", "drivers license", "driver s license", "driving license", "driver licence", "drivers licence", "driver s licence",
        "driver lic", "drivers lic", "dl number", "dl no", "dl num", "dl id", "dln", "license number", "licence number", "license no", "driver id",
        "operator license", "dmv license", "state id", "dmv");

    private static readonly ContextSet Routing = Of(
        "routing number", "routing no", "routing num", "routing", "aba", "aba rtn", "rtn", "transit number", "ach routing", "routing transit");

    private static readonly ContextSet Account = Of(
        "account number", "account no", "account num", "account nr", "acct number", "acct no", "acct num", "acct", "bank account", "bank acct",
        "checking account", "savings account", "checking acct", "savings acct", "deposit account", "account id number", "direct deposit");

    public static readonly IdentifierRule[] All =
    [
        Shaped(NationalKinds.UsSsn, UnitedStatesChecks.Ssn, SsnWords, alone: "999-99-9999") with { AloneScore = 0.85f, SpokenScore = 0.9f },
        Shaped(NationalKinds.UsSsn, UnitedStatesChecks.Ssn, SsnWords, alone: "999 99 9999") with { AloneScore = 0.6f, SpokenScore = 0.85f },
        Shaped(NationalKinds.UsSsn, UnitedStatesChecks.Ssn, SsnWords, spoken: "999999999") with { SpokenScore = 0.8f },
        Shaped(NationalKinds.UsItin, UnitedStatesChecks.Itin,
            Of(
                "itin", "individual taxpayer", "taxpayer id", "taxpayer identification", "tax id", "tin", "taxpayer number", "tax number",
                "irs number"),
            alone: "999-99-9999",
            spoken: "999999999|999 99 9999") with { SpokenScore = 0.85f },
        Shaped(NationalKinds.UsMbi, UnitedStatesChecks.Mbi,
            Of("mbi", "medicare", "medicare beneficiary", "beneficiary id", "beneficiary identifier", "hicn"),
            alone: "9AX9-AX9-AA99",
            spoken: "9AX9AX9AA99|9AX9 AX9 AA99") with { SpokenScore = 0.85f },
        Checked(NationalKinds.UsNpi, UnitedStatesChecks.Npi,
            Of("npi", "national provider", "provider id", "provider identifier", "provider number"),
            spoken: "9999999999"),
        Shaped(NationalKinds.UsPassport, CheckDigits.None, UsPassport, spoken: "999999999|A99999999") with { SpokenScore = 0.65f },
        Shaped(NationalKinds.UsPassport, CheckDigits.None, AnyPassport, spoken: "999999999|A99999999") with { SpokenScore = 0.55f },
        Shaped(NationalKinds.UsDriverLicense, CheckDigits.None, AnyLicence,

            // Numbers; a letter and digits; Florida, Illinois, Maryland, Michigan, New Jersey, Wisconsin; Ohio and others; Washington, Colorado, New Hampshire.
            spoken: "9999999|99999999|999999999|9999999999|999999999999|99 999 999|999 999 999|9999999A|99999999A"
                + "|A999999|A9999999|A99999999|A999999999|A99999999999|A999999999999|A9999999999999|A99999999999999"
                + "|A999-999-99-999-9|A999-999-99-999|A999-9999-9999|A-999-999-999-999|A 999 999 999 999|A9999 99999 99999|A9999-99999-99999|A999-9999-9999-99"
                + "|AA99999|AA999999|AA9999999|999AA9999|AAAXXXXXXXXX|AAA99999999|99-999-9999|99AAA99999|AAAAA999A9AA") with { CanRelax = false },
        Checked(PersonalKinds.AbaRoutingNumber, UnitedStatesChecks.Routing, Routing, spoken: "999999999|9999-9999-9"),
        Shaped(PersonalKinds.UsBankNumber, CheckDigits.None, Account,
            spoken: "99999999|999999999|9999999999|99999999999|999999999999|9999999999999|99999999999999|999999999999999|9999999999999999"
                + "|99999999999999999") with { SpokenScore = 0.5f },
        Checked(PersonalKinds.MedicalLicense, UnitedStatesChecks.Dea,
            Of("dea", "dea number", "drug enforcement", "medical license", "medical licence", "prescriber"),
            spoken: "AA9999999|A99999999"),
    ];
}
