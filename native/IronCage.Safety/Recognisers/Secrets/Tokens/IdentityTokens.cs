using IronCage.Safety.Text;

namespace IronCage.Safety.Recognisers.Secrets.Tokens;

/// <summary>Identity, sign-on, verification of people and machines.</summary>
internal static class IdentityTokens
{
    public static readonly TokenRow[] Rows =
    [
        new("OKTA_API_TOKEN", "00<w40>", Vendor.Named("okta", "ssws")),
        new("AUTH0_CLIENT_SECRET", "<w64>", Vendor.Named("auth"), Spelled: "auth0"),
        new("ONELOGIN_CLIENT_SECRET", "<h64>", Vendor.Named("one login")),
        new("KEYCLOAK_CLIENT_SECRET", "<a32>", Vendor.Named("key cloak")),
        new("KEYCLOAK_CLIENT_SECRET", "<uuid>", Vendor.Named("key cloak")),
        new("DUO_SECRET_KEY", "<a40>", Vendor.Named("duo", "duo security")),
        new("JUMPCLOUD_API_KEY", "jca_<a36>"),
        new("JUMPCLOUD_API_KEY", "<h40>", Vendor.Named("jump cloud")),
        new("WORKOS_API_KEY", "sk_(live|test)_a2V5X<a40-90>"),
        new("WORKOS_API_KEY", "sk_(live|test)_<a24-100>", Vendor.Named("workos")),
        new("CLERK_SECRET_KEY", "sk_(live|test)_<a38-52>", Vendor.Named("clerk")),
        new("STYTCH_SECRET", "secret-(test|live)-<q32-48>"),
        new("DESCOPE_KEY", "K<d1><a25-120>", Vendor.Named("descope")),
        new("DESCOPE_KEY", "K2<a27>"),
        new("PERSONA_API_KEY", "persona_(sandbox|production)_<w24-48>"),
        new("MAXMIND_LICENSE_KEY", "<a6>_<a29>_mmk"),
        new("VIRUSTOTAL_API_KEY", "<h64>", Vendor.Named("virus total", "vt api", "vt", "x apikey")),
        new("SHODAN_API_KEY", "<a32>", Vendor.Named("shodan")),
        new("ADOBE_CLIENT_SECRET", "p8e-<w32>"),
        new("SALESFORCE_ACCESS_TOKEN", "00D<a12-15>!<q80-130>"),
        new("CLOUDFLARE_API_TOKEN", "cfut_<a40-60>"),
    ];
}
