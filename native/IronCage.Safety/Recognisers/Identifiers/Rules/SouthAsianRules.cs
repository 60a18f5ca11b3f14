using IronCage.Safety.Kinds;
using IronCage.Safety.Recognisers.Identifiers.Checks;
using IronCage.Safety.Text;
using static IronCage.Safety.Recognisers.Identifiers.IdentifierRule;
using static IronCage.Safety.Recognisers.Identifiers.IdentifierWords;

namespace IronCage.Safety.Recognisers.Identifiers.Rules;

/// <summary>India.</summary>
internal static class SouthAsianRules
{
    private static readonly ContextSet Aadhaar = Of(
        "aadhaar", "aadhar", "adhaar", "adhar", "aadhaar number", "aadhaar no", "aadhaar card", "uidai", "uid number", "uid no", "uid", "आधार",
        "आधार संख्या", "आधार नंबर", "आधार कार्ड", "unique identification", "ஆதார்", "ఆధార్", "আধার", "e aadhaar", "eaadhaar");

    private static readonly ContextSet Pan = Of(
        "pan", "pan card", "pan number", "pan no", "permanent account number", "पैन", "पैन कार्ड", "पैन नंबर", "income tax pan",
        "स्थायी खाता संख्या");

    private static readonly ContextSet Gstin = Of(
        "gstin", "gst", "gst number", "gst no", "goods and services tax", "gst in", "जीएसटीआईएन", "जीएसटी", "gstn");

    private static readonly ContextSet Voter = Of(
        "voter id", "voter", "voter card", "voter id card", "epic", "epic number", "epic no", "electoral photo", "electors photo", "मतदाता",
        "मतदाता पहचान पत्र", "मतदाता पहचान", "election card", "voters id");

    private static readonly ContextSet Vehicle = Of(
        "vehicle registration", "vehicle number", "vehicle no", "vehicle", "registration number", "registration no", "reg no", "regn no",
        "number plate", "licence plate", "license plate", "plate number", "plate", "car number", "bike number", "rc number", "rc no", "वाहन",
        "वाहन संख्या", "गाड़ी नंबर", "गाड़ी", "veh no", "vehicle reg", "car", "plate no", "registration");

    private static readonly ContextSet Passport = Of("indian passport", "पासपोर्ट", "पासपोर्ट नंबर", "पासपोर्ट संख्या");

    public static readonly IdentifierRule[] All =
    [
        Checked(NationalKinds.InAadhaar, SouthAsianChecks.Aadhaar, Aadhaar, spoken: "9999_9999_9999|9999.9999.9999"),
        Shaped(NationalKinds.InPan, SouthAsianChecks.Pan, Pan, spoken: "AAAAA9999A|AAAAA 9999 A|AAAAA-9999-A") with { SpokenScore = 0.85f },
        Checked(NationalKinds.InGstin, SouthAsianChecks.Gstin, Gstin,
            alone: "99AAAAA9999AXAX",
            spoken: "99 AAAAA9999A XAX|99 AAAAA 9999A XAX|99-AAAAA9999A-XAX|99 AAAAA 9999 A XAX|99AAAAA9999A XAX"),
        Checked(NationalKinds.InVoter, SouthAsianChecks.Voter, Voter, spoken: "AAA9999999|AAA 9999999|AAA-9999999"),
        Shaped(NationalKinds.InVehicleRegistration, SouthAsianChecks.Plate, Vehicle,
            spoken: "AA_99_AA_9999|AA_99_A_9999|AA_9_AA_9999|AA_9_A_9999|AA_9_AAA_9999|AA_99_AAA_9999|AA99 AA9999|AA99 AA 9999|AA99 A 9999"
                + "|AA 99 AA9999|AA-99AA9999|AA-99-AA9999|AA-99 AA 9999|AA99-AA-9999|AA 99A 9999|AA99AA 9999|AA-9A-AA-9999" + "|AA 99 9999"
                + "|AA99AA999|AA 9A AA 9999|AA9AAA9999"),
        Shaped(NationalKinds.InVehicleRegistration, SouthAsianChecks.BharatPlate, Vehicle,
            spoken: "99_AA_9999_AA|99_AA_9999_A|99 AA 9999AA|99AA 9999 AA"),
        Shaped(NationalKinds.InPassport, SouthAsianChecks.Passport, Passport,
            spoken: "A9999999|A 9999999|A-9999999|A99 99999") with { SpokenScore = 0.65f },
        Shaped(NationalKinds.InPassport, SouthAsianChecks.Passport, AnyPassport,
            spoken: "A9999999|A 9999999|A-9999999|A99 99999") with { SpokenScore = 0.55f },
    ];
}
