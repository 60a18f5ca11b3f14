using IronCage.Safety.Kinds;
using IronCage.Safety.Recognisers.Identifiers.Checks;
using IronCage.Safety.Text;
using static IronCage.Safety.Recognisers.Identifiers.IdentifierRule;
using static IronCage.Safety.Recognisers.Identifiers.IdentifierWords;

namespace IronCage.Safety.Recognisers.Identifiers.Rules;

/// <summary>The Americas but for the United States.</summary>
internal static class AmericanRules
{
    private static readonly ContextSet Sin = Of(
        "sin", "social insurance number", "social insurance", "canadian sin", "nas", "numéro d'assurance sociale", "assurance sociale", "canada sin",
        "sin number", "sin no");

    private static readonly ContextSet Rfc = Of("rfc", "registro federal de contribuyentes", "registro federal", "clave del rfc", "mexican tax id");

    private static readonly ContextSet Cpf = Of(
        "cpf", "cadastro de pessoa física", "cadastro de pessoas físicas", "cpf mf", "documento cpf", "brazilian tax id",
        "brazilian individual taxpayer", "cpf cnpj");

    private static readonly ContextSet Cnpj = Of(
        "cnpj", "cadastro nacional da pessoa jurídica", "cadastro nacional de pessoas jurídicas", "cnpj mf", "cgc", "brazilian company", "cpf cnpj");
    private static readonly ContextSet Cuit = Of(
        "cuit", "cuil", "clave única de identificación tributaria", "cuit cuil", "cuit n", "argentine tax id", "cdi");
    private static readonly ContextSet Rut = Of(
        "rut", "run", "rol único tributario", "rol único nacional", "rut n", "cédula de identidad", "chilean id", "chilean tax id");

    public static readonly IdentifierRule[] All =
    [
        Checked(NationalKinds.CaSin, AmericanChecks.Sin, Sin, spoken: "999_999_999"),
        Checked(NationalKinds.BrCpf, AmericanChecks.Cpf, Cpf,
            alone: "999.999.999-99",
            spoken: "99999999999|999999999-99|999 999 999 99|999.999.999.99|999 999 999-99|999.999.999/99"),
        Checked(NationalKinds.BrCnpj, AmericanChecks.Cnpj, Cnpj,
            alone: "XX.XXX.XXX/XXXX-99",
            spoken: "99999999999999|99999999/9999-99|99 999 999 9999 99|XXXXXXXXXXXX99|99.999.999.9999-99"),
        Checked(NationalKinds.MxCurp, AmericanChecks.Curp,
            Of("curp", "clave única de registro de población", "clave única", "registro de población"),
            alone: "AAAA999999AAAAAAX9"),
        Checked(NationalKinds.MxRfc, AmericanChecks.Rfc, Rfc,
            spoken: "AAAA999999XXX|AAAA-999999-XXX|AAAA 999999 XXX|AAA999999XXX|AAA-999999-XXX|AAA 999999 XXX"),
        Checked(NationalKinds.ArCuit, AmericanChecks.Cuit, Cuit,
            alone: "99-99999999-9",
            spoken: "99999999999|99 99999999 9|99.99999999.9|99/99999999/9"),
        Checked(NationalKinds.ClRut, AmericanChecks.Rut, Rut,
            alone: "99.999.999-X",
            spoken: "99999999-X|9999999-X|9.999.999-X|99999999A|9999999A|99 999 999-X"),
        Checked(NationalKinds.ClRut, AmericanChecks.Rut,
            Of("rut", "run", "rol único tributario", "chilean rut"),
            spoken: "999999999|99999999") with { SpokenScore = 0.7f },
        Checked(NationalKinds.CoNit, AmericanChecks.Nit,
            Of("nit", "número de identificación tributaria", "rut", "nit n", "colombian tax id"),
            spoken: "999.999.999-9|999999999-9|9999999999|999.999.999.9|999 999 999-9|99.999.999-9|99999999-9"),
        Checked(NationalKinds.EcCedula, AmericanChecks.Cedula,
            Of(
                "cédula", "cédula de ciudadanía", "cédula de identidad", "número de cédula", "ecuadorian id", "ci ecuador", "cédula ecuatoriana",
                "cédulas"),
            spoken: "9999999999|999999999-9"),
    ];
}
