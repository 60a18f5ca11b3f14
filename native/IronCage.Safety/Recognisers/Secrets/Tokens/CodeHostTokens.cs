using IronCage.Safety.Text;

namespace IronCage.Safety.Recognisers.Secrets.Tokens;

/// <summary>Hosts of source code, their runners, search and review of code.</summary>
internal static class CodeHostTokens
{
    private static readonly ContextSet Atlassian = Vendor.Named("atlassian", "jira", "confluence", "bitbucket");

    public static readonly TokenRow[] Rows =
    [
        new("GITHUB_TOKEN", "gh(p|o|u|s|r)_<a36-255>", Checksum: TokenChecksum.Crc32Base62),
        new("GITHUB_TOKEN", "github_pat_<a22>_<a59>"),
        new("GITLAB_TOKEN", "glpat-<w20>"),
        new("GITLAB_TOKEN", "glpat-<w27-300>.<l2>.<l7-12>"),
        new("GITLAB_TOKEN", "glpat-<w27-300>.<l9>"),
        new("GITLAB_RUNNER_TOKEN", "gl(rt|rtr)-<w20>"),
        new("GITLAB_RUNNER_TOKEN", "glrt-t<d1>_<w20-60>"),
        new("GITLAB_RUNNER_TOKEN", "glrt-t<d1>_<w27-300>.<l2>.<l9>"),
        new("GITLAB_RUNNER_TOKEN", "GR1348941<w20>"),
        new("GITLAB_DEPLOY_TOKEN", "gldt-<w20>"),
        new("GITLAB_CI_JOB_TOKEN", "glcbt-<a1-5>_<w20>"),
        new("GITLAB_CI_JOB_TOKEN", "glcbt-<w20>"),
        new("GITLAB_TRIGGER_TOKEN", "glptt-<h40>"),
        new("GITLAB_FEED_TOKEN", "glft-<w20>"),
        new("GITLAB_FEED_TOKEN", "glft-<h64>-<d1-10>"),
        new("GITLAB_MAIL_TOKEN", "glimt-<w25>"),
        new("GITLAB_AGENT_TOKEN", "glagent-<w50>"),
        new("GITLAB_OAUTH_SECRET", "gloas-<w64>"),
        new("GITLAB_SCIM_TOKEN", "glsoat-<w20>"),
        new("GITLAB_FEATURE_FLAG_TOKEN", "glffct-<w20>"),
        new("BITBUCKET_TOKEN", "ATBB<a32>"),
        new("BITBUCKET_TOKEN", "ATCTT3xFfG<m160-260>"),
        new("ATLASSIAN_API_TOKEN", "ATATT3xFfG<q160-260>"),
        new("ATLASSIAN_API_TOKEN", "<a24>", Atlassian),
        new("GITEA_TOKEN", "<h40>", Vendor.Named("gitea", "forgejo", "codeberg")),
        new("SOURCEGRAPH_TOKEN", "sgp_<h40>"),
        new("SOURCEGRAPH_TOKEN", "sgp_(local|<h16>)_<h40>"),
        new("SOURCEGRAPH_TOKEN", "slk_<h64>"),
        new("PHABRICATOR_TOKEN", "(api|cli)-<l28>"),
        new("SNYK_TOKEN", "<uuid>", Vendor.Named("snyk")),
        new("SNYK_TOKEN", "snyk_(uat|sat)(.|_)<w30-200>"),
        new("SONAR_TOKEN", "sq(u|p|a)_<h40>"),
        new("CODECOV_TOKEN", "<uuid>", Vendor.Named("codecov")),
        new("PERCY_TOKEN", "(web|app|auto|ss|vmw|res)_<h64>"),
        new("PERCY_TOKEN", "<h64>", Vendor.Named("percy")),
        new("BROWSERSTACK_ACCESS_KEY", "<a20>", Vendor.Named("browser stack")),
        new("SAUCELABS_ACCESS_KEY", "<uuid>", Vendor.Named("sauce", "sauce labs")),
        new("JETBRAINS_TOKEN", "perm(:|-)<q20-200>"),
        new("POSTMAN_API_KEY", "PMAK-<h24>-<h34>"),
        new("README_API_KEY", "rdme_<l70>"),
    ];
}
