using IronCage.Safety.Kinds;
using IronCage.Safety.Recognisers.Identifiers.Checks;
using IronCage.Safety.Text;
using static IronCage.Safety.Recognisers.Identifiers.IdentifierRule;
using static IronCage.Safety.Recognisers.Identifiers.IdentifierWords;

namespace IronCage.Safety.Recognisers.Identifiers.Rules;

/// <summary>The United Kingdom and Ireland.</summary>
internal static class BritishRules
{
    private static readonly ContextSet Nhs = Of(
        "nhs", "nhs number", "nhs no", "nhs num", "nhs id", "national health service", "health and care number", "chi number", "hcn");
    private static readonly ContextSet Nino = Of(
        "national insurance", "nino", "ni number", "ni no", "ni num", "nat ins", "insurance number", "ni", "national insurance no");
    private static readonly ContextSet Utr = Of(
        "utr", "unique taxpayer reference", "unique tax reference", "tax reference", "taxpayer reference", "utr number", "self assessment");

    private static readonly ContextSet Passport = Of(
        "uk passport", "british passport", "gb passport", "hm passport", "u k passport", "uk passport number", "english passport",
        "passport number uk");

    private static readonly ContextSet Licence = Of(
        "driving licence", "driver licence", "drivers licence", "driver s licence", "driver number", "dvla", "licence number", "licence no",
        "uk licence", "driving license", "driver license");

    private static readonly ContextSet Pps = Of(
        "pps", "ppsn", "pps number", "personal public service", "pps no", "rsi number", "uimhir psp", "irish tax");

    public static readonly IdentifierRule[] All =
    [
        Checked(NationalKinds.UkNhs, BritishChecks.Nhs, Nhs, spoken: "999_999_9999|999.999.9999"),
        Shaped(NationalKinds.UkNino, BritishChecks.Nino, Nino,
            alone: "AA999999A|AA 99 99 99 A|AA-99-99-99-A",
            spoken: "AA 999999 A|AA999999 A|AA 999 999 A|AA999999|AA 99 99 99|AA99 99 99A|AA 999999A"),
        Checked(NationalKinds.UkUtr, BritishChecks.Utr, Utr, spoken: "9999999999|99999 99999|999 999 9999|9999999999A|99999 99999A"),
        Shaped(NationalKinds.UkPassport, CheckDigits.None, Passport, spoken: "999999999|999 999 999") with { SpokenScore = 0.65f },
        Shaped(NationalKinds.UkDrivingLicence, BritishChecks.DrivingLicence, Licence,
            alone: "AXXXX999999AXXAA",
            spoken: "AXXXX 999999 AXXAA|AXXXX 999999 AX XAA|AXXXX999999 AXXAA|AXXXX999999XXXAA|AXXXX 999999 XXXAA"),
        Checked(NationalKinds.IePps, BritishChecks.Pps, Pps, spoken: "9999999A|9999999AA|9999999 A|9999999 AA|9999999-A|9999999-AA"),
    ];
}
