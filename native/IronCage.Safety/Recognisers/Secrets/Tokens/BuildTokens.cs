using IronCage.Safety.Text;

namespace IronCage.Safety.Recognisers.Secrets.Tokens;

/// <summary>Build services, release, feature flags, jobs and stores of secrets.</summary>
internal static class BuildTokens
{
    private static readonly ContextSet CircleCi = Vendor.Named("circle ci", "circle token", "circle");
    private static readonly ContextSet Dbt = Vendor.Named("dbt", "dbt cloud");

    public static readonly TokenRow[] Rows =
    [
        new("CIRCLECI_TOKEN", "CCI(PAT|PRJ)_<a22>_<h40>"),
        new("CIRCLECI_TOKEN", "<h40>", CircleCi),
        new("TRAVISCI_TOKEN", "<w22>", Vendor.Named("travis", "travis ci")),
        new("JENKINS_TOKEN", "<h34>", Vendor.Named("jenkins")),
        new("JENKINS_TOKEN", "<h32>", Vendor.Named("jenkins")),
        new("DRONE_TOKEN", "<a32>", Vendor.Called("drone", "drone ci", "droneci")),
        new("BUILDKITE_TOKEN", "bk(ua|us|pa)_<l40>"),
        new("BUILDKITE_AGENT_TOKEN", "bk(ct|aj)_<w20-300>"),
        new("BUILDKITE_AGENT_TOKEN", "<a40-50>", Vendor.Named("buildkite")),
        new("OCTOPUS_API_KEY", "API-<u25-32>"),
        new("HARNESS_TOKEN", "(pat|sat).<w22>.<h24>.<a20>"),
        new("LAUNCHDARKLY_KEY", "(api|sdk|mob)-<uuid>"),
        new("DOPPLER_TOKEN", "dp.(pt|ct|sa|scim|audit|said|st).<a40-44>"),
        new("DOPPLER_TOKEN", "dp.st.<w2-35>.<a40-44>"),
        new("INFISICAL_TOKEN", "st.(<h24>|<uuid>).<h32>.<h32>"),
        new("INFISICAL_TOKEN", "st.<w20-40>.<w30-70>.<w30-70>", Vendor.Named("infisical")),
        new("INFISICAL_TOKEN", "<h64>", Vendor.Named("infisical")),
        new("VAULT_TOKEN", "hvs.<w24-140>"),
        new("VAULT_TOKEN", "s.<a24>"),
        new("VAULT_TOKEN", "s.<a24>.<a5>"),
        new("VAULT_BATCH_TOKEN", "hvb.<w90-400>"),
        new("VAULT_BATCH_TOKEN", "b.AAAAAQ<w90-400>"),
        new("VAULT_RECOVERY_TOKEN", "hvr.<w24-140>"),
        new("AGE_SECRET_KEY", "AGE-SECRET-KEY-1<u58>"),
        new("ONEPASSWORD_SERVICE_TOKEN", "ops_eyJ<p200-1500>"),
        new("ONEPASSWORD_SECRET_KEY", "A3-<u6>-<u6>-<u5>-<u5>-<u5>-<u5>"),
        new("ONEPASSWORD_SECRET_KEY", "A3-<u6>-<u11>-<u5>-<u5>-<u5>"),
        new("BITWARDEN_TOKEN", "0.<uuid>.<a30>:<p22-28>"),
        new("PREFECT_API_KEY", "pn(u|b)_<a36>"),
        new("DBT_CLOUD_TOKEN", "dbt(c|u|s)_<w30-100>"),
        new("DBT_CLOUD_TOKEN", "<h40>", Dbt),
        new("TRIGGER_DEV_KEY", "tr_(dev|prod|stg|preview)_<a18-48>"),
        new("TRIGGER_DEV_KEY", "tr_pat_<a24-48>"),
        new("INNGEST_KEY", "signkey-(prod|test|branch|dev)-<h64>"),
        new("UNKEY_KEY", "unkey_<a20-40>"),
        new("E2B_API_KEY", "e2b_<h40>"),
        new("MODAL_TOKEN", "a(k|s)-<a22>"),
        new("SIDEKIQ_SECRET", "<h8>:<h8>", Vendor.Named("sidekiq", "contribsys", "bundle enterprise contribsys com", "bundle gems", "bundle enterprise", "enterprise contribsys")),
        new("CONVEX_DEPLOY_KEY", "(prod|dev|preview|project):<w3-40>|<p40-300>"),
        new("CONVEX_DEPLOY_KEY", "(preview|project):<w2-30>:<w2-40>|<p40-300>"),
    ];
}
