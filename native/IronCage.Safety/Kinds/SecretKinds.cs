using IronCage.Safety.Recognisers.Secrets;

namespace IronCage.Safety.Kinds;

/// <summary>Credentials: some of any issuer, and a kind for each row of <see cref="TokenTables"/>.</summary>
internal static class SecretKinds
{
    public static readonly PiiKind PrivateKey = Secret("PRIVATE_KEY");
    public static readonly PiiKind Jwt = Secret("JWT");
    public static readonly PiiKind ConnectionString = Secret("CONNECTION_STRING");
    public static readonly PiiKind BasicAuthUrl = Secret("BASIC_AUTH_URL");
    public static readonly PiiKind GenericSecret = Secret("GENERIC_SECRET");

    public static readonly PiiKind[] All =
        [PrivateKey, Jwt, ConnectionString, BasicAuthUrl, GenericSecret, .. TokenTables.All.Select(row => row.Kind).Distinct().Order(StringComparer.Ordinal).Select(Secret)];

    private static PiiKind Secret(string name) => new(PiiGroup.Secret, name);
}
