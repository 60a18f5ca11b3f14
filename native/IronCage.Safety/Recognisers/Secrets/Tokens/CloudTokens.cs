using IronCage.Safety.Text;

namespace IronCage.Safety.Recognisers.Secrets.Tokens;

/// <summary>Clouds, content networks and hosts.</summary>
internal static class CloudTokens
{
    private static readonly ContextSet Aws = Vendor.Named(
        "aws", "amazon web services", "secret access key", "aws secret", "secretaccesskey", "awssecretkey");

    private static readonly ContextSet Cloudflare = Vendor.Named("cloud flare", "cf api", "cf token", "cf key", "x auth key");
    private static readonly ContextSet Gandi = Vendor.Named("gandi");
    private static readonly ContextSet Vercel = Vendor.Named("vercel", "zeit");
    private static readonly ContextSet Netlify = Vendor.Named("netlify");
    private static readonly ContextSet Heroku = Vendor.Named("heroku");

    public static readonly TokenRow[] Rows =
    [
        new("AWS_ACCESS_KEY", "(AKIA|ASIA|ABIA|ACCA)<u16>"),
        new("AWS_SECRET_KEY", "<b40>", Aws),
        new("AWS_SESSION_TOKEN", "(IQoJb3JpZ2lu|FwoGZXIvYXdz|FQoGZXIvYXdz|FQoDYXdz|AQoDYXdz)<p100-1500>"),
        new("AWS_BEDROCK_API_KEY", "ABSK<p100-300>"),
        new("AWS_BEDROCK_API_KEY", "bedrock-api-key-YmVkcm9jay5hbWF6b25hd3MuY29t<p60-1500>"),
        new("AWS_MWS_TOKEN", "amzn.mws.<uuid>"),
        new("GOOGLE_API_KEY", "AIza<w35>"),
        new("GOOGLE_API_KEY", "AQ.Ab<w40-250>"),
        new("GOOGLE_OAUTH_CLIENT_SECRET", "GOCSPX-<w28>"),
        new("GOOGLE_OAUTH_ACCESS_TOKEN", "ya29.<q40-400>"),
        new("GOOGLE_OAUTH_REFRESH_TOKEN", "1//0<w40-110>"),
        new("GOOGLE_RECAPTCHA_KEY", "6L<w6>AAAAA<w27>"),
        new("GOOGLE_RECAPTCHA_KEY", "6L<w38>", Vendor.Named("recaptcha", "captcha", "g-recaptcha")),
        new("FIREBASE_SERVER_KEY", "AAAA<w7>:<w130-180>"),
        new("IBM_CLOUD_API_KEY", "<w44>", Vendor.Named("ibm", "ibmcloud", "bluemix", "watson")),
        new("ALIBABA_ACCESS_KEY_ID", "LTAI<a12-26>"),
        new("ALIBABA_ACCESS_KEY_SECRET", "<a30>", Vendor.Named("alibaba", "aliyun", "alicloud", "alibabacloud", "access key secret", "accesskeysecret")),
        new("TENCENT_SECRET_ID", "AKID<a32>"),
        new("TENCENT_SECRET_KEY", "<a32>", Vendor.Named("tencent", "tencentcloud", "qcloud", "qcloud cos")),
        new("VOLCENGINE_ACCESS_KEY", "AKLT<w30-80>"),
        new("YANDEX_API_KEY", "AQVN<w35-38>"),
        new("YANDEX_STATIC_KEY", "YCAJE<w20>"),
        new("YANDEX_STATIC_SECRET", "YC<w38>"),
        new("YANDEX_OAUTH_TOKEN", "y(0|1|2|3)_<w50-60>"),
        new("YANDEX_IAM_TOKEN", "t1.<w20-1000>.<w86>"),
        new("DIGITALOCEAN_TOKEN", "dop_v1_<h64>"),
        new("DIGITALOCEAN_OAUTH_TOKEN", "doo_v1_<h64>"),
        new("DIGITALOCEAN_REFRESH_TOKEN", "dor_v1_<h64>"),
        new("DIGITALOCEAN_SPACES_KEY", "DO(00|80)<u16>"),
        new("LINODE_TOKEN", "<h64>", Vendor.Named("linode", "akamai connected")),
        new("HETZNER_API_TOKEN", "<a64>", Vendor.Named("hetzner", "hcloud")),
        new("VULTR_API_KEY", "<u36>", Vendor.Named("vultr")),
        new("SCALEWAY_ACCESS_KEY", "SCW<u17>"),
        new("SCALEWAY_SECRET_KEY", "<uuid>", Vendor.Named("scaleway", "scw")),
        new("OVH_APPLICATION_SECRET", "<a32>", Vendor.Named("ovh", "ovhcloud")),
        new("HEROKU_API_KEY", "HRKU-<uuid>"),
        new("HEROKU_API_KEY", "HRKU-<w50-64>"),
        new("HEROKU_API_KEY", "<uuid>", Heroku),
        new("FLYIO_TOKEN", "fo1_<w43>"),
        new("FLYIO_TOKEN", "fm(1r|1a|2)_<p100-1000>"),
        new("VERCEL_TOKEN", "vc(p|i|a|r|k)_<a24-80>"),
        new("VERCEL_TOKEN", "<a24>", Vercel),
        new("VERCEL_BLOB_TOKEN", "vercel_blob_rw_<a16>_<a30-32>"),
        new("NETLIFY_TOKEN", "nf(p|c|o|b|u)_<a36>"),
        new("NETLIFY_TOKEN", "<w40-46>", Netlify),
        new("RAILWAY_TOKEN", "<uuid>", Vendor.Named("railway")),
        new("RENDER_API_KEY", "rnd_<a28-36>"),
        new("DENO_DEPLOY_TOKEN", "dd(p|w|o)_<a36>"),
        new("CLOUDFLARE_API_KEY", "<h37>", Cloudflare),
        new("CLOUDFLARE_API_TOKEN", "<w40>", Cloudflare),
        new("CLOUDFLARE_ORIGIN_CA_KEY", "v1.0-<h24>-<h146>"),
        new("FASTLY_API_TOKEN", "<w32>", Vendor.Named("fastly")),
        new("BUNNY_API_KEY", "<h8>-<h4>-<h4>-<h4>-<h20>-<h4>-<h4>-<h4>-<h12>"),
        new("BUNNY_API_KEY", "<h8>-<h4>-<h4>-<h12>-<h4>-<h4>"),
        new("AKAMAI_CLIENT_TOKEN", "akab-<l16>-<l16>"),
        new("TERRAFORM_CLOUD_TOKEN", "<a14>.atlasv1.<w60-70>"),
        new("PULUMI_TOKEN", "pul-<h40>"),
        new("SPACELIFT_TOKEN", "<h64>", Vendor.Named("spacelift")),
        new("OPENSHIFT_TOKEN", "sha256~<w43>"),
        new("KUBERNETES_BOOTSTRAP_TOKEN", "<l6>.<l16>", Vendor.Named("kubeadm", "bootstrap token", "kubeadm join", "discovery token", "kubernetes", "k8s")),
        new("NGROK_TOKEN", "<a27>_<a20-22>", Vendor.Named("ngrok")),
        new("NGROK_TOKEN", "(1|2|3)<a26>_<a21>"),
        new("TAILSCALE_KEY", "tskey-(auth|api|client|scim|webhook)-<a10-30>-<a20-50>"),
        new("DEFINED_NETWORKING_TOKEN", "dnkey-<q26>-<q52>"),
        new("GANDI_API_KEY", "<a24>", Gandi),
        new("GANDI_API_KEY", "<h40>", Gandi),
        new("GODADDY_API_KEY", "<a8-16>_<a18-24>", Vendor.Named("go daddy")),
    ];
}
