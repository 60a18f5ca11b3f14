using IronCage.Safety.Text;

namespace IronCage.Safety.Recognisers.Secrets.Tokens;

/// <summary>Shops, shipping, content and sites.</summary>
internal static class CommerceTokens
{
    public static readonly TokenRow[] Rows =
    [
        new("SHOPIFY_ACCESS_TOKEN", "shp(at|ua|tka|it)_<x32>"),
        new("SHOPIFY_CUSTOM_APP_TOKEN", "shpca_<x32>"),
        new("SHOPIFY_PRIVATE_APP_PASSWORD", "shppa_<x32>"),
        new("SHOPIFY_SHARED_SECRET", "shpss_<x32>"),
        new("WOOCOMMERCE_KEY", "c(k|s)_<h40>"),
        new("BIGCOMMERCE_TOKEN", "<l31>", Vendor.Named("big commerce", "x auth token")),
        new("SQUARESPACE_API_KEY", "<uuid>", Vendor.Named("squarespace")),
        new("ETSY_API_KEY", "<l24>", Vendor.Named("etsy")),
        new("EBAY_TOKEN", "v^1.1#i^1#<f40-1500>"),
        new("EBAY_TOKEN", "(PRD|SBX)-<h12>-<h8>-<h4>-<h4>-<h4>"),
        new("EBAY_TOKEN", "(PRD|SBX)-<h12>-<h4>-<h4>-<h4>-<h4>"),
        new("SHIPPO_TOKEN", "shippo_(live|test)_<h40>"),
        new("SHIPENGINE_API_KEY", "<b43>", Vendor.Named("ship engine")),
        new("SHIPENGINE_API_KEY", "TEST_<b43>", Vendor.Named("ship engine")),
        new("EASYPOST_API_KEY", "EZ(A|T)K<a54>"),
        new("DUFFEL_TOKEN", "duffel_(test|live)_<w43>"),
        new("CONTENTFUL_TOKEN", "CFPAT-<w43>"),
        new("CONTENTFUL_DELIVERY_TOKEN", "<w43>", Vendor.Named("contentful")),
        new("PRISMIC_TOKEN", "MC<w20-60>.<w40-160>", Vendor.Named("prismic")),
        new("PRISMIC_TOKEN", "MC5<w20-60>.<w40-160>"),
        new("STORYBLOK_TOKEN", "<a22>tt", Vendor.Named("storyblok")),
        new("SANITY_TOKEN", "sk<a98-200>"),
        new("WEBFLOW_TOKEN", "ws-<h64>"),
        new("WEBFLOW_TOKEN", "<h64>", Vendor.Named("webflow")),
        new("WORDPRESS_APP_PASSWORD", "<a4> <a4> <a4> <a4> <a4> <a4>", Vendor.Named("word press", "wp", "application password")),
        new("ALGOLIA_API_KEY", "<h32>", Vendor.Named("algolia")),
        new("TYPEFORM_TOKEN", "tfp_<q40-70>"),
        new("SURVEYMONKEY_TOKEN", "<q60-200>", Vendor.Named("survey monkey")),
        new("BEEHIIV_API_KEY", "<a64>", Vendor.Named("beehiiv")),
        new("CUSTOMERIO_API_KEY", "<h32>", Vendor.Named("customer io")),
        new("CUSTOMERIO_API_KEY", "<h20>", Vendor.Named("customer io")),
        new("BEAMER_TOKEN", "b_<m44>"),
    ];
}
