using IronCage.Safety.Kinds;
using IronCage.Safety.Recognisers.Identifiers.Checks;
using IronCage.Safety.Text;
using static IronCage.Safety.Recognisers.Identifiers.IdentifierRule;
using static IronCage.Safety.Recognisers.Identifiers.IdentifierWords;

namespace IronCage.Safety.Recognisers.Identifiers.Rules;

/// <summary>Turkey, Israel, South Africa, Nigeria.</summary>
internal static class MiddleEasternAndAfricanRules
{
    private static readonly ContextSet Kimlik = Of(
        "t c kimlik no", "t c kimlik", "tc kimlik", "tc kimlik no", "tc no", "tckn", "tckno", "t c kimlik numarası", "kimlik no", "kimlik numarası",
        "kimlik numaram", "tc", "turkish id", "turkish national id", "turkish identity", "türkiye cumhuriyeti kimlik", "vatandaşlık no",
        "tc kimlik numarası");

    private static readonly ContextSet Israeli = Of(
        "תעודת זהות", "מספר זהות", "מספר תעודת זהות", "ת ז", "ת\"ז", "ת.ז", "ת״ז", "teudat zehut", "teudat zehut number", "israeli id",
        "israeli identity", "israel id", "mispar zehut", "tz", "t z");

    private static readonly ContextSet SouthAfrican = Of(
        "south african id", "south african identity", "sa id", "rsa id", "identity number", "id number", "id no", "id nr", "id num", "id nommer",
        "identiteitsnommer", "sa identity", "za id", "national id", "south africa id", "idno");

    private static readonly ContextSet Nigerian = Of(
        "nin", "nin number", "national identification number", "nimc", "nigerian nin", "nigerian national", "virtual nin", "nigeria nin");

    public static readonly IdentifierRule[] All =
    [
        Checked(NationalKinds.TrNationalId, MiddleEasternAndAfricanChecks.Kimlik, Kimlik,
            spoken: "99999999999|999 999 999 99|999 99 999 999|99 999 999 999"),
        Checked(NationalKinds.IlId, MiddleEasternAndAfricanChecks.IsraeliId, Israeli,
            spoken: "999999999|99999999-9|9-9999999-9|99999999 9|999 999 999"),
        Checked(NationalKinds.ZaIdNumber, MiddleEasternAndAfricanChecks.SouthAfricanId, SouthAfrican,
            spoken: "9999999999999|999999 9999 999|999999 9999 99 9|999999-9999-999|999999 9999999"),
        Shaped(NationalKinds.NgNin, MiddleEasternAndAfricanChecks.Nin, Nigerian,
            spoken: "99999999999|9999 999 9999|999 999 999 99|999-9999-9999|9999-999-9999|999 9999 9999"),
    ];
}
