using IronCage.Safety.Kinds;
using IronCage.Safety.Recognisers.Identifiers.Checks;
using IronCage.Safety.Text;
using static IronCage.Safety.Recognisers.Identifiers.IdentifierRule;
using static IronCage.Safety.Recognisers.Identifiers.IdentifierWords;

namespace IronCage.Safety.Recognisers.Identifiers.Rules;

/// <summary>Korea, Japan, China, Hong Kong, Taiwan.</summary>
internal static class EastAsianRules
{
    private static readonly ContextSet Rrn = Of(
        "주민등록번호", "주민번호", "주민등록", "주민 등록 번호", "resident registration number", "resident registration", "korean rrn", "rrn", "jumin",
        "resident number", "korean id", "juminbeonho");

    private static readonly ContextSet Frn = Of(
        "외국인등록번호", "외국인번호", "외국인 등록 번호", "외국인등록", "alien registration", "alien registration number", "foreigner registration", "foreign registration",
        "korean frn", "frn", "arc number", "foreigner number", "거소신고번호");

    private static readonly ContextSet Licence = Of(
        "운전면허번호", "운전면허", "면허번호", "운전 면허", "운전면허증", "korean driver s license", "korean driver license", "korean drivers license", "korean driving",
        "driver s license", "driver license", "drivers license", "driving licence", "면허증");

    private static readonly ContextSet Passport = Of("여권번호", "여권", "여권 번호", "korean passport");

    private static readonly ContextSet Business = Of(
        "사업자등록번호", "사업자번호", "사업자 등록 번호", "사업자등록", "사업자", "business registration", "business registration number", "korean business", "brn",
        "korean brn", "biz no");

    private static readonly ContextSet MyNumber = Of(
        "マイナンバー", "個人番号", "マイナンバーカード", "my number", "mynumber", "japanese individual number", "individual number", "kojin bango",
        "social security and tax number", "jp my number");

    private static readonly ContextSet Corporate = Of(
        "法人番号", "corporate number", "japanese corporate", "houjin bangou", "hojin bango", "houjin", "corporate no", "適格請求書", "登録番号", "会社法人等番号");

    private static readonly ContextSet Resident = Of(
        "身份证", "身份证号", "身份证号码", "公民身份号码", "公民身份", "居民身份证", "证件号", "证件号码", "身份號碼", "resident identity", "resident id", "chinese id",
        "chinese identity", "china id", "id card", "identity card", "shenfenzheng", "id number");

    private static readonly ContextSet HongKong = Of(
        "hkid", "hk id", "hong kong id", "hong kong identity", "香港身份证", "香港身份證", "身份證", "身份證號碼", "身份證號", "hkic", "hong kong identity card",
        "hkid card", "hkid no");

    private static readonly ContextSet Taiwanese = Of(
        "身分證字號", "身分證", "身份證字號", "國民身分證", "身分證號", "統一編號", "身分證統一編號", "taiwan id", "taiwan national id", "taiwanese id", "taiwan identity", "roc id",
        "居留證", "国民身分证", "身分證號碼", "national id");

    public static readonly IdentifierRule[] All =
    [
        Checked(NationalKinds.KrRrn, EastAsianChecks.ResidentNumber, Rrn, alone: "999999-9999999", spoken: "9999999999999|999999 9999999"),
        Shaped(NationalKinds.KrRrn, EastAsianChecks.RandomResidentNumber, Rrn, spoken: "999999-9999999|9999999999999"),
        Checked(NationalKinds.KrFrn, EastAsianChecks.ForeignerNumber, Frn, alone: "999999-9999999", spoken: "9999999999999|999999 9999999"),
        Shaped(NationalKinds.KrDriverLicense, EastAsianChecks.KoreanLicence, Licence,
            spoken: "99_99_999999_99|99-999999-99") with { CanRelax = true },
        Shaped(NationalKinds.KrPassport, EastAsianChecks.KoreanPassport, Passport, spoken: "A99999999|A999A9999") with { SpokenScore = 0.65f },
        Shaped(NationalKinds.KrPassport, EastAsianChecks.KoreanPassport, AnyPassport, spoken: "A99999999|A999A9999") with { SpokenScore = 0.55f },
        Checked(NationalKinds.KrBrn, EastAsianChecks.KoreanBusiness, Business, spoken: "999_99_99999"),
        Shaped(NationalKinds.KrBrn, EastAsianChecks.KoreanBusinessShape, Business, spoken: "999_99_99999"),
        Checked(NationalKinds.JpMyNumber, EastAsianChecks.MyNumber, MyNumber, spoken: "9999_9999_9999"),
        Checked(NationalKinds.JpCorporateNumber, EastAsianChecks.JapaneseCorporation, Corporate,
            spoken: "9999999999999|9 9999 9999 9999|9-9999-9999-9999"),
        Checked(NationalKinds.CnResidentId, EastAsianChecks.ChineseResident, Resident,
            alone: "99999999999999999X",
            spoken: "999999 99999999 999X|999999-99999999-999X|999999 9999 9999 999X|999 999 9999 9999 999X") with { AnyCase = true, AloneScore = Distinctive },
        Checked(NationalKinds.HkId, EastAsianChecks.HongKongId, HongKong,
            alone: "A999999(X)|AA999999(X)",
            spoken: "A999999X|AA999999X|A999999 (X)|AA999999 (X)|A 999999 (X)|A999999-X"),
        Checked(NationalKinds.TwId, EastAsianChecks.TaiwaneseId, Taiwanese, spoken: "A999999999|A 999999999|A-999999999"),
    ];
}
