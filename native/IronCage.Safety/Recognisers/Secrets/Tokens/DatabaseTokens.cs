using IronCage.Safety.Text;

namespace IronCage.Safety.Recognisers.Secrets.Tokens;

/// <summary>Databases, search and storage of vectors and of tables.</summary>
internal static class DatabaseTokens
{
    private static readonly ContextSet Elastic = Vendor.Named("elastic", "elastic search", "kibana", "elastic cloud");

    public static readonly TokenRow[] Rows =
    [
        new("DATABRICKS_TOKEN", "dapi<h32>(|-<d1>)"),
        new("PLANETSCALE_TOKEN", "pscale_tkn_<q32-64>"),
        new("PLANETSCALE_PASSWORD", "pscale_pw_<q32-64>"),
        new("PLANETSCALE_OAUTH_TOKEN", "pscale_oauth_<q32-64>"),
        new("SUPABASE_ACCESS_TOKEN", "sbp_(|v0_|oauth_)<h40>"),
        new("SUPABASE_SECRET_KEY", "sb_secret_<w22-50>"),
        new("NEON_API_KEY", "napi_<l64>"),
        new("XATA_API_KEY", "xau_<a32-48>"),
        new("FAUNA_SECRET", "fn(AE|AC|AD|AF)<w36-48>"),
        new("FAUNA_SECRET", "fn<w38-50>", Vendor.Named("fauna", "fauna db")),
        new("UPSTASH_TOKEN", "A<w40-110>=", Vendor.Named("upstash")),
        new("UPSTASH_TOKEN", "A<w40-110>", Vendor.Named("upstash")),
        new("UPSTASH_TOKEN", "A<w40-110>==", Vendor.Named("upstash")),
        new("MONGODB_ATLAS_SECRET", "mdb_sa_sk_<w40>"),
        new("ATLAS_API_KEY", "<uuid>", Vendor.Named("atlas", "mongo db", "mongo", "mcli")),
        new("ATLAS_API_KEY", "aci_<a20-60>"),
        new("ELASTIC_API_KEY", "<b58>==", Elastic),
        new("ELASTIC_API_KEY", "<b59-60>(=|)", Elastic),
        new("ELASTIC_API_KEY", "essu_<p50-160>"),
        new("PINECONE_API_KEY", "pcsk_<a5-7>_<a60-64>"),
        new("PINECONE_API_KEY", "<uuid>", Vendor.Named("pinecone")),
        new("WEAVIATE_API_KEY", "<a32-64>", Vendor.Named("weaviate", "wcs", "wcd")),
        new("QDRANT_API_KEY", "<w30-100>", Vendor.Named("qdrant")),
        new("CLICKHOUSE_CLOUD_KEY", "4b1d<a38>"),
        new("CONFLUENT_SECRET", "cflt<b60>"),
        new("CONFLUENT_SECRET", "<b64>", Vendor.Named("confluent")),
        new("ASTRA_DB_TOKEN", "AstraCS:<a24>:<h64>"),
        new("AIVEN_TOKEN", "aivenv1<m20-400>"),
        new("AIVEN_TOKEN", "AVNS_<m15-400>"),
        new("INFLUXDB_TOKEN", "<w86>==", Vendor.Named("influx", "influx db")),
        new("SNOWFLAKE_TOKEN", "ver:<d1>-hint:<d4-20>-<p100-600>"),
        new("SNOWFLAKE_TOKEN", "ver:<d1>-hint:<d4-20>-did:<d4-8>-<p100-600>"),
        new("SNOWFLAKE_TOKEN", "ETMsDgAAA<p100-600>"),
        new("AIRTABLE_TOKEN", "pat<a14>.<h64>"),
        new("AIRTABLE_API_KEY", "key<a14>", Vendor.Named("airtable")),
    ];
}
