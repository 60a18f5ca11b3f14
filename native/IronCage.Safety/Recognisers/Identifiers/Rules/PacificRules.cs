using IronCage.Safety.Kinds;
using IronCage.Safety.Recognisers.Identifiers.Checks;
using IronCage.Safety.Text;
using static IronCage.Safety.Recognisers.Identifiers.IdentifierRule;
using static IronCage.Safety.Recognisers.Identifiers.IdentifierWords;

namespace IronCage.Safety.Recognisers.Identifiers.Rules;

/// <summary>Singapore, Thailand, Malaysia, Indonesia, Australia, New Zealand.</summary>
internal static class PacificRules
{
    private static readonly ContextSet Nric = Of(
        "nric", "fin", "nric fin", "singapore id", "singapore nric", "foreign identification number", "identity card number", "nric no", "ic number",
        "ic no", "身份证号", "singapore identity");

    private static readonly ContextSet Uen = Of(
        "uen", "unique entity number", "acra", "gst reg no", "company registration number", "uen number", "singapore company",
        "business registration", "roc no", "unique entity");

    private static readonly ContextSet Thai = Of(
        "ตัวประชาชน", "ตรประชาชน", "เสียภาษี", "thai national id", "thai id", "thai identity", "thailand id", "thai citizen", "thai tax", "pin",
        "national id", "tnin", "id card");

    private static readonly ContextSet MyKad = Of(
        "mykad", "my kad", "nric", "ic number", "ic no", "ic", "malaysian ic", "malaysian id", "malaysian identity", "kad pengenalan", "no kp",
        "no k p", "nombor kad pengenalan", "mykad number", "no ic", "nombor kp");

    private static readonly ContextSet Nik = Of(
        "nik", "nomor induk kependudukan", "nomor ktp", "no ktp", "ktp", "e ktp", "ektp", "indonesian nik", "indonesian id", "kartu tanda penduduk",
        "no nik", "nomor induk");
    private static readonly ContextSet Abn = Of(
        "abn", "australian business number", "australian business", "abn number", "abn no", "business number");
    private static readonly ContextSet Acn = Of(
        "acn", "australian company number", "australian company", "acn number", "acn no", "company number", "arbn");
    private static readonly ContextSet Tfn = Of("tfn", "tax file number", "tax file no", "tax file", "tfn number", "australian tax", "tax file num");

    private static readonly ContextSet Medicare = Of(
        "medicare", "medicare card", "medicare number", "medicare no", "australian medicare", "medicare card number", "medicare card no", "irn");

    private static readonly ContextSet Ird = Of(
        "ird", "ird number", "ird no", "inland revenue", "nz ird", "tax file number", "ird num", "gst number", "te tari taake", "new zealand tax");

    private static readonly ContextSet Nhi = Of("nhi", "nhi number", "national health index", "nhi no", "nhi num", "patient nhi", "health index");

    public static readonly IdentifierRule[] All =
    [
        Checked(NationalKinds.SgNricFin, PacificChecks.Nric, Nric, alone: "A9999999A", spoken: "A-9999999-A|A 9999999 A|A9999999-A|A9999999 A"),
        Checked(NationalKinds.SgUen, PacificChecks.Uen, Uen, spoken: "99999999A|999999999A|A99AA9999X"),
        Checked(NationalKinds.ThTnin, PacificChecks.ThaiId, Thai,
            alone: "9-9999-99999-99-9",
            spoken: "9999999999999|9 9999 99999 99 9|9-9999-99999-999|9.9999.99999.99.9"),
        Shaped(NationalKinds.MyNric, PacificChecks.MyKad, MyKad,
            alone: "999999-99-9999",
            spoken: "999999999999|999999 99 9999") with { SpokenScore = 0.88f, CanRelax = true },
        Shaped(NationalKinds.IdNik, PacificChecks.Nik, Nik,
            spoken: "9999999999999999|9999 9999 9999 9999|999999 999999 9999|99.99.99.999999.9999|99 99 99 999999 9999") with { SpokenScore = 0.96f, CanRelax = true },
        Checked(NationalKinds.AuAbn, PacificChecks.Abn, Abn, spoken: "99999999999|99 999 999 999|99-999-999-999|99 999999999|99.999.999.999"),
        Checked(NationalKinds.AuAcn, PacificChecks.Acn, Acn, spoken: "999_999_999|999.999.999"),
        Checked(NationalKinds.AuTfn, PacificChecks.Tfn, Tfn, spoken: "999_999_999|99999999|999.999.999|99_999_999"),
        Checked(NationalKinds.AuMedicare, PacificChecks.Medicare, Medicare,
            spoken: "9999_99999_9|9999999999/9|99999999999|9999 99999 9/9|9999 99999 99|9999-99999-9/9|9999 99999 9 9|9999 99999-9"),
        Checked(NationalKinds.NzIrd, PacificChecks.Ird, Ird, spoken: "99_999_999|999_999_999|99.999.999|999.999.999"),
        Checked(NationalKinds.NzNhi, PacificChecks.Nhi, Nhi, spoken: "AAA9999|AAA99AA|AAA 9999|AAA 99AA"),
    ];
}
