using IronCage.Safety.Text;

namespace IronCage.Safety.Recognisers.Secrets.Tokens;

/// <summary>Maps, weather, news, markets and addresses.</summary>
internal static class DataTokens
{
    public static readonly TokenRow[] Rows =
    [
        new("MAPBOX_SECRET_TOKEN", "sk.eyJ<w30-150>.<w20-24>"),
        new("MAPBOX_PUBLIC_TOKEN", "(pk|tk).eyJ<w30-150>.<w20-24>"),
        new("MAPTILER_KEY", "<a20>", Vendor.Named("map tiler")),
        new("HERE_API_KEY", "<w43>", Vendor.Named("here api", "here maps", "heremaps", "hereapi", "hereapikey", "here apikey", "here key", "here token", "here secret", "here rest")),
        new("IPINFO_TOKEN", "<h14>", Vendor.Named("ip info")),
        new("OPENWEATHER_API_KEY", "<h32>", Vendor.Named("open weather map", "owm", "open weather", "appid")),
        new("WEATHERAPI_KEY", "<h31>", Vendor.Named("weather api")),
        new("NEWSAPI_KEY", "<h32>", Vendor.Named("news api")),
        new("ALPHAVANTAGE_API_KEY", "<u16>", Vendor.Named("alpha vantage")),
        new("RAPIDAPI_KEY", "<h10>msh<h15>p1<h5-6>jsn<h12>"),
        new("RAPIDAPI_KEY", "<a50>", Vendor.Named("rapid api")),
    ];
}
