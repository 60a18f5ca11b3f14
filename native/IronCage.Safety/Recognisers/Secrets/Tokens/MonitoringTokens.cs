using IronCage.Safety.Text;

namespace IronCage.Safety.Recognisers.Secrets.Tokens;

/// <summary>Logs, metrics, errors, alerts, product analytics.</summary>
internal static class MonitoringTokens
{
    private static readonly ContextSet Datadog = Vendor.Named("data dog", "dd api", "dd app", "dd application", "datadoghq");
    private static readonly ContextSet Honeycomb = Vendor.Named("honeycomb", "honeycombio", "x honeycomb team");
    private static readonly ContextSet Segment = Vendor.Called("segment", "segment write", "segmentio", "segment source");

    public static readonly TokenRow[] Rows =
    [
        new("DATADOG_API_KEY", "<h32>", Datadog),
        new("DATADOG_APP_KEY", "<h40>", Datadog),
        new("NEW_RELIC_API_KEY", "NRAK-<u27>"),
        new("NEW_RELIC_INSERT_KEY", "NRI(I|Q)-<w32>"),
        new("NEW_RELIC_BROWSER_KEY", "NRJS-<h19>"),
        new("NEW_RELIC_LICENSE_KEY", "<h36>NRAL"),
        new("NEW_RELIC_LICENSE_KEY", "<h32>FFFFNRAL"),
        new("NEW_RELIC_LICENSE_KEY", "eu01xx<h30>NRAL"),
        new("NEW_RELIC_LICENSE_KEY", "eu01xx<h26>FFFFNRAL"),
        new("GRAFANA_TOKEN", "glsa_<a32>_<h8>"),
        new("GRAFANA_CLOUD_TOKEN", "glc_<p32-400>"),
        new("GRAFANA_API_KEY", "eyJrIjoi<p60-400>"),
        new("SENTRY_AUTH_TOKEN", "sntrys_eyJ<p60-400>_<b43>"),
        new("SENTRY_USER_TOKEN", "sntry(u|a|i)_<h64>"),
        new("HONEYCOMB_API_KEY", "hc<z3>_<l58>"),
        new("HONEYCOMB_API_KEY", "<h32>", Honeycomb),
        new("HONEYCOMB_API_KEY", "<a22>", Honeycomb),
        new("DYNATRACE_TOKEN", "dt0<z1><d2>.<u24>.<u64>"),
        new("SPLUNK_HEC_TOKEN", "<uuid>", Vendor.Named("splunk", "hec", "splunk hec")),
        new("SUMOLOGIC_ACCESS_KEY", "<a64>", Vendor.Named("sumo", "sumo logic")),
        new("LOGGLY_TOKEN", "<uuid>", Vendor.Named("loggly")),
        new("AXIOM_TOKEN", "xa(a|p)t-<uuid>"),
        new("BETTERSTACK_TOKEN", "<a24>", Vendor.Named("better stack", "logtail", "better uptime")),
        new("ROLLBAR_TOKEN", "<h32>", Vendor.Named("rollbar")),
        new("BUGSNAG_API_KEY", "<h32>", Vendor.Named("bugsnag")),
        new("PAGERDUTY_API_KEY", "u+<w18>"),
        new("PAGERDUTY_API_KEY", "<w20>", Vendor.Named("pager duty", "pd")),
        new("OPSGENIE_API_KEY", "<uuid>", Vendor.Named("ops genie", "geniekey", "genie key")),
        new("STATUSPAGE_API_KEY", "<uuid>", Vendor.Named("status page")),
        new("STATUSPAGE_API_KEY", "<h64>", Vendor.Named("status page")),
        new("HEALTHCHECKS_API_KEY", "hc(w|r|p)_<w28>"),
        new("HEALTHCHECKS_API_KEY", "<w32>", Vendor.Named("healthchecks io", "health checks")),
        new("POSTHOG_PROJECT_KEY", "phc_<a43>"),
        new("POSTHOG_PERSONAL_KEY", "ph(x|s)_<a40-50>"),
        new("AMPLITUDE_API_KEY", "<h32>", Vendor.Named("amplitude")),
        new("MIXPANEL_SECRET", "<h32>", Vendor.Named("mixpanel")),
        new("SEGMENT_WRITE_KEY", "<a32>", Segment),
        new("SEGMENT_TOKEN", "sgp_<a64>"),
    ];
}
